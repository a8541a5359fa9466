import { notifications } from '@mantine/notifications';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { changeMine, type MyChanges, marked, markWatched } from '@/api/me';
import type { Item, Me } from '@/api/types';
import { itemQuery } from './itemApi';

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

/** As watched or read, or as never; the same way. */
export function useMark(item: Item): (watched: boolean) => Promise<void> {
  const client = useQueryClient();
  return async (watched) => {
    try {
      await optimistic(client, item, marked(item.me, watched), async (before) => {
        const me = await markWatched(before, watched);
        client.setQueryData(itemQuery(item.id).queryKey, (now) => now && { ...now, me });
      });
    } catch (error) {
      notifications.show({ color: 'red', title: 'Not saved', message: error instanceof Error ? error.message : '' });
    }
  };
}

const change = (client: QueryClient, item: Item, changes: MyChanges) =>
  optimistic(client, item, changes, (before) => changeMine(before, changes));

async function optimistic(
  client: QueryClient,
  item: Item,
  changes: Partial<Me>,
  send: (before: Item) => Promise<unknown>,
): Promise<void> {
  const { queryKey } = itemQuery(item.id);
  const before = client.getQueryData(queryKey) ?? item;
  const show = (me: Partial<Me>) =>
    client.setQueryData(queryKey, (now) => (now === undefined ? now : { ...now, me: { ...now.me, ...me } }));
  // A refetch that is under way would bring the old state back.
  await client.cancelQueries({ queryKey, exact: true });
  show(changes);
  try {
    await send(before);
  } catch (error) {
    show(before.me);
    throw error;
  }
}
