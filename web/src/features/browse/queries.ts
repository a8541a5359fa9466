import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Facets, Rail } from '@/api/types';
import type { FacetName } from '@/core/browseState';
import { formatDate } from '@/core/format';
import type { SearchRecord } from '@/core/searchParams';
import { searchString } from '@/core/searchParams';

export const FACET_LIMIT = 20;

const asQuery = (params: SearchRecord) => new URLSearchParams(searchString(params));

/** Counts for the whole panel in one request; old ones stay on screen, dimmed, until the new ones are here. */
export const facetsQuery = (filters: SearchRecord, facets: readonly FacetName[]) =>
  queryOptions({
    queryKey: ['facets', searchString(filters), facets.join()],
    queryFn: ({ signal }) =>
      api.get<Facets>('items/facets', {
        query: asQuery({ ...filters, facet: facets, limit: String(FACET_LIMIT) }),
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

/** Looking for a value beyond those shown. */
export const facetSearchQuery = (filters: SearchRecord, facet: FacetName, text: string) =>
  queryOptions({
    queryKey: ['facets', searchString(filters), facet, 'search', text],
    queryFn: ({ signal }) =>
      api.get<Facets>('items/facets', {
        query: asQuery({ ...filters, facet, facet_q: text, limit: String(FACET_LIMIT) }),
        signal,
      }),
    enabled: text !== '',
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const railQuery = (result: SearchRecord) =>
  queryOptions({
    queryKey: ['rail', searchString(result)],
    queryFn: async ({ signal }) => {
      const { marks } = await api.get<Rail>('items/rail', { query: asQuery({ ...result, n: '200' }), signal });
      return marks.map((mark) => ({ ...mark, label: placeName(mark.label) }));
    },
    staleTime: 60_000,
  });

/** Months come as "2026-11"; everything else reads as it is. */
function placeName(label: string): string {
  return /^\d{4}-\d{2}$/.test(label) ? formatDate(label) : label;
}

/** Where an item stands in a result, or null when it is no longer in it. */
export async function positionOf(id: number, result: SearchRecord): Promise<number | null> {
  try {
    const { index } = await api.get<{ index: number }>(`items/${id}/position`, { query: asQuery(result) });
    return index;
  } catch {
    return null;
  }
}
