/** Playlists: blocks in order for displays, or chosen items. What many pages share of them; shapes are the server's own words. */
import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import { CachePool } from '@/core/cachePool';
import { api, serverUrl } from './client';
import type { components } from './schema';
import type { Listing } from './types';

type Schemas = components['schemas'];

export type Playlist = Schemas['Playlist'];
export type Block = Schemas['Block'];
export type Entry = Schemas['Entry'];
export type EntriesChanged = Schemas['EntriesChanged'];
export type PlaylistPlace = Schemas['Place'];
export type Imported = Schemas['ImportedPlaylist'];
type BlockPreview = Schemas['BlockPreview'];
type View = Schemas['View'];
export type PlaylistKind = Playlist['kind'];
export type BlockOrder = Block['order'];
export type BlockFormat = Block['format'];

/** What a block says of itself; what is not said has its default. */
export type BlockWords = Pick<Block, 'title' | 'q' | 'filter' | 'view_id' | 'count' | 'order' | 'format' | 'dwell'>;

/** Playlists are few; the server cuts at this many. */
const MANY = 1_000;

/** Entries of open playlists; a small share of what lists may hold. */
export const entryLists = new CachePool<Entry>(8 * 2 ** 20);

export const playlistsQuery = queryOptions({
  queryKey: ['playlists', 'list'],
  queryFn: ({ signal }) => api.get<Listing<Playlist>>('playlists', { query: { page_size: MANY }, signal }),
  staleTime: 0,
});

/** Names alone, of those for displays: to choose from. */
export const blockPlaylistsQuery = queryOptions({
  queryKey: ['playlists', 'names'],
  queryFn: ({ signal }) =>
    api.get<Listing<Playlist>>('playlists', { query: { kind: 'blocks', brief: true, page_size: MANY }, signal }),
  staleTime: 0,
});

export const playlistQuery = (id: number) =>
  queryOptions({
    queryKey: ['playlists', 'one', id],
    queryFn: ({ signal }) => api.get<Playlist>(`playlists/${id}`, { signal }),
    staleTime: 0,
  });

/** `words` is JSON, so that equal blocks are one question. */
const UNCOUNTED_MS = 1_500;

export const blockPreviewQuery = (words: string) =>
  queryOptions({
    queryKey: ['playlists', 'preview', words],
    queryFn: ({ signal }) => api.post<BlockPreview>('playlists/blocks/preview', JSON.parse(words), { signal }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    // Nobody knows the number yet, and a job counts.
    refetchInterval: ({ state }) => (state.data?.stale ? UNCOUNTED_MS : false),
  });

export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: ({ signal }) => api.get<{ items: View[] }>('views', { signal }),
});

export const placeQuery = (id: number) =>
  queryOptions({
    queryKey: ['playlists', 'place', id],
    queryFn: ({ signal }) => api.get<PlaylistPlace>(`playlists/${id}/place`, { signal }),
    staleTime: 0,
  });

export interface NewPlaylist {
  name: string;
  kind: PlaylistKind;
  shared?: boolean;
  display_id?: number | null;
  blocks?: Partial<BlockWords>[];
}

export const addPlaylist = (said: NewPlaylist) => api.post<Playlist>('playlists', said);
export const duplicatePlaylist = (id: number) => api.post<Playlist>(`playlists/${id}/duplicate`, {});
export const removePlaylist = (id: number) => api.delete<void>(`playlists/${id}`);
export const activatePlaylist = (id: number, displayId: number | null) =>
  api.post<Playlist>(`playlists/${id}/activate`, { display_id: displayId });
export const importPlaylist = (body: { playlist: unknown } | { csv: string; name?: string }) =>
  api.post<Imported>('playlists/import', body);
export const exportUrl = (id: number, format: 'json' | 'csv') =>
  serverUrl(`api/playlists/${id}/export?format=${format}`);
export const exportedPlaylist = (id: number) =>
  api.get<unknown>(`playlists/${id}/export`, { query: { format: 'json' } });
export const addBlock = (id: number, words: Partial<BlockWords>, version?: number) =>
  api.post<Playlist>(`playlists/${id}/blocks`, { ...words, version });

/** Which items: these, or all that an address finds. */
export type EntryTarget = { item_ids: number[] } | { query: string };

export const addEntries = (id: number, target: EntryTarget, unique: boolean, before: number | null = null) =>
  api.post<EntriesChanged>(`playlists/${id}/items`, { ...target, unique, before });
export const removeEntries = (id: number, entryIds: number[]) =>
  api.delete<EntriesChanged>(`playlists/${id}/items`, { body: { entry_ids: entryIds } });
export const orderEntries = (id: number, entryIds: number[], before: number | null) =>
  api.put<EntriesChanged>(`playlists/${id}/items/order`, { entry_ids: entryIds, before });
export interface NextWish {
  entry_id: number | null;
  shuffle: boolean;
  seed?: number | null;
  back?: boolean;
}
export const nextEntry = async (id: number, wish: NextWish) => {
  const { entry } = await api.get<{ entry: Entry | null }>(`playlists/${id}/next`, { query: { ...wish } });
  return entry;
};
export const putPlace = (id: number, place: { entry_id: number | null; shuffle: boolean; seed?: number }) =>
  api.put<PlaylistPlace>(`playlists/${id}/place`, place);

export function renewPlaylists(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: ['playlists'] });
}
