/** Numbers to pixels, and round numbers for the lines behind a chart. */

const STEPS = [1, 2, 2.5, 5, 10] as const;

/** Round values from 0 up to at least `most`, three or four of them. All zero: 0 and 1. */
export function ticks(most: number, whole = false): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const fitting = STEPS.find(
    (one) => one * power >= rough && (!whole || (one * power >= 1 && Number.isInteger(one * power))),
  );
  const step = (fitting ?? 10) * power;
  const unit = whole ? Math.max(1, step) : step;
  return Array.from({ length: Math.ceil(most / unit - 1e-9) + 1 }, (_, at) => rounded(at * unit));
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Every how-manieth label is drawn, so that at most `room` of them stand side by side. */
export function every(count: number, room: number): number {
  return Math.max(1, Math.ceil(count / Math.max(1, room)));
}
