/** Entries that were moved on the screen while the server still has them where they were. */

export interface Shift {
  from: number;
  to: number;
}

/** Where the entry that is shown at `index` stands in the list the shifts, one after the other, were made to. */
export function sourceOf(index: number, shifts: readonly Shift[]): number {
  return shifts.reduceRight((at, { from, to }) => {
    if (at === to) return from;
    if (from < to) return at >= from && at < to ? at + 1 : at;
    return at > to && at <= from ? at - 1 : at;
  }, index);
}

/** The index, in the list as it is shown, of the entry before which one moved from `from` to `to` comes to stand; `total` for the end. */
export function neighbourAfter({ from, to }: Shift): number {
  return to > from ? to + 1 : to;
}
