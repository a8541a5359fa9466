/** When something may be tried again: each failure waits longer than the one before, and never all screens at once. */
const FIRST_MS = 1_000;

export class Backoff {
  /** Not before this, by `performance.now()`. */
  at = 0;
  private ms = FIRST_MS;

  reset(): void {
    this.ms = FIRST_MS;
    this.at = 0;
  }

  /** After a failure; never sooner than somebody asked for. */
  later(atMostMs: number, askedForMs = 0): void {
    const wait = Math.min(this.ms, atMostMs) * (0.8 + Math.random() * 0.4);
    this.at = performance.now() + Math.max(wait, askedForMs);
    this.ms = Math.min(this.ms * 2, atMostMs);
  }

  wait(ms: number): void {
    this.at = performance.now() + ms * (1 + Math.random() * 0.1);
  }
}
