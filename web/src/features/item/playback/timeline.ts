/** Several files as one playing time: chapters, progress and the seek bar speak of the whole. */
import type { Chapter, Item } from '@/api/types';

export interface Spot {
  file: number;
  offset: number;
}

export interface TimedChapter {
  title: string;
  start: number;
  /** Which of the item's chapters it is, if it is one. */
  position?: number;
}

export class Timeline {
  private readonly durations: readonly (number | null)[];
  private readonly starts: readonly number[];

  constructor(durations: readonly (number | null)[]) {
    this.durations = durations;
    let start = 0;
    this.starts = durations.map((duration) => {
      const own = start;
      start += duration ?? 0;
      return own;
    });
  }

  /** Null while the length of any file is unknown. */
  get total(): number | null {
    if (this.durations.length === 0 || this.durations.some((one) => one === null)) return null;
    return this.timeOf({ file: this.durations.length - 1, offset: this.durations.at(-1) ?? 0 });
  }

  timeOf(spot: Spot): number {
    return (this.starts[spot.file] ?? 0) + spot.offset;
  }

  /** The last file takes all that lies beyond: its length may be unknown. Of files that start together, the first. */
  locate(time: number): Spot {
    const wanted = Math.max(0, time);
    const start = this.starts.findLast((one) => one <= wanted) ?? 0;
    return { file: Math.max(0, this.starts.indexOf(start)), offset: wanted - start };
  }

  /**
   * What the player learnt by opening a file. Of several files the scan's measure stays: chapters were counted with it, and
   * the hundredths by which players differ would add up over a long book.
   */
  with(file: number, duration: number): Timeline {
    const learns = this.durations.length === 1 || this.durations[file] === null;
    return learns ? new Timeline(this.durations.map((known, index) => (index === file ? duration : known))) : this;
  }
}

/** Chapters with a time, in order; the files themselves when there are several and nobody named chapters. */
export function timedChapters(item: Pick<Item, 'chapters' | 'files'>): TimedChapter[] {
  const timed = item.chapters.filter((one): one is Chapter & { start: number } => one.start !== null);
  if (timed.length > 0)
    return timed
      .toSorted((a, b) => a.start - b.start)
      .map(({ title, start, position }) => ({ title, start, position }));
  if (item.files.length < 2) return [];
  const timeline = new Timeline(item.files.map((file) => file.duration));
  return item.files.map((file, index) => ({
    title: file.name.replace(/\.[^.]+$/, ''),
    start: timeline.timeOf({ file: index, offset: 0 }),
  }));
}

/** Index of the chapter playing at `time`; -1 before the first. */
export function chapterAt(chapters: readonly TimedChapter[], time: number): number {
  // Seeking lands a hair before the start it aimed at.
  return chapters.findLastIndex((one) => one.start <= time + 0.05);
}

/** Where "previous" goes: to the start of this chapter, or of the one before when this one has hardly begun. */
export function previousStart(chapters: readonly TimedChapter[], time: number): number {
  const now = chapterAt(chapters, time);
  const start = chapters[now]?.start ?? 0;
  return time - start > 3 ? start : (chapters[now - 1]?.start ?? 0);
}

export function nextStart(chapters: readonly TimedChapter[], time: number): number | null {
  return chapters[chapterAt(chapters, time) + 1]?.start ?? null;
}
