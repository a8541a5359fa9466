import { expect, test } from 'vitest';
import { hasTwin } from './twins';

test('those of one name side by side are twins; what is not loaded yet is none', () => {
  const names = ['boats', 'sea', 'sea', 'tea', undefined];
  expect(names.map((_, index) => hasTwin((at) => names[at], index))).toEqual([false, true, true, false, false]);
});
