/** Which pages to ask for, given where the reader is and how fast he travels. Pure: a table of cases is its test. */

export interface Travel {
  /** Pages on screen, first and last. */
  visible: readonly [number, number];
  lastPage: number;
  /** Rows per second, positive downwards. */
  velocity: number;
  direction: number;
  rowsPerPage: number;
  costMs: number;
  tier: number;
  scrubbing: boolean;
}

export interface Plan {
  /** False: nothing can arrive before it has been passed, so show skeletons and ask for nothing. */
  fetchVisible: boolean;
  ahead: readonly number[];
}

const SKIP_PAGES = 4; // pages passed while one is fetched; above that every request would be wasted
const MARGIN = 1.5;
const SLOW_PAGES_PER_SECOND = 0.5;

export function planScroll(travel: Travel): Plan {
  const pagesPerSecond = travel.rowsPerPage > 0 ? Math.abs(travel.velocity) / travel.rowsPerPage : 0;
  const passedMeanwhile = (pagesPerSecond * travel.costMs) / 1000;
  if (travel.scrubbing || passedMeanwhile > SKIP_PAGES) return { fetchVisible: false, ahead: [] };
  const count = Math.min(travel.tier, 1 + Math.ceil(passedMeanwhile * MARGIN));
  const [first, last] = travel.visible;
  const ahead = pagesFrom(travel.direction < 0 ? first : last, travel.direction < 0 ? -1 : 1, count, travel.lastPage);
  const behind = pagesPerSecond < SLOW_PAGES_PER_SECOND && travel.tier >= 2;
  if (behind)
    ahead.push(...pagesFrom(travel.direction < 0 ? last : first, travel.direction < 0 ? 1 : -1, 1, travel.lastPage));
  return { fetchVisible: true, ahead };
}

/** The page view: the two next pages and the one before, nearest first, within what the network bears. */
export function planPages(page: number, lastPage: number, tier: number): readonly number[] {
  return [page + 1, page + 2, page - 1].slice(0, tier).filter((one) => one >= 0 && one <= lastPage);
}

function pagesFrom(edge: number, step: number, count: number, lastPage: number): number[] {
  const pages: number[] = [];
  for (let page = edge + step; pages.length < count && page >= 0 && page <= lastPage; page += step) pages.push(page);
  return pages;
}
