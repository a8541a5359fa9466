/** Stash in words: what it calls its things, what can be wrong with an address, how often is often. */
import { formatCount, plural } from '@/core/format';
import type { DataKind, ServerProbe, Trouble } from './stashApi';

export const KIND_NAMES: Readonly<Record<string, string>> = {
  scene: 'Scenes',
  image: 'Images',
  gallery: 'Galleries',
  group: 'Groups',
  performer: 'Performers',
  studio: 'Studios',
  tag: 'Tags',
  marker: 'Markers',
};

export const kindName = (kind: string): string => KIND_NAMES[kind] ?? kind;
/** "scene" for the one thing. */
export const oneOf = (kind: string): string => (kind === 'gallery' ? 'gallery' : kind);

export const TROUBLES: Readonly<Record<Trouble, string>> = {
  address: 'This is no address to call',
  private: 'Addresses in private networks are not called',
  offline: 'Nothing answers there',
  redirect: 'It sends us elsewhere',
  refused: 'The key is refused',
  closed: 'It answers nobody from here',
  not_stash: 'That is no Stash',
  too_old: 'This Stash is too old',
};

/** What there is to do, where the server's own sentence does not say so. */
export const REMEDIES: Partial<Record<Trouble, string>> = {
  private:
    'This server was told to call public addresses only. Whoever runs it can set LONGSHELF_PRIVATE_URLS=yes and start it again.',
  redirect: 'A proxy with a sign-in page of its own stands in front of it? Enter the address behind it.',
};

const COUNTED = ['scene', 'image', 'gallery', 'performer', 'studio', 'tag', 'group'] as const;
const MANY: Readonly<Record<string, string>> = { gallery: 'galleries' };

/** "104,233 scenes · 2 galleries"; kinds it has none of are left out. */
export function countsText(counts: ServerProbe['counts']): string {
  return COUNTED.flatMap((kind) => (counts[kind] ? [plural(counts[kind], kind, MANY[kind])] : [])).join(' · ');
}

export const DATA_KINDS: readonly { kind: DataKind; label: string; one: string; text: string }[] = [
  {
    kind: 'rating',
    label: 'Ratings',
    one: 'rating',
    text: 'Of scenes, images, galleries, groups, performers and studios.',
  },
  { kind: 'favorite', label: 'Favourites', one: 'favourite', text: 'Performers, studios and tags.' },
  { kind: 'plays', label: 'Plays', one: 'play', text: 'How often, how long and when: they join your history.' },
  { kind: 'progress', label: 'Positions', one: 'position', text: 'Where to go on watching.' },
  { kind: 'o', label: 'O-counter', one: 'o', text: 'Kept as a figure of its own.' },
];

/** "3 ratings, 1 play"; kinds of which none went are left out. */
export function wentText(pushed: Readonly<Record<string, number>>): string {
  return DATA_KINDS.flatMap(({ kind, one }) => (pushed[kind] ? [plural(pushed[kind], one)] : [])).join(', ');
}

/** "1,204 ratings, 33 favourites"; nothing for a result that tells no numbers. */
export function takenText(result: unknown): string {
  if (typeof result !== 'object' || result === null || !('read' in result)) return '';
  const counts = result as Record<string, unknown>;
  const parts = DATA_KINDS.flatMap(({ kind, label }) => {
    const count = counts[kind];
    return typeof count === 'number' && count > 0 ? [`${label.toLowerCase()} of ${formatCount(count)}`] : [];
  });
  return parts.length > 0 ? `New: ${parts.join(', ')}.` : 'Nothing new.';
}

export const POLLS: readonly { value: number; label: string }[] = [
  { value: 5, label: 'every 5 minutes' },
  { value: 15, label: 'every 15 minutes' },
  { value: 60, label: 'every hour' },
  { value: 360, label: 'every 6 hours' },
  { value: 1_440, label: 'once a day' },
  { value: 10_080, label: 'once a week' },
];

/** "every 90 minutes", also for what no choice offers. */
export function pollText(minutes: number): string {
  return POLLS.find(({ value }) => value === minutes)?.label ?? `every ${plural(minutes, 'minute')}`;
}

/** A whole number of minutes the server takes. */
export function pollProblem(minutes: number | string): string | null {
  return typeof minutes === 'number' && Number.isInteger(minutes) && minutes >= 5 && minutes <= 10_080
    ? null
    : 'From 5 minutes to 10,080 (a week)';
}

/** What a sync says of itself, without how much was removed: that stands beside the numbers. */
export function withoutRemoved(reason: string | null): string {
  return (reason ?? '').replace(
    /^[\d,]+ (was|were) removed upstream; what people said about (it|them) is kept\.\s*/,
    '',
  );
}

/** Worth asking for: half an address would only be refused. */
export function looksLikeUrl(text: string): boolean {
  return (
    /^https?:\/\/[^\s/:]+(:\d+)?(\/\S*)?$/i.test(text.trim()) || /^https?:\/\/\[[0-9a-f:]+\](:\d+)?/i.test(text.trim())
  );
}
