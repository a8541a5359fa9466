import { MantineProvider } from '@mantine/core';
import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { Chart, type Point } from './Chart';

const POINTS: Point[] = [
  { label: 'week of 2 Nov 2026', mark: 'Nov', value: 0 },
  { label: 'week of 9 Nov 2026', mark: 'Nov', value: 5 },
  { label: 'week of 16 Nov 2026', mark: 'Nov', value: 2 },
];

function show(points: Point[]) {
  render(
    <MantineProvider env="test">
      <Chart kind="bars" title="Hours" points={points} format={(value) => `${value} h`} columns={['Week', 'Time']} />
    </MantineProvider>,
  );
}

test('says what it comes to, and gives every number as a table', async () => {
  show(POINTS);
  expect(screen.getByRole('img', { name: /^Hours\. Highest: 5 h, week of 9 Nov 2026; last: 2 h\./ })).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Table' }));
  expect(screen.queryByRole('img')).toBeNull();
  const rows = within(screen.getByRole('table')).getAllByRole('row');
  expect(rows.map((row) => row.textContent)).toEqual([
    'WeekTime',
    'week of 16 Nov 20262 h',
    'week of 9 Nov 20265 h',
    'week of 2 Nov 20260 h',
  ]);
});

test('draws a bar for every point, none of them for nothing', () => {
  show(POINTS);
  const heights = [...screen.getByRole('img').querySelectorAll('rect')].map((bar) =>
    Number(bar.getAttribute('height')),
  );
  expect(heights).toHaveLength(3);
  expect(heights[0]).toBe(0);
  expect((heights[1] ?? 0) / (heights[2] ?? 1)).toBeCloseTo(2.5);
});

test('with nothing in it says so', () => {
  show([]);
  expect(screen.getByRole('img', { name: 'Hours. Nothing yet.' })).toBeVisible();
});
