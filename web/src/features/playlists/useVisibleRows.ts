import { type RefObject, useEffect, useState } from 'react';
import type { Entry } from '@/api/playlists';
import type { PageCache } from '@/core/pageCache';
import { scrollerOf } from '@/ui/useSorting';

export const ROW_PX = 64;
const OVERSCAN = 6; // rows

interface VisibleRows {
  indexes: number[];
  pages: readonly [number, number];
  /** The row at that height of the window. */
  rowAt: (y: number) => number;
  /** Scrolls no further than is needed to see it. */
  reveal: (index: number) => void;
}

/** Which of the equal rows of a long list are on the screen, and has their pages fetched. */
export function useVisibleRows(
  list: RefObject<HTMLElement | null>,
  total: number,
  cache: PageCache<Entry>,
): VisibleRows {
  const [[first, last], setRange] = useState<readonly [number, number]>([0, 20]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list grows with the total, and so its place is looked at again
  useEffect(() => {
    const box = list.current;
    if (!box) return;
    const look = () => {
      const { top } = box.getBoundingClientRect();
      const from = Math.max(0, Math.floor(-top / ROW_PX) - OVERSCAN);
      const to = Math.ceil((window.innerHeight - top) / ROW_PX) + OVERSCAN;
      setRange((before) => (before[0] === from && before[1] === to ? before : [from, to]));
    };
    look();
    // Capture: scrolling does not bubble, and it may be any box around the list.
    document.addEventListener('scroll', look, { capture: true, passive: true });
    window.addEventListener('resize', look);
    return () => {
      document.removeEventListener('scroll', look, { capture: true });
      window.removeEventListener('resize', look);
    };
  }, [list, total]);
  const end = Math.min(last, total - 1);
  const pageOf = (index: number) => Math.max(0, Math.floor(index / cache.pageSize));
  const firstPage = pageOf(first);
  const lastPage = Math.max(firstPage, pageOf(end));
  useEffect(() => cache.want([firstPage, lastPage], []), [cache, firstPage, lastPage]);
  return {
    indexes: Array.from({ length: Math.max(0, end - first + 1) }, (_, at) => first + at),
    pages: [firstPage, lastPage],
    rowAt: (y) => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      return Math.min(total - 1, Math.max(0, Math.floor((y - top) / ROW_PX)));
    },
    reveal: (index) => {
      const scroller = scrollerOf(list.current);
      if (!scroller || !list.current) return;
      const view = scroller.getBoundingClientRect();
      const top = list.current.getBoundingClientRect().top + index * ROW_PX;
      if (top < view.top) scroller.scrollTop += top - view.top - ROW_PX;
      else if (top + ROW_PX > view.bottom) scroller.scrollTop += top + 2 * ROW_PX - view.bottom;
    },
  };
}
