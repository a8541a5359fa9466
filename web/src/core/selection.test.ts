import { describe, expect, it } from 'vitest';
import { Selection } from './selection';

describe('Selection', () => {
  it('toggles single items and merges neighbours', () => {
    const some = Selection.none.toggle(3).toggle(5).toggle(4);
    expect(some.ranges).toEqual([[3, 5]]);
    expect(some.toggle(4).ranges).toEqual([
      [3, 3],
      [5, 5],
    ]);
    expect(some.toggle(4).has(4)).toBe(false);
    expect(some.has(5)).toBe(true);
  });

  it('extends from the anchor without loading anything between', () => {
    const far = Selection.none.toggle(10).extendTo(9_000_000);
    expect(far.count).toBe(8_999_991);
    expect(far.anchor).toBe(10);
    expect(far.extendTo(2).ranges).toEqual([[2, 9_000_000]]);
    expect(Selection.none.extendTo(7).ranges).toEqual([[7, 7]]);
  });

  it('holds everything but a few in a few ranges', () => {
    const allBut = Selection.all(10_000_000).toggle(0).toggle(500).toggle(9_999_999);
    expect(allBut.ranges).toEqual([
      [1, 499],
      [501, 9_999_998],
    ]);
    expect(allBut.count).toBe(9_999_997);
    expect(Selection.all(0)).toBe(Selection.none);
  });

  it('agrees with a plain set, whatever is done to it', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    let selection = Selection.none;
    const plain = new Set<number>();
    for (let step = 0; step < 400; step++) {
      const index = random(60);
      if (random(3) > 0) {
        selection = selection.toggle(index);
        if (!plain.delete(index)) plain.add(index);
      } else {
        const from = selection.anchor ?? index;
        selection = selection.extendTo(index);
        for (let at = Math.min(from, index); at <= Math.max(from, index); at++) plain.add(at);
      }
      expect(selection.count).toBe(plain.size);
    }
    expect(Array.from({ length: 60 }, (_, index) => selection.has(index))).toEqual(
      Array.from({ length: 60 }, (_, index) => plain.has(index)),
    );
  });
});
