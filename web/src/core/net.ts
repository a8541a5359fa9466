/**
 * What a page costs on this network, in milliseconds from asking to having it.
 *
 * Whole fetches are timed, not bytes: a small compressed body arrives with its headers, and bytes per second from body
 * time came out fifty times too high.
 */

const FIRST_WEIGHT = 0.5;
const LATER_WEIGHT = 0.2;
const FIRST_SAMPLES = 3;
const ASSUMED_MS = 150; // until the first page has been seen

/** The part of `navigator.connection` we look at; Firefox and Safari have none. */
export interface ConnectionHints {
  saveData?: boolean;
  effectiveType?: string;
}

export class NetCost {
  private average = ASSUMED_MS;
  private samples = 0;

  get ms(): number {
    return this.average;
  }

  add(elapsedMs: number): void {
    const weight = this.samples < FIRST_SAMPLES ? FIRST_WEIGHT : LATER_WEIGHT;
    this.average = this.samples === 0 ? elapsedMs : this.average + (elapsedMs - this.average) * weight;
    this.samples += 1;
  }
}

/** How many pages may be fetched ahead: 0 to 3. */
export function prefetchTier(costMs: number, hints: ConnectionHints = {}): number {
  if (hints.saveData || hints.effectiveType === 'slow-2g') return 0;
  if (hints.effectiveType === '2g' || costMs > 2_500) return 1;
  return costMs > 900 ? 2 : 3;
}
