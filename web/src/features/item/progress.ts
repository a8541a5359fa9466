/** Progress is one fraction of the whole, whatever the medium: these turn it into seconds or pages and back. */

/** From here on a thing counts as finished: what is left is credits. */
const FINISHED = 0.95; // the same as on the server

export function isFinished(progress: number | null): boolean {
  return progress !== null && progress >= FINISHED;
}

export function isStarted(progress: number | null): boolean {
  return progress !== null && progress > 0 && !isFinished(progress);
}

/** Where to go on, in seconds: 0 for what is untouched, finished, or of unknown length. */
export function resumeTime(progress: number | null, total: number | null): number {
  return progress !== null && total !== null && isStarted(progress) ? progress * total : 0;
}

export function progressOfTime(time: number, total: number | null): number | null {
  if (total === null || total <= 0) return null;
  return rounded(time / total);
}

/** The page, from 0, that was open last; 0 for what is untouched or finished. */
export function resumePage(progress: number | null, pages: number): number {
  if (progress === null || !isStarted(progress)) return 0;
  return clamp(Math.round(progress * pages) - 1, 0, pages - 1);
}

/** A page counts as read once it is open, so the last one makes 1. */
export function progressOfPage(page: number, pages: number): number {
  return pages <= 0 ? 0 : rounded((page + 1) / pages);
}

/** Of a book of `sections`, being `within` (0–1) of section `section`. */
export function progressOfSection(section: number, within: number, sections: number): number {
  return sections <= 0 ? 0 : rounded((section + clamp(within, 0, 1)) / sections);
}

export function resumeSection(progress: number | null, sections: number): { section: number; within: number } {
  if (progress === null || !isStarted(progress) || sections <= 0) return { section: 0, within: 0 };
  const place = progress * sections;
  const section = clamp(Math.floor(place), 0, sections - 1);
  return { section, within: rounded(place - section) };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/** Five digits tell a second in a day apart. */
function rounded(fraction: number): number {
  return Math.round(clamp(fraction, 0, 1) * 1e5) / 1e5;
}
