import { expect, test } from 'vitest';
import { growthPoints, scaleOf, weekPoints } from './points';

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
  const weeks = [{ start: '2026-11-23', plays: 2, seconds: 9000 }];
  expect(weekPoints(weeks, scaleOf(weeks))).toEqual([{ label: 'week of 23 Nov 2026', mark: 'Nov', value: 2.5 }]);
});

test('weeks of less than two hours are told in minutes', () => {
  const weeks = [{ start: '2026-11-23', plays: 2, seconds: 90 }];
  expect(scaleOf(weeks).title).toBe('Minutes a week');
  expect(weekPoints(weeks, scaleOf(weeks))[0]?.value).toBe(1.5);
  expect(scaleOf([]).unit).toBe('min');
});
