/**
 * What is selected, as index ranges of one result: ten million selected items are one range, and all but three are four.
 * Immutable; ranges are sorted, apart from each other, both ends included.
 */

export type IndexRange = readonly [first: number, last: number];

export class Selection {
  static readonly none = new Selection([], null);
  readonly ranges: readonly IndexRange[];
  /** Where Shift extends from. */
  readonly anchor: number | null;

  private constructor(ranges: readonly IndexRange[], anchor: number | null) {
    this.ranges = ranges;
    this.anchor = anchor;
  }

  static all(total: number): Selection {
    return total > 0 ? new Selection([[0, total - 1]], 0) : Selection.none;
  }

  get count(): number {
    return this.ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  has(index: number): boolean {
    return this.ranges.some(([first, last]) => index >= first && index <= last);
  }

  toggle(index: number): Selection {
    const range: IndexRange = [index, index];
    return new Selection(this.has(index) ? without(this.ranges, range) : joined(this.ranges, range), index);
  }

  /** From the anchor to here, whatever was selected before stays. */
  extendTo(index: number): Selection {
    const from = this.anchor ?? index;
    return new Selection(joined(this.ranges, [Math.min(from, index), Math.max(from, index)]), from);
  }
}

function joined(ranges: readonly IndexRange[], added: IndexRange): IndexRange[] {
  let [first, last] = added;
  const apart: IndexRange[] = [];
  for (const range of ranges) {
    if (range[1] < first - 1 || range[0] > last + 1) apart.push(range);
    else [first, last] = [Math.min(first, range[0]), Math.max(last, range[1])];
  }
  return [...apart, [first, last] as const].sort((a, b) => a[0] - b[0]);
}

function without(ranges: readonly IndexRange[], [first, last]: IndexRange): IndexRange[] {
  return ranges.flatMap(([low, high]): IndexRange[] => {
    if (high < first || low > last) return [[low, high]];
    const left: IndexRange[] = low < first ? [[low, first - 1]] : [];
    const right: IndexRange[] = high > last ? [[last + 1, high]] : [];
    return [...left, ...right];
  });
}
