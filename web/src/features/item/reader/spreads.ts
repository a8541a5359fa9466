/** Which pages lie open together, and which way "on" is. Pages count from 0. */
import { clamp } from '../progress';

export type Fit = 'screen' | 'width' | 'original';

/** In double mode the cover lies alone, then pages pair up; a picture that is wide already takes both halves. */
export function spreadsOf(pages: number, double: boolean, wide: ReadonlySet<number>): number[][] {
  const spreads: number[][] = [];
  for (let page = 0; page < pages; ) {
    const alone = !double || page === 0 || page === pages - 1 || wide.has(page) || wide.has(page + 1);
    spreads.push(alone ? [page] : [page, page + 1]);
    page += alone ? 1 : 2;
  }
  return spreads;
}

export function spreadWith(spreads: readonly (readonly number[])[], page: number): number {
  return Math.max(
    0,
    spreads.findIndex((spread) => spread.includes(page)),
  );
}

/** From left to right as they lie on the screen. */
export function laidOut(spread: readonly number[], rightToLeft: boolean): number[] {
  return rightToLeft ? spread.toReversed() : [...spread];
}

/** +1 is further into the story, -1 back. */
export type Step = 1 | -1;

export function stepOfArrow(key: 'ArrowLeft' | 'ArrowRight', rightToLeft: boolean): Step {
  return (key === 'ArrowRight') === rightToLeft ? -1 : 1;
}

/** A tap at `x` (0–1 across): the outer thirds turn the page, the middle (0) shows or hides the controls. */
export function stepOfTap(x: number, rightToLeft: boolean): Step | 0 {
  if (x > 1 / 3 && x < 2 / 3) return 0;
  return x >= 2 / 3 === rightToLeft ? -1 : 1;
}

/** Pages to load ahead of time: the next two, and the one before for a change of mind. */
export function pagesAhead(spread: readonly number[], pages: number): number[] {
  const first = spread[0] ?? 0;
  const last = spread.at(-1) ?? 0;
  return [last + 1, last + 2, first - 1].filter((page) => page >= 0 && page < pages);
}

const STEP_PX = 256; // few different widths, so that pages drawn to order are found in the cache again

/** How wide to ask a page for, in device pixels. */
export function drawnWidth(box: { width: number; height: number }, ratio: number, fit: Fit, double: boolean): number {
  const half = double ? box.width / 2 : box.width;
  const css = fit === 'width' ? half : fit === 'screen' ? Math.min(half, box.height) : 1024;
  return clamp(Math.ceil((css * ratio) / STEP_PX) * STEP_PX, STEP_PX, 4096);
}
