/** Speed of a position over time: an exponential average in units per second that forgets within a few frames. */

const TIME_CONSTANT_MS = 120;
const REST_MS = 150; // a wheel notch every 150 ms is reading, not travelling

export class Velocity {
  private value = 0;
  private position = 0;
  private time = Number.NEGATIVE_INFINITY;
  private sign = 1;

  /** Positive downwards. Zero after a rest. */
  at(now: number): number {
    return now - this.time > REST_MS ? 0 : this.value;
  }

  /** 1 or -1: the way it last moved, also at rest. */
  get direction(): number {
    return this.sign;
  }

  push(position: number, now: number): void {
    const elapsed = now - this.time;
    if (elapsed > REST_MS) {
      this.reset(position, now);
      return;
    }
    if (elapsed <= 0) return; // two events of one frame: the next one carries both distances
    const moved = position - this.position;
    const weight = 1 - Math.exp(-elapsed / TIME_CONSTANT_MS);
    this.value += ((moved / elapsed) * 1000 - this.value) * weight;
    if (moved !== 0) this.sign = Math.sign(moved);
    this.position = position;
    this.time = now;
  }

  /** A jump is not a movement: the next push measures from here. */
  reset(position: number, now: number): void {
    this.value = 0;
    this.position = position;
    this.time = now;
  }
}
