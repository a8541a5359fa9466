import { type CSSProperties, useState } from 'react';
import { formatDuration } from '@/core/format';
import classes from './Player.module.css';
import { SpritePicture } from './SpritePicture';
import { chapterAt, type TimedChapter } from './timeline';
import type { Sprites } from './useSprites';

const PICTURE_WIDTH = 160;

interface SeekBarProps {
  time: number;
  total: number | null;
  loaded: number;
  chapters: readonly TimedChapter[];
  onSeek: (time: number) => void;
  /** Small pictures of what is where. */
  sprites?: Sprites;
}

/** A real range input, so that it is a slider for everybody; the marks of the chapters lie over it. */
export function SeekBar({ time, total, loaded, chapters, onSeek, sprites }: SeekBarProps) {
  const [hover, setHover] = useState<number | null>(null);
  const whole = total ?? 0;
  const share = (seconds: number) => `${whole > 0 ? Math.min(100, (seconds / whole) * 100) : 0}%`;
  const hovered = hover === null ? null : hover * whole;
  const picture = hovered === null ? null : (sprites?.at(hovered) ?? null);
  return (
    <div
      className={classes.seek}
      style={{ '--played': share(time), '--loaded': share(Math.max(loaded, time)) } as CSSProperties}
      onPointerMove={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        setHover(Math.min(1, Math.max(0, (event.clientX - left) / width)));
      }}
      onPointerEnter={sprites?.want}
      onPointerLeave={() => setHover(null)}
    >
      <div className={classes.track} aria-hidden="true">
        {chapters.map(
          (chapter) =>
            chapter.start > 0 && <i key={`${chapter.start} ${chapter.title}`} style={{ left: share(chapter.start) }} />,
        )}
      </div>
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={`${formatDuration(time)} of ${formatDuration(total) || 'unknown'}`}
        min={0}
        max={whole}
        step="any"
        value={Math.min(time, whole)}
        disabled={total === null}
        onChange={(event) => onSeek(Number(event.currentTarget.value))}
      />
      {hovered !== null && whole > 0 && (
        <output
          className={classes.seekTip}
          style={{ '--at': share(hovered) } as CSSProperties}
          data-picture={picture ? true : undefined}
          aria-hidden="true"
        >
          {picture && <SpritePicture part={picture} width={PICTURE_WIDTH} />}
          {formatDuration(hovered)}
          {chapters.length > 0 && <span>{chapters[chapterAt(chapters, hovered)]?.title}</span>}
        </output>
      )}
    </div>
  );
}
