import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { type Entry, playlistQuery } from '@/api/playlists';
import { listingOf } from '@/test/cards';
import { type Call, fakeServer } from '@/test/render';
import { useEntries } from './useEntries';

afterEach(() => vi.unstubAllGlobals());

const ENTRIES: Entry[] = [1, 2, 3, 4].map((id) => ({ entry_id: id, item: null, gone: true, added_at: '' }));

/** A server that keeps the order; it answers with the playlist itself only after `release`. */
function shown(playlistId: number) {
  let order = [...ENTRIES];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const calls = fakeServer({
    [`GET /api/playlists/${playlistId}/items`]: () => listingOf(order),
    [`GET /api/playlists/${playlistId}`]: () => held.then(() => ({ id: playlistId })),
    [`PUT /api/playlists/${playlistId}/items/order`]: ({ body }: Call) => {
      const { entry_ids, before } = body as { entry_ids: number[]; before: number | null };
      const rest = order.filter((one) => !entry_ids.includes(one.entry_id));
      const at = before === null ? rest.length : rest.findIndex((one) => one.entry_id === before);
      const chosen = order.filter((one) => entry_ids.includes(one.entry_id));
      order = [...rest.slice(0, at), ...chosen, ...rest.slice(at)];
      return { version: 2 };
    },
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const seen: string[] = [];
  const { result } = renderHook(
    () => {
      useQuery(playlistQuery(playlistId)); // as its page does
      const entries = useEntries(playlistId);
      entries.cache.want([0, 0], []);
      entries.see([0, 0]);
      const ids = ENTRIES.map((_, at) => entries.entryAt(at)?.entry_id ?? '?').join(' ');
      if (seen.at(-1) !== ids) seen.push(ids);
      return entries;
    },
    {
      wrapper: ({ children }: { children: ReactNode }) => (
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      ),
    },
  );
  return { calls, result, seen, release, order: () => order.map((one) => one.entry_id).join(' ') };
}

function down(entries: ReturnType<typeof useEntries>, from: number) {
  const entry = entries.entryAt(from);
  if (!entry) throw new Error('not there');
  act(() => entries.move(entry, { from, to: from + 1 }));
}

it('never shows a move twice, or taken back, while the server is asked', async () => {
  const { result, seen, order } = shown(7);
  await waitFor(() => expect(seen).toContain('1 2 3 4'));
  down(result.current, 0);
  await waitFor(() => expect(order()).toBe('2 1 3 4'));
  await waitFor(() => expect(result.current.cache.item(0)?.entry_id).toBe(2)); // read anew; the playlist itself is still asked for
  await act(async () => {});
  expect(seen.slice(seen.indexOf('1 2 3 4'))).toEqual(['1 2 3 4', '2 1 3 4']);
});

it('keeps a move that is made while the list is read anew', async () => {
  const { result, seen, order, release } = shown(8);
  await waitFor(() => expect(seen).toContain('1 2 3 4'));
  down(result.current, 0);
  down(result.current, 1);
  await waitFor(() => expect(order()).toBe('2 3 1 4'));
  down(result.current, 2);
  release();
  await waitFor(() => expect(order()).toBe('2 3 4 1'));
  await waitFor(() => expect(result.current.cache.item(3)?.entry_id).toBe(1));
  await act(async () => {});
  expect(seen.slice(seen.indexOf('1 2 3 4'))).toEqual(['1 2 3 4', '2 1 3 4', '2 3 1 4', '2 3 4 1']);
});
