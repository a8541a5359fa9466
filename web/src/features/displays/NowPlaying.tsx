import { Link } from '@tanstack/react-router';
import { MonitorOff } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import type { Display } from '@/api/displays';
import { formatDuration } from '@/core/format';
import { Cover } from '@/ui/Cover';
import { KIND_LOOKS } from '@/ui/kinds';
import classes from './Displays.module.css';
import { useRunning } from './useDisplays';

interface NowPlayingProps {
  display: Display;
  onSeek: (seconds: number) => void;
}

/** What is on, and how far. */
export function NowPlaying({ display, onSeek }: NowPlayingProps) {
  const { current } = display;
  if (!current) {
    return (
      <div className={classes.now} data-empty>
        <span className={classes.screen}>
          <MonitorOff size={26} strokeWidth={1.4} aria-hidden="true" />
        </span>
        <span className={classes.facts}>{display.state === 'stopped' ? 'Stopped' : 'Nothing is playing'}</span>
      </div>
    );
  }
  const { item } = current;
  return (
    <div className={classes.now} data-away={!display.online || undefined}>
      <span className={classes.screen}>{item && <Cover item={item} width={160} ratio={16 / 9} fit="contain" />}</span>
      <div className={classes.nowText}>
        {item ? (
          <Link to="/items/$itemId" params={{ itemId: String(item.id) }} search={{}} className={classes.nowTitle}>
            {item.title}
          </Link>
        ) : (
          <span className={classes.nowTitle}>Something that is not for you</span>
        )}
        <span className={classes.facts}>{item ? (item.subtitle ?? KIND_LOOKS[item.kind].one) : ''}</span>
        <SeekBar key={current.slot} display={display} onSeek={onSeek} />
      </div>
    </div>
  );
}

function SeekBar({ display, onSeek }: NowPlayingProps) {
  const running = useRunning(display);
  const [wanted, setWanted] = useState<number | null>(null);
  const seconds = display.current?.seconds ?? 0;
  const at = wanted ?? running;
  const send = () => {
    if (wanted !== null) onSeek(wanted);
    setWanted(null);
  };
  const share = seconds > 0 ? Math.min(1, at / seconds) : 0;
  return (
    <div className={classes.seek}>
      <input
        type="range"
        aria-label="Place in it"
        aria-valuetext={`${formatDuration(at)} of ${formatDuration(seconds)}`}
        min={0}
        max={Math.max(1, seconds)}
        step={0.5}
        value={Math.min(at, Math.max(1, seconds))}
        disabled={display.state === 'stopped' || !display.online}
        style={{ '--share': share } as CSSProperties}
        onChange={(event) => setWanted(Number(event.currentTarget.value))}
        onPointerUp={send}
        onKeyUp={send}
        onBlur={send}
      />
      <span className={classes.clock}>
        {formatDuration(at)} / {formatDuration(seconds)}
      </span>
    </div>
  );
}
