import { queryOptions } from '@tanstack/react-query';
import { api, serverUrl } from '@/api/client';
import { ApiError } from '@/api/errors';
import type { Card, Item, ItemFile, Listing } from '@/api/types';

const SIMILAR = 16;

export interface SpineSection {
  href: string;
  title: string;
}

export interface ItemEdit {
  title?: string;
  subtitle?: string;
  description?: string;
  date?: string;
  tags?: string[];
  unlock?: string[];
}

export const itemQuery = (id: number) =>
  queryOptions({
    queryKey: ['item', id],
    queryFn: ({ signal }) => api.get<Item>(`items/${id}`, { signal }),
  });

export const similarQuery = (id: number) =>
  queryOptions({
    queryKey: ['item', id, 'similar'],
    queryFn: async ({ signal }) => {
      const { items } = await api.get<Listing<Card>>(`items/${id}/similar`, { query: { n: SIMILAR }, signal });
      return items;
    },
    staleTime: 5 * 60_000,
  });

/** The reading order of a book; empty when the server does not tell, and the chapters have to do. */
export const spineQuery = (id: number) =>
  queryOptions({
    queryKey: ['item', id, 'spine'],
    queryFn: async ({ signal }) => {
      try {
        // Media live beside the API, not below it.
        return await api.get<SpineSection[]>(`../media/${id}/spine`, { signal });
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) return [];
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const editItem = (id: number, changes: ItemEdit) => api.patch<Item>(`items/${id}`, changes);

export function downloadUrl(file: ItemFile): string {
  return serverUrl(`${file.url}?download=1`);
}

/** Page `index`, from 0. A width is asked for where pages are drawn to order (PDF); pictures come as they are. */
export function pageUrl(itemId: number, index: number, width: number | null): string {
  return serverUrl(`media/${itemId}/page/${index}${width === null ? '' : `?w=${width}`}`);
}

export function resourceUrl(itemId: number, path: string): string {
  return serverUrl(`media/${itemId}/resource/${path.split('/').map(encodeURIComponent).join('/')}`);
}
