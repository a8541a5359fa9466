import { useEffect, useRef, useState } from 'react';
import { formatDuration } from '@/core/format';
import { MarkerPicture } from './MarkerPicture';
import classes from './Player.module.css';
import type { MarkerPictures } from './playbackInfo';
import type { TimedChapter } from './timeline';
import type { Sprites } from './useSprites';

interface ChapterListProps {
  chapters: readonly TimedChapter[];
  current: number;
  onPick: (start: number) => void;
  /** What there is to see of those that are markers. */
  markers?: readonly MarkerPictures[];
  sprites?: Sprites;
}

export function ChapterList({ chapters, current, onPick, markers = [], sprites }: ChapterListProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const box = list.current;
    const row = box?.children[current];
    if (!box || !(row instanceof HTMLElement)) return;
    // Not scrollIntoView: that would scroll the page as well.
    const top = row.offsetTop - box.offsetTop;
    if (top < box.scrollTop || top + row.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = top - 40;
  }, [current]);
  return (
    <ol ref={list} className={classes.chapters} aria-label={markers.length > 0 ? 'Markers' : 'Chapters'}>
      {chapters.map((chapter, index) => (
        <Row
          key={`${chapter.start} ${chapter.title}`}
          chapter={chapter}
          number={index + 1}
          current={index === current}
          marker={markers.find(({ position }) => position === chapter.position)}
          sprites={sprites}
          onPick={onPick}
        />
      ))}
    </ol>
  );
}

interface RowProps {
  chapter: TimedChapter;
  number: number;
  current: boolean;
  marker: MarkerPictures | undefined;
  sprites: Sprites | undefined;
  onPick: (start: number) => void;
}

function Row({ chapter, number, current, marker, sprites, onPick }: RowProps) {
  const [pointed, setPointed] = useState(false);
  return (
    <li>
      <button
        type="button"
        aria-current={current || undefined}
        onClick={() => onPick(chapter.start)}
        onPointerEnter={() => setPointed(true)}
        onPointerLeave={() => setPointed(false)}
        onFocus={() => setPointed(true)}
        onBlur={() => setPointed(false)}
      >
        {marker && <MarkerPicture marker={marker} start={chapter.start} lively={pointed} sprites={sprites} />}
        <span className={classes.chapterTitle}>{chapter.title || `Chapter ${number}`}</span>
        <span className={classes.chapterTime}>{formatDuration(chapter.start)}</span>
      </button>
    </li>
  );
}
