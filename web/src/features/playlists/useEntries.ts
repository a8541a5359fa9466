import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api } from '@/api/client';
import { useListing } from '@/api/listing';
import { addEntries, type Entry, entryLists, orderEntries, playlistQuery, removeEntries } from '@/api/playlists';
import type { Listing } from '@/api/types';
import { offerUndo } from '@/ui/undo';
import { neighbourAfter, type Shift, sourceOf } from './shifting';

const NO_PARAMS = {};

/** The entries of a playlist as they are shown, and what may be done with them: at once on the screen, in turn on the server. */
export function useEntries(playlistId: number) {
  const client = useQueryClient();
  const path = `playlists/${playlistId}/items`;
  const { cache, refresh } = useListing(entryLists, path, NO_PARAMS);
  const [shifts, setShifts] = useState<readonly Shift[]>([]);
  const latest = useRef({ cache, refresh, pending: 0, visible: [0, 0] as readonly [number, number] });
  latest.current = { ...latest.current, cache, refresh };
  const turn = useRef<Promise<unknown>>(Promise.resolve());

  /** The list as the server has it now takes the place of the moves it holds, in one step: both together would move everything twice. */
  const settle = async () => {
    const { refresh: read, visible } = latest.current;
    if (!(await read(visible, () => latest.current.pending === 0))) return;
    setShifts([]);
    await client.invalidateQueries({ queryKey: playlistQuery(playlistId).queryKey });
  };
  /** One after the other, in the order they were done; the list is read anew behind the last. */
  const inTurn = (work: () => Promise<unknown>): Promise<void> => {
    latest.current.pending += 1;
    const done = turn.current.then(work).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : '';
      notifications.show({ color: 'red', title: 'Not saved', message });
    });
    const after = done.then(async () => {
      latest.current.pending -= 1;
      if (latest.current.pending === 0) await settle();
    });
    turn.current = done;
    return after;
  };
  const entryAt = (index: number): Entry | undefined => cache.item(sourceOf(index, shifts));
  const fetchAt = async (source: number): Promise<Entry | undefined> => {
    const query = { offset: source, page_size: 1 };
    return cache.item(source) ?? (await api.get<Listing<Entry>>(path, { query })).items[0];
  };

  const move = (entry: Entry, shift: Shift) => {
    const total = cache.total ?? 0;
    const neighbour = neighbourAfter(shift);
    const source = neighbour >= total ? null : sourceOf(neighbour, shifts);
    setShifts([...shifts, shift]);
    // Asked for now: what stands there changes with the moves that are still to come.
    const before = source === null ? Promise.resolve(undefined) : fetchAt(source);
    void inTurn(async () => orderEntries(playlistId, [entry.entry_id], (await before)?.entry_id ?? null));
  };
  const remove = (entry: Entry, index: number) => {
    const behind = entryAt(index + 1)?.entry_id ?? null;
    const { item } = entry;
    void inTurn(() => removeEntries(playlistId, [entry.entry_id])).then(() => {
      if (!item) return;
      offerUndo(`${item.title} is taken out.`, () =>
        inTurn(() => addEntries(playlistId, { item_ids: [item.id] }, false, behind)),
      );
    });
  };
  return {
    cache,
    total: cache.total,
    entryAt,
    move,
    remove,
    see: (visible: readonly [number, number]) => {
      latest.current.visible = visible;
    },
  };
}
