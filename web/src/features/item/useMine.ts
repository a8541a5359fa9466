import { notifications } from '@mantine/notifications';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { changeMine, type MyChanges } from '@/api/me';
import type { Item } from '@/api/types';
import { itemQuery } from './itemApi';
import { ProgressSaver } from './saver';

export type ChangeMine = (changes: MyChanges) => Promise<void>;

/** Changes my rating, favourite or progress: at once on screen, taken back with a word if the server refuses. */
export function useMine(item: Item): ChangeMine {
  const client = useQueryClient();
  return async (changes) => {
    try {
      await change(client, item, changes);
    } catch (error) {
      notifications.show({ color: 'red', title: 'Not saved', message: error instanceof Error ? error.message : '' });
    }
  };
}

/** A saver for this item that is flushed when the tab is hidden or the player goes away. */
export function useProgressSaver(item: Item): ProgressSaver {
  const client = useQueryClient();
  const [saver] = useState(() => new ProgressSaver((progress) => change(client, item, { progress }), item.me.progress));
  useEffect(() => {
    const flush = () => saver.flush();
    document.addEventListener('visibilitychange', flush);
    window.addEventListener('pagehide', flush);
    return () => {
      document.removeEventListener('visibilitychange', flush);
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [saver]);
  return saver;
}

async function change(client: QueryClient, item: Item, changes: MyChanges): Promise<void> {
  const { queryKey } = itemQuery(item.id);
  const before = client.getQueryData(queryKey) ?? item;
  const show = (me: MyChanges) =>
    client.setQueryData(queryKey, (now) => (now === undefined ? now : { ...now, me: { ...now.me, ...me } }));
  // A refetch that is under way would bring the old state back.
  await client.cancelQueries({ queryKey, exact: true });
  show(changes);
  try {
    await changeMine(before, changes);
  } catch (error) {
    show(before.me);
    throw error;
  }
}
