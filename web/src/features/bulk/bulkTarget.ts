/** From what is selected on the screen to what the server is asked to change. */
import { api } from '@/api/client';
import type { BulkTarget } from '@/api/editing';
import type { Card, Listing } from '@/api/types';
import type { PageCache } from '@/core/pageCache';
import { type SearchRecord, searchString } from '@/core/searchParams';
import type { Selection } from '@/core/selection';

/** More ids than this the server does not take; everything that matches has no such limit here. */
export const MOST_IDS = 100_000;
const AT_ONCE = 1_000; // cards of one request

export class SelectionError extends Error {}

export function isEverything(selection: Selection, total: number): boolean {
  return total > 0 && selection.count === total;
}

/**
 * All that matches is asked for by the list's own filters; fewer by their ids, of which those that are not loaded are fetched.
 * A selection is made of places, so it means nothing once the list is another: then it is refused, not guessed.
 */
export async function targetOf(
  selection: Selection,
  cache: PageCache<Card>,
  filters: SearchRecord,
  result: SearchRecord,
): Promise<BulkTarget> {
  if (isEverything(selection, cache.total ?? 0)) return { query: searchString(filters).replace(/^\?/, '') };
  if (selection.count > MOST_IDS) {
    const most = MOST_IDS.toLocaleString('en');
    throw new SelectionError(`Select at most ${most} items, or all that match. A filter narrows what matches.`);
  }
  const ids: number[] = [];
  for (const [first, last] of selection.ranges) {
    let at = first;
    while (at <= last) {
      const item = cache.item(at);
      if (item) {
        ids.push(item.id);
        at += 1;
      } else {
        const found = await fetchIds(cache, result, at, Math.min(AT_ONCE, last - at + 1));
        ids.push(...found);
        at += found.length;
      }
    }
  }
  return { ids };
}

async function fetchIds(cache: PageCache<Card>, result: SearchRecord, offset: number, size: number): Promise<number[]> {
  const search = searchString({ ...result, offset: String(offset), page_size: String(size) });
  const { items, snapshot } = await api.get<Listing<Card>>('items', { query: new URLSearchParams(search) });
  if (snapshot !== cache.snapshot || items.length === 0) {
    throw new SelectionError('The list has changed since you selected. Refresh it, and select again.');
  }
  return items.map(({ id }) => id);
}
