/** The edit form, and what of it is worth sending: a field that is sent is kept against every later scan. */
import type { EntityKind, Item } from '@/api/types';
import { ENTITY_WORDS } from '@/ui/entityWords';
import { linksOf } from './facts';
import type { ItemEdit } from './itemApi';

export interface EditForm {
  title: string;
  subtitle: string;
  description: string;
  date: string;
  tags: string[];
}

export function editFormOf(item: Item): EditForm {
  return {
    title: item.title,
    subtitle: item.subtitle ?? '',
    description: item.description ?? '',
    date: item.date ?? '',
    tags: linksOf(item.links, 'tag').map((link) => link.name),
  };
}

/** The lock that keeps a field of the form; links are kept by their kind. */
export const LOCK_OF = {
  title: 'title',
  subtitle: 'subtitle',
  description: 'description',
  date: 'date',
  tags: 'tag',
} as const;

/** What a locked field is called on the screen. */
export function lockName(lock: string): string {
  const words = ENTITY_WORDS[lock as EntityKind]?.many ?? lock.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `released` locks go back to the source, whatever was typed into their fields. */
export function editsOf(item: Item, form: EditForm, released: ReadonlySet<string> = new Set()): ItemEdit {
  const before = editFormOf(item);
  const edits: ItemEdit = {};
  for (const field of ['title', 'subtitle', 'description', 'date'] as const) {
    const text = form[field].trim();
    if (!released.has(LOCK_OF[field]) && text !== before[field].trim()) edits[field] = text;
  }
  if (!released.has(LOCK_OF.tags) && form.tags.join('\n') !== before.tags.join('\n')) edits.tags = form.tags;
  if (released.size > 0) edits.unlock = [...released];
  return edits;
}

/** Years alone and months are dates too; so is none. */
export function isPartialDate(text: string): boolean {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text.trim());
  if (!match) return text.trim() === '';
  const [, year, month, day] = match;
  if (month === undefined) return true;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? '1')));
  return date.getUTCMonth() === Number(month) - 1;
}
