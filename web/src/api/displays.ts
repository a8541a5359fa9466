/** Displays and their remote control, for administrators. Shapes are the server's own words. */
import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { components } from './schema';
import type { Listing } from './types';

type Schemas = components['schemas'];

export type SlotItem = Schemas['SlotItem'];
export type Display = Schemas['Display'];
export type TimelineSlot = Schemas['TimelineSlot'];
type Timeline = Schemas['TimelineView'];
export type SlotStatus = TimelineSlot['status'];

export type PlayedEntry = Schemas['PlayedEntry'];

export type DisplayChanges = Schemas['EditDisplay'];

const HISTORY_PAGE = 50;
const DISPLAYS_PAGE = 24;
/** Where there are more pages than one, who comes and goes on the others is counted this often. */
const RECOUNT_MS = 30_000;

/** `online` counts the displays of all pages whose screen is connected. */
export type DisplayList = Schemas['DisplayList'];

/** Every list of displays. */
export const DISPLAY_LISTS = ['displays', 'list'] as const;

/** All of them: for choosing one. */
export const displaysQuery = queryOptions({
  queryKey: [...DISPLAY_LISTS, 'all'],
  queryFn: ({ signal }) => api.get<DisplayList>('displays', { signal }),
  staleTime: 0,
});

export const displaysPageQuery = (q: string, page: number) =>
  queryOptions({
    queryKey: [...DISPLAY_LISTS, 'page', q, page],
    queryFn: ({ signal }) =>
      api.get<DisplayList>('displays', { query: { q: q || null, page, page_size: DISPLAYS_PAGE }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: ({ state }) => ((state.data?.pagination.total_pages ?? 1) > 1 ? RECOUNT_MS : false),
  });

export const displayQuery = (id: number) =>
  queryOptions({
    queryKey: ['displays', 'one', id],
    queryFn: ({ signal }) => api.get<Display>(`displays/${id}`, { signal }),
    staleTime: 0,
  });

export const timelineQuery = (id: number) =>
  queryOptions({
    queryKey: ['displays', 'timeline', id],
    queryFn: ({ signal }) => api.get<Timeline>(`displays/${id}/timeline`, { signal }),
    staleTime: 0,
  });

export const playedQuery = (id: number, page: number) =>
  queryOptions({
    queryKey: ['displays', 'history', id, page],
    queryFn: ({ signal }) =>
      api.get<Listing<PlayedEntry>>(`displays/${id}/history`, { query: { page, page_size: HISTORY_PAGE }, signal }),
    staleTime: 0,
  });

export const claimDisplay = (code: string, name: string, userId: number | null) =>
  api.post<Display>('displays', { code, name, ...(userId !== null && { user_id: userId }) });
export const changeDisplay = (id: number, changes: DisplayChanges) => api.patch<Display>(`displays/${id}`, changes);
export const removeDisplay = (id: number) => api.delete<void>(`displays/${id}`);

export type Wish = 'play' | 'pause' | 'stop' | 'rebuild';
export const wishDisplay = (id: number, wish: Wish) => api.post<Display>(`displays/${id}/${wish}`, {});
/** `slotId` is what was seen playing: when something else plays by now, nothing happens. */
export const skipDisplay = (id: number, way: 'next' | 'previous', slotId: number | null) =>
  api.post<Display>(`displays/${id}/${way}`, slotId === null ? {} : { slot_id: slotId });
export const seekDisplay = (id: number, seconds: number) => api.post<Display>(`displays/${id}/seek`, { seconds });
export const soundDisplay = (id: number, sound: { volume?: number; muted?: boolean }) =>
  api.post<Display>(`displays/${id}/volume`, sound);

/** Puts a display wherever it is shown, unless something newer is known there. */
export function hearDisplay(client: QueryClient, display: Display): void {
  for (const [key, list] of client.getQueriesData<DisplayList>({ queryKey: DISPLAY_LISTS })) {
    const [, , , q = ''] = key;
    if (list) client.setQueryData(key, heard(list, display, q === ''));
  }
  client.setQueryData(displayQuery(display.id).queryKey, (before) =>
    before && before.version <= display.version ? display : before,
  );
}

/** Shows changes of a display that the server has not confirmed yet. */
export function presumeDisplay(client: QueryClient, id: number, changes: Partial<Display>): void {
  const changed = (one: Display) => (one.id === id ? { ...one, ...changes } : one);
  client.setQueriesData<DisplayList>(
    { queryKey: DISPLAY_LISTS },
    (list) => list && { ...list, items: list.items.map(changed) },
  );
  client.setQueryData(displayQuery(id).queryKey, (before) => before && changed(before));
}

/** Asks anew for whatever is shown of displays. */
export function renewDisplays(client: QueryClient): Promise<void> {
  void client.invalidateQueries({ queryKey: ['displays', 'one'] });
  return client.invalidateQueries({ queryKey: DISPLAY_LISTS });
}

function heard(list: DisplayList, display: Display, isWhole: boolean): DisplayList {
  const before = list.items.find(({ id }) => id === display.id);
  if (before) {
    if (before.version > display.version) return list;
    const online = list.online + Number(display.online) - Number(before.online);
    return { ...list, online, items: list.items.map((one) => (one.id === display.id ? display : one)) };
  }
  // One that is not on this page changes all the time; only where there is no other is it a new one.
  const { pagination } = list;
  if (!isWhole || pagination.total_pages > 1) return list;
  return {
    ...list,
    online: list.online + Number(display.online),
    items: [...list.items, display],
    pagination: { ...pagination, total_count: pagination.total_count + 1 },
  };
}
