import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { lazy, type ReactNode, Suspense } from 'react';
import type { Display } from '@/api/displays';
import { Warning } from '@/ui/Warning';
import { Controls } from './Controls';
import classes from './Displays.module.css';
import { NowPlaying } from './NowPlaying';
import { useRemote } from './useDisplays';
import { nameOf, personProblem, stateText } from './words';

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
      <Note display={display}>
        <Link to="/displays/$displayId" params={{ displayId: String(display.id) }}>
          Choose another person
        </Link>
      </Note>
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

/** What keeps it from playing, and `children` to mend it where its person does. */
export function Note({ display, children }: { display: Display; children?: ReactNode }) {
  const problem = personProblem(display);
  const note = problem ?? display.note;
  if (!note) return null;
  return (
    <Warning live>
      {note} {problem !== null && children}
    </Warning>
  );
}
