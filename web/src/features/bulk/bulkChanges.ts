/** The changes of a bulk edit as rows of a form, and as what is sent. */
import type { BulkChanges } from '@/api/editing';
import { ENTITY_KINDS, type EntityKind } from '@/api/types';

export type Action = 'add' | 'remove' | 'set' | 'unlock';

/** What one row does. `names` are added or set, `ids` removed by the name they were chosen by, `text` is a value or a role. */
export interface Row {
  key: number;
  action: Action;
  field: string;
  names: string[];
  ids: { name: string; ids: number[] }[];
  text: string;
}

/** `text`, `long`, `date` and `age` are single values; `names` is a list of entities. */
type Input = 'text' | 'long' | 'date' | 'age' | 'names';

interface SetField {
  field: string;
  title: string;
  input: Input;
  kind?: EntityKind;
}

export const SET_FIELDS: readonly SetField[] = [
  { field: 'tags', title: 'Tags', input: 'names', kind: 'tag' },
  { field: 'genres', title: 'Genres', input: 'names', kind: 'genre' },
  { field: 'series', title: 'Series', input: 'names', kind: 'series' },
  { field: 'publisher', title: 'Publisher', input: 'text', kind: 'publisher' },
  { field: 'date', title: 'Date', input: 'date' },
  { field: 'language', title: 'Language', input: 'text' },
  { field: 'age_rating', title: 'Age rating', input: 'age' },
  { field: 'subtitle', title: 'Subtitle', input: 'text' },
  { field: 'description', title: 'Description', input: 'long' },
];

export const KIND_TITLES: Record<EntityKind, string> = {
  tag: 'Tags',
  genre: 'Genres',
  person: 'People',
  series: 'Series',
  studio: 'Studios',
  publisher: 'Publishers',
  group: 'Groups',
  gallery: 'Galleries',
};

/** What locks are kept on, and so can be given back. */
export const LOCK_TITLES: Readonly<Record<string, string>> = {
  title: 'Title',
  sort_title: 'Sort title',
  subtitle: 'Subtitle',
  description: 'Description',
  date: 'Date',
  language: 'Language',
  rating: 'Rating',
  age_rating: 'Age rating',
  cover: 'Cover',
  identifiers: 'Identifiers',
  chapters: 'Chapters',
  ...KIND_TITLES,
};

export const ROLES = [
  'author',
  'narrator',
  'performer',
  'artist',
  'album_artist',
  'composer',
  'director',
  'writer',
  'producer',
  'actor',
  'penciller',
  'colorist',
  'letterer',
  'cover_artist',
  'editor',
  'translator',
  'illustrator',
  'photographer',
  'contributor',
] as const;

/** Kinds in the order people look for them. */
export const KINDS = Object.keys(KIND_TITLES) as EntityKind[];

export function fieldsOf(action: Action): { value: string; label: string }[] {
  if (action === 'set') return SET_FIELDS.map(({ field, title }) => ({ value: field, label: title }));
  if (action === 'unlock') return Object.entries(LOCK_TITLES).map(([value, label]) => ({ value, label }));
  return KINDS.map((kind) => ({ value: kind, label: KIND_TITLES[kind] }));
}

/** A fresh row; the field is kept where the action has it too. */
export function rowOf(key: number, action: Action, field = ''): Row {
  const fields = fieldsOf(action);
  const kept = fields.some(({ value }) => value === field) ? field : (fields[0]?.value ?? '');
  return { key, action, field: kept, names: [], ids: [], text: kept === 'person' ? 'author' : '' };
}

/** Whether the row says all that is needed. To set nothing clears a field, which is a change as well. */
export function isComplete({ action, field, names, ids, text }: Row): boolean {
  if (action === 'add') return names.length > 0;
  if (action === 'remove') return ids.length > 0;
  if (action === 'unlock') return true;
  const input = SET_FIELDS.find((one) => one.field === field)?.input;
  if (input === 'date') return /^(\d{4}(-\d{2}(-\d{2})?)?)?$/.test(text.trim());
  if (input === 'age') return /^\d{0,2}$/.test(text.trim());
  return true;
}

/** Null as long as a row is not complete, or two set the same. */
export function changesOf(rows: readonly Row[]): BulkChanges | null {
  if (rows.length === 0 || !rows.every(isComplete)) return null;
  const set: Record<string, unknown> = {};
  const add: Record<string, unknown[]> = {};
  const remove: Record<string, number[]> = {};
  const unlock = new Set<string>();
  for (const row of rows) {
    if (row.action === 'unlock') unlock.add(row.field);
    else if (row.action === 'add') add[row.field] = [...(add[row.field] ?? []), ...addedBy(row)];
    else if (row.action === 'remove')
      remove[row.field] = [...(remove[row.field] ?? []), ...row.ids.flatMap(({ ids }) => ids)];
    else if (row.field in set) return null;
    else set[row.field] = settingOf(row);
  }
  return {
    ...(Object.keys(set).length > 0 && { set }),
    ...(Object.keys(add).length > 0 && { add }),
    ...(Object.keys(remove).length > 0 && { remove }),
    ...(unlock.size > 0 && { unlock: [...unlock] }),
  } as BulkChanges;
}

function addedBy({ field, names, text }: Row): unknown[] {
  return field === 'person' ? names.map((name) => ({ name, role: text })) : names;
}

function settingOf({ field, names, text }: Row): unknown {
  if (field === 'tags' || field === 'genres') return names;
  if (field === 'series') return names.map((name) => ({ name }));
  if (field === 'age_rating') return text.trim() === '' ? null : Number(text);
  return text.trim();
}

/** The kind of entity a row is about, for suggestions; null for plain values. */
export function kindOf({ action, field }: Row): EntityKind | null {
  if (action === 'set') return SET_FIELDS.find((one) => one.field === field)?.kind ?? null;
  return ENTITY_KINDS.find((kind) => kind === field) ?? null;
}
