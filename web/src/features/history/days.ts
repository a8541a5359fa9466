import type { HistoryEntry } from '@/api/personal';
import { formatDate } from '@/core/format';

export interface Day {
  name: string;
  entries: HistoryEntry[];
}

/** The entries under the days they began on, by the clock of who looks. */
export function byDay(entries: readonly HistoryEntry[], now: Date): Day[] {
  const days: Day[] = [];
  for (const entry of entries) {
    const name = dayName(new Date(entry.started_at), now);
    const last = days.at(-1);
    if (last?.name === name) last.entries.push(entry);
    else days.push({ name, entries: [entry] });
  }
  return days;
}

function dayName(then: Date, now: Date): string {
  const day = localDay(then);
  if (day === localDay(now)) return 'Today';
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  return day === localDay(yesterday) ? 'Yesterday' : formatDate(day);
}

function localDay(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "14:05" */
export function clockOf(time: string): string {
  const date = new Date(time);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}
