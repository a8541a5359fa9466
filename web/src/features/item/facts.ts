/** What is known about an item, as rows to print. Absent facts leave no row. */
import type { EntityKind, Item, Link } from '@/api/types';
import { formatDate, formatDimensions, formatDuration, formatSize, formatSpan, plural } from '@/core/format';
import { starsText } from './stars';

export interface CreditLine {
  label: string;
  links: Link[];
}

export interface FactRow {
  label: string;
  text: string;
}

/** Role → (how the headline says it, how a row is called), in the order of importance. */
const ROLES: Readonly<Record<string, readonly [string, string]>> = {
  author: ['By', 'Author'],
  narrator: ['Read by', 'Narrator'],
  writer: ['Written by', 'Writer'],
  director: ['Directed by', 'Director'],
  performer: ['With', 'Performer'],
  actor: ['With', 'Cast'],
  artist: ['By', 'Artist'],
  album_artist: ['By', 'Album artist'],
  photographer: ['Photographed by', 'Photographer'],
  composer: ['Composed by', 'Composer'],
  penciller: ['Art by', 'Penciller'],
  inker: ['Inked by', 'Inker'],
  colorist: ['Coloured by', 'Colourist'],
  letterer: ['Lettered by', 'Letterer'],
  cover_artist: ['Cover by', 'Cover artist'],
  illustrator: ['Illustrated by', 'Illustrator'],
  translator: ['Translated by', 'Translator'],
  editor: ['Edited by', 'Editor'],
  producer: ['Produced by', 'Producer'],
  contributor: ['With', 'Contributor'],
};
const ORDER = Object.keys(ROLES);

/** The persons, one line a role: "By …", "Read by …". Roles nobody foresaw come last, under their own name. */
export function creditLines(links: readonly Link[]): CreditLine[] {
  const byRole = new Map<string, Link[]>();
  for (const link of linksOf(links, 'person')) byRole.set(link.role, [...(byRole.get(link.role) ?? []), link]);
  return [...byRole]
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(([role, people]) => ({ label: ROLES[role]?.[0] ?? 'With', links: people }));
}

/** The people of the most important role, for places with one line. */
export function creatorNames(links: readonly Link[]): string {
  return (creditLines(links)[0]?.links ?? []).map((link) => link.name).join(', ');
}

export function linksOf(links: readonly Link[], kind: EntityKind): Link[] {
  return links.filter((link) => link.kind === kind);
}

/** "3", "1.5"; nothing when the place in the series is unknown. */
export function seriesNumber(link: Link): string {
  return link.position === null ? '' : String(link.position);
}

export function factRows(item: Item): FactRow[] {
  return [
    { label: 'Date', text: formatDate(item.date) },
    { label: 'Language', text: languageName(item.language) },
    { label: 'Length', text: lengthText(item) },
    { label: 'Pages', text: item.pages === null ? '' : String(item.pages) },
    { label: 'Dimensions', text: formatDimensions(item.width, item.height) },
    { label: 'Size', text: formatSize(item.size) },
    { label: 'Rating', text: item.rating === null ? '' : `${starsText(item.rating)} of 5` },
    { label: 'Age', text: item.age_rating === null ? '' : ageText(item.age_rating) },
    { label: 'Added', text: formatDate(item.added_at) },
  ].filter((row) => row.text !== '');
}

/** Made of a file's bytes: they tell copies apart, and say nothing to a reader. */
const FINGERPRINTS: ReadonlySet<string> = new Set(['md5', 'oshash', 'phash', 'checksum']);

/** Numbers under which the world knows it: ISBN, ASIN, an address. */
export function identifiersOf({ identifiers }: Pick<Item, 'identifiers'>): [scheme: string, value: string][] {
  return Object.entries(identifiers).filter(([scheme]) => !FINGERPRINTS.has(scheme));
}

export function fingerprintsOf(identifiers: Item['identifiers']): Record<string, string> {
  return Object.fromEntries(Object.entries(identifiers).filter(([scheme]) => FINGERPRINTS.has(scheme)));
}

/** The few facts under the title: "2019 · 9 h 12 min · English". */
export function headline(item: Item): string {
  const length = item.pages === null ? formatSpan(item.duration) : plural(item.pages, 'page');
  const shape = item.kind === 'image' ? formatDimensions(item.width, item.height) : '';
  return [formatDate(item.date), length, shape, languageName(item.language)].filter(Boolean).join(' · ');
}

export function languageName(tag: string | null): string {
  if (!tag) return '';
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag; // not a language tag: whatever the file says is still worth showing
  }
}

function lengthText({ duration }: Item): string {
  return duration !== null && duration < 60 ? formatSpan(duration) : formatDuration(duration);
}

function ageText(age: number): string {
  return age === 0 ? 'For everyone' : `${age} and older`;
}

function rank(role: string): number {
  const place = ORDER.indexOf(role);
  return place < 0 ? ORDER.length : place;
}
