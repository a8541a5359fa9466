/** Which reader opens an item, if any. */
import type { Item } from '@/api/types';

export type ReaderKind = 'pages' | 'book';

const PAGED = new Set(['application/pdf', 'application/x-pdf']);
const BOOKS = new Set(['application/epub+zip']);

export function readerOf(item: Pick<Item, 'kind' | 'files' | 'pages'>): ReaderKind | null {
  const file = item.files[0];
  if (!file || file.missing) return null;
  if (BOOKS.has(file.mime ?? '')) return 'book';
  const paged = item.kind === 'comic' || PAGED.has(file.mime ?? '');
  return paged && (item.pages ?? 0) > 0 ? 'pages' : null;
}

/** PDF pages are drawn in the width that is asked for; the pages of a comic are pictures already. */
export function isDrawnToOrder(item: Pick<Item, 'files'>): boolean {
  return PAGED.has(item.files[0]?.mime ?? '');
}
