/** Displays and their remote control, for administrators. Shapes are the server's own words. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
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

export const displaysQuery = queryOptions({
  queryKey: ['displays', 'list'],
  queryFn: ({ signal }) => api.get<Listing<Display>>('displays', { signal }),
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

/** Puts a display into the list, unless the list knows a newer one. */
export function hearDisplay(client: QueryClient, display: Display): void {
  client.setQueryData(displaysQuery.queryKey, (list) => {
    if (!list) return list;
    const before = list.items.find(({ id }) => id === display.id);
    if (before && before.version > display.version) return list;
    const items = before ? list.items.map((one) => (one.id === display.id ? display : one)) : [...list.items, display];
    return { ...list, items };
  });
}
