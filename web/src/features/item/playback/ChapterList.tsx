import { useEffect, useRef } from 'react';
import { formatDuration } from '@/core/format';
import classes from './Player.module.css';
import type { TimedChapter } from './timeline';

interface ChapterListProps {
  chapters: readonly TimedChapter[];
  current: number;
  onPick: (start: number) => void;
}

export function ChapterList({ chapters, current, onPick }: ChapterListProps) {
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
    <ol ref={list} className={classes.chapters} aria-label="Chapters">
      {chapters.map((chapter, index) => (
        <li key={`${chapter.start} ${chapter.title}`}>
          <button type="button" aria-current={index === current || undefined} onClick={() => onPick(chapter.start)}>
            <span className={classes.chapterTitle}>{chapter.title || `Chapter ${index + 1}`}</span>
            <span className={classes.chapterTime}>{formatDuration(chapter.start)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
