import { notifications } from '@mantine/notifications';
import { changeMine, isWatched, type MyChanges, markWatched } from '@/api/me';
import type { Card } from '@/api/types';
import type { KeyEventLike } from '@/core/keymap';
import { useKeys } from './keys';

/** `f`, `0`–`5` and `w` for the item that `find` says is meant. */
export function useItemKeys(
  find: (event: KeyEventLike) => Card | undefined,
  when: (event: KeyEventLike) => boolean,
): void {
  const bound = { group: 'The focused item', when };
  const mine = (event: KeyEventLike, changes: (item: Card) => MyChanges) => {
    const item = find(event);
    if (item) void changeMine(item, changes(item)).catch(reportRefusal);
  };
  useKeys([
    {
      keys: ['f'],
      label: 'Favourite',
      ...bound,
      run: (event) => mine(event, ({ me }) => ({ favorite: !me.favorite })),
    },
    {
      keys: ['0', '1', '2', '3', '4', '5'],
      label: 'Rate 1–5 stars, 0 takes it back',
      ...bound,
      run: (event) => mine(event, () => ({ rating: event.key === '0' ? null : Number(event.key) * 20 })),
    },
    {
      keys: ['w'],
      label: 'Watched or not',
      ...bound,
      run: (event) => {
        const item = find(event);
        if (item) void markWatched(item, !isWatched(item.me)).catch(reportRefusal);
      },
    },
  ]);
}

export function reportRefusal(error: unknown): void {
  notifications.show({ color: 'red', title: 'Not saved', message: error instanceof Error ? error.message : '' });
}
