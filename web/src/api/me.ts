import { api } from './client';
import { itemLists } from './listing';
import type { Card, Me } from './types';

export type MyChanges = Partial<Pick<Me, 'rating' | 'favorite' | 'progress' | 'hidden'>>;

/** `settled`: the server knows; what is asked for from now on has it in it. */
type Follower = (itemId: number, changes: Partial<Me>, settled: boolean) => void;

const followers = new Set<Follower>();

/** Shows the change at once wherever the item is listed, and takes it back if the server refuses. */
export async function changeMine(item: Card, changes: MyChanges): Promise<void> {
  patchMine(item.id, changes);
  try {
    await api.put(`items/${item.id}/me`, changes);
    patchMine(item.id, changes, true); // lists that were fetched in between know the old state
  } catch (error) {
    patchMine(item.id, item.me, true);
    throw error;
  }
}

/** As watched, read or listened to, or as never played: the plays and the progress go with it. */
export async function markWatched(item: Card, watched: boolean): Promise<Me> {
  patchMine(item.id, marked(item.me, watched));
  try {
    const me = await api.put<Me>(`items/${item.id}/watched`, { watched });
    patchMine(item.id, me, true);
    return me;
  } catch (error) {
    patchMine(item.id, item.me, true);
    throw error;
  }
}

/** What such a mark makes of my word about an item, until the server says it exactly. */
export function marked(me: Me, watched: boolean): Partial<Me> {
  return watched ? { progress: 1, play_count: Math.max(1, me.play_count) } : { progress: null, play_count: 0 };
}

/** Played at least once: what "watched" means in lists and on buttons. */
export function isWatched(me: Pick<Me, 'play_count'>): boolean {
  return me.play_count > 0;
}

export function patchMine(itemId: number, changes: Partial<Me>, settled = false): void {
  itemLists.patch((card) => (card.id === itemId ? { ...card, me: { ...card.me, ...changes } } : card));
  for (const follower of followers) follower(itemId, changes, settled);
}

/** Calls back with every change of my word about an item, wherever it was made. Returns how to stop. */
export function followMine(follower: Follower): () => void {
  followers.add(follower);
  return () => followers.delete(follower);
}
