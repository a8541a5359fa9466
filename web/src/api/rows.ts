/** Short lists that stand in a row: the home page's carousels. They follow what I say about their items, wherever I say it. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { followMine } from './me';
import type { Because } from './personal';
import type { Card, Listing } from './types';

export const ROW_SIZE = 24;

/** A card of a row; recommended ones bring their reasons along. */
export type RowCard = Card & { because?: Because[] };

export interface Row {
  items: RowCard[];
  total: number;
  isEstimate: boolean;
}

const ROWS = 'row';
const ONE_VISIT_MS = 2_000; // the page waits for its first rows, and each of them asks again as it appears
/** Parts of a saved address that say how a page looks, not what is on it. */
const LOOKS = ['view', 'page', 'page_size', 'per_page', 'offset', 'cursor'] as const;

/** What a list is asked for, from the part of an address behind `?`. */
export function listParams(query: string): URLSearchParams {
  const params = new URLSearchParams(query);
  for (const name of LOOKS) params.delete(name);
  return params;
}

/** Shown at once as it was, and asked for anew each time: what was played or favoured meanwhile belongs in it. */
export const rowQuery = (path: string, query: string) => rowOf(path, query, ROW_SIZE);

function rowOf(path: string, query: string, size: number) {
  return queryOptions({
    queryKey: [ROWS, path, query, size],
    queryFn: async ({ signal }): Promise<Row> => {
      const params = listParams(query);
      params.set('page_size', String(size));
      const { items, pagination } = await api.get<Listing<RowCard>>(path, { query: params, signal });
      return { items, total: pagination.total_count, isEstimate: pagination.total_is_estimate };
    },
    staleTime: ONE_VISIT_MS,
  });
}

/** All of them: the server recommends a hundred or so. */
export const listOfRecommended = rowOf('items/recommended', '', 200);

/**
 * Keeps every row true to what I say about items: hidden ones vanish at once, hearts and progress show at once. Once the
 * server knows, rows that do not show the item are asked for anew, for they may have gained it, or have room for another;
 * those that show it keep it under the hand.
 */
export function keepRows(client: QueryClient): () => void {
  return followMine((itemId, changes, settled) => {
    const shows = (row: Row | undefined) => row?.items.some((card) => card.id === itemId) ?? false;
    client.setQueriesData<Row>({ queryKey: [ROWS] }, (row) => {
      if (!row || !shows(row)) return row;
      if (changes.hidden === true) {
        return { ...row, items: row.items.filter((card) => card.id !== itemId), total: Math.max(0, row.total - 1) };
      }
      return {
        ...row,
        items: row.items.map((card) => (card.id === itemId ? { ...card, me: { ...card.me, ...changes } } : card)),
      };
    });
    if (!settled) return;
    void client.invalidateQueries({
      queryKey: [ROWS],
      predicate: ({ state }) => !shows(state.data as Row | undefined),
    });
  });
}

/** After anything else that changes which items there are for me. */
export function renewRows(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: [ROWS] });
}
