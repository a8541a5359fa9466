import { expect, test } from 'vitest';
import { growthPoints, weekPoints } from './points';

test('months without anything new are in the line as they were', () => {
  const points = growthPoints([
    { month: '2026-11', added: 5, total: 5 },
    { month: '2027-02', added: 1, total: 6 },
  ]);
  expect(points.map(({ label, value }) => [label, value])).toEqual([
    ['Nov 2026', 5],
    ['Dec 2026', 5],
    ['Jan 2027', 5],
    ['Feb 2027', 6],
  ]);
});

test('weeks are told in hours, under the month they begin in', () => {
  expect(weekPoints([{ start: '2026-11-23', plays: 2, seconds: 5400 }])).toEqual([
    { label: 'week of 23 Nov 2026', mark: 'Nov', value: 1.5 },
  ]);
});
