import { api } from './client';
import { itemLists } from './listing';
import type { Card, Me } from './types';

export type MyChanges = Partial<Pick<Me, 'rating' | 'favorite' | 'progress' | 'hidden'>>;

/** Shows the change at once wherever the item is listed, and takes it back if the server refuses. */
export async function changeMine(item: Card, changes: MyChanges): Promise<void> {
  patchMine(item.id, changes);
  try {
    await api.put(`items/${item.id}/me`, changes);
  } catch (error) {
    patchMine(item.id, item.me);
    throw error;
  }
}

export function patchMine(itemId: number, changes: MyChanges): void {
  itemLists.patch((card) => (card.id === itemId ? { ...card, me: { ...card.me, ...changes } } : card));
}
