import { expect, test } from 'vitest';
import { every, ticks } from './scale';

test.each([
  [0, [0, 1]],
  [7.2, [0, 2.5, 5, 7.5]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [100, [0, 50, 100]],
  [1_234_567, [0, 500_000, 1_000_000, 1_500_000]],
])('lines for up to %d', (most, lines) => {
  expect(ticks(most)).toEqual(lines);
});

test('whole things have whole lines', () => {
  expect(ticks(2, true)).toEqual([0, 1, 2]);
  expect(ticks(7, true)).toEqual([0, 5, 10]);
});

test('only as many labels as there is room for', () => {
  expect(every(12, 12)).toBe(1);
  expect(every(13, 12)).toBe(2);
  expect(every(5, 0)).toBe(5);
});
