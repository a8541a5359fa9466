import { formatAgo, formatIn, formatSpan } from '@/core/format';
import type { Feed } from './feedsApi';

/** The addresses in what somebody typed or pasted, one a line. */
export const addressesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/\s+/)
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];

export const looksLikeAddress = (text: string): boolean => /^https?:\/\/[^\s/]+/i.test(text.trim());

/** A name for the library, from the one feed that was tried or from how many there are. */
export function nameFor(title: string | null, count: number): string {
  if (count > 1) return 'Feeds';
  return title ?? '';
}

export type Tone = 'good' | 'bad' | 'quiet';

/** How a feed is, in a word. */
export function feedLook(feed: Feed): { label: string; tone: Tone } {
  if (feed.state === 'failing')
    return { label: feed.failures > 1 ? `Failed ${feed.failures} times` : 'Failed', tone: 'bad' };
  if (feed.state === 'gone') return { label: 'Gone', tone: 'bad' };
  if (feed.state === 'new') return { label: 'Not read yet', tone: 'quiet' };
  return { label: 'Fine', tone: 'good' };
}

/** "Asked 5 min ago · again in 40 min · every hour or so". */
export function feedTimes(feed: Feed, now: number): string {
  const asked = feed.asked_at === null ? 'Never asked' : `Asked ${formatAgo(feed.asked_at, now)}`;
  if (feed.next_at === null) return `${asked} · not again by itself`;
  return `${asked} · again ${formatIn(feed.next_at, now)} · about every ${formatSpan(feed.every_seconds)}`;
}
