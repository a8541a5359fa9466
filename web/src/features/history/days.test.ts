import { expect, test } from 'vitest';
import type { HistoryEntry } from '@/api/personal';
import { byDay } from './days';

test('entries stand under the day they began on, in their order', () => {
  const entry = (id: number, started: Date) => ({ id, started_at: started.toISOString() }) as HistoryEntry;
  const now = new Date(2026, 10, 29, 0, 30);
  const days = byDay(
    [
      entry(4, new Date(2026, 10, 29, 0, 10)),
      entry(3, new Date(2026, 10, 28, 23, 50)),
      entry(2, new Date(2026, 10, 28, 9, 0)),
      entry(1, new Date(2025, 10, 28, 9, 0)),
    ],
    now,
  );
  expect(days.map(({ name, entries }) => [name, entries.map(({ id }) => id)])).toEqual([
    ['Today', [4]],
    ['Yesterday', [3, 2]],
    ['28 Nov 2025', [1]],
  ]);
});
