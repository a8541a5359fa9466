import { describe, expect, it } from 'vitest';
import { neighbourAfter, type Shift, sourceOf } from './shifting';

/** The slow way: move things in a list. */
function moved<T>(list: readonly T[], { from, to }: Shift): T[] {
  const rest = list.filter((_, at) => at !== from);
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)];
}

const LIST = ['a', 'b', 'c', 'd', 'e'];
const EVERY = LIST.flatMap((_, from) => LIST.map((__, to) => ({ from, to })));

describe('entries on their way', () => {
  it.each(EVERY)('shows one moved from $from to $to where it will be', (shift) => {
    expect(LIST.map((_, at) => LIST[sourceOf(at, [shift])])).toEqual(moved(LIST, shift));
  });

  it('shows several moves one after the other', () => {
    for (const first of EVERY) {
      for (const second of EVERY) {
        const want = moved(moved(LIST, first), second);
        expect(LIST.map((_, at) => LIST[sourceOf(at, [first, second])])).toEqual(want);
      }
    }
  });

  it.each(EVERY.filter(({ from, to }) => from !== to))('knows before whom one from $from to $to stands', (shift) => {
    const shown = moved(LIST, shift);
    expect(LIST[neighbourAfter(shift)]).toBe(shown[shift.to + 1]);
  });
});
