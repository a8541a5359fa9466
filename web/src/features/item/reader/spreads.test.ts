import { describe, expect, test } from 'vitest';
import { drawnWidth, laidOut, pagesAhead, spreadsOf, spreadWith, stepOfArrow, stepOfTap } from './spreads';

const NONE: ReadonlySet<number> = new Set();

describe('spreads', () => {
  test('one page at a time', () => {
    expect(spreadsOf(3, false, NONE)).toEqual([[0], [1], [2]]);
  });
  test('the cover lies alone, then pages pair up', () => {
    expect(spreadsOf(6, true, NONE)).toEqual([[0], [1, 2], [3, 4], [5]]);
    expect(spreadsOf(5, true, NONE)).toEqual([[0], [1, 2], [3, 4]]);
  });
  test('a wide page takes both halves, and its neighbours stay whole', () => {
    expect(spreadsOf(7, true, new Set([3]))).toEqual([[0], [1, 2], [3], [4, 5], [6]]);
    expect(spreadsOf(6, true, new Set([2]))).toEqual([[0], [1], [2], [3, 4], [5]]);
  });
  test('every page lies in exactly one spread, in order', () => {
    for (let pages = 1; pages < 40; pages += 1) {
      const spreads = spreadsOf(pages, true, new Set([4, 5, 11]));
      expect(spreads.flat()).toEqual([...Array(pages).keys()]);
      for (let page = 0; page < pages; page += 1) expect(spreads[spreadWith(spreads, page)]).toContain(page);
    }
  });
});

describe('from right to left', () => {
  test('the second page lies at the left', () => {
    expect(laidOut([3, 4], true)).toEqual([4, 3]);
    expect(laidOut([3, 4], false)).toEqual([3, 4]);
  });
  test('the left arrow and the left edge lead on', () => {
    expect(stepOfArrow('ArrowLeft', true)).toBe(1);
    expect(stepOfArrow('ArrowRight', true)).toBe(-1);
    expect(stepOfTap(0.1, true)).toBe(1);
    expect(stepOfTap(0.9, true)).toBe(-1);
  });
});

test('from left to right the right arrow and the right edge lead on, and the middle does not turn', () => {
  expect(stepOfArrow('ArrowRight', false)).toBe(1);
  expect(stepOfArrow('ArrowLeft', false)).toBe(-1);
  expect([0.1, 0.5, 0.9].map((x) => stepOfTap(x, false))).toEqual([-1, 0, 1]);
  expect(stepOfTap(0.5, true)).toBe(0);
});

test('the next two pages and the previous one are loaded ahead, within the book', () => {
  expect(pagesAhead([0], 10)).toEqual([1, 2]);
  expect(pagesAhead([3, 4], 10)).toEqual([5, 6, 2]);
  expect(pagesAhead([8, 9], 10)).toEqual([7]);
});

test('pages are asked for in few widths, enough for the screen and never absurd', () => {
  const box = { width: 1440, height: 900 };
  expect(drawnWidth(box, 1, 'width', false)).toBe(1536);
  expect(drawnWidth(box, 1, 'width', true)).toBe(768);
  expect(drawnWidth(box, 2, 'screen', false)).toBe(2048);
  expect(drawnWidth({ width: 9000, height: 9000 }, 3, 'width', false)).toBe(4096);
  expect(drawnWidth({ width: 10, height: 10 }, 1, 'screen', true)).toBe(256);
});
