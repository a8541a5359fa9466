import { Link } from '@tanstack/react-router';
import { ChevronRight, TriangleAlert } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { Display } from '@/api/displays';
import { Controls } from './Controls';
import classes from './Displays.module.css';
import { NowPlaying } from './NowPlaying';
import { useRemote } from './useDisplays';
import { nameOf, stateText } from './words';

const PlaylistSelect = lazy(() => import('./PlaylistSelect'));

/** One screen at a glance, and its remote control. */
export function DisplayCard({ display }: { display: Display }) {
  const remote = useRemote(display);
  const name = nameOf(display);
  return (
    <li className={classes.card} aria-label={name} data-display={display.id}>
      <Link to="/displays/$displayId" params={{ displayId: String(display.id) }} className={classes.head}>
        <Lamp display={display} />
        <span className={classes.who}>
          <span className={classes.name}>{name}</span>
          <span className={classes.facts}>{stateText(display, Date.now())}</span>
        </span>
        <ChevronRight className={classes.chevron} size={18} aria-hidden="true" />
      </Link>
      <NowPlaying display={display} onSeek={remote.seek} />
      <Controls display={display} remote={remote} />
      <WhichPlaylist display={display} />
      <Note display={display} />
    </li>
  );
}

export function WhichPlaylist({ display }: { display: Display }) {
  return (
    <div className={classes.which}>
      <Suspense>
        <PlaylistSelect display={display} />
      </Suspense>
    </div>
  );
}

/** Colour says it twice: the words beside it say it, too. */
export function Lamp({ display }: { display: Display }) {
  return <span className={classes.lamp} data-online={display.online || undefined} aria-hidden="true" />;
}

export function Note({ display }: { display: Display }) {
  if (!display.note) return null;
  return (
    <p className={classes.note} role="status">
      <TriangleAlert size={15} aria-hidden="true" />
      {display.note}
    </p>
  );
}
