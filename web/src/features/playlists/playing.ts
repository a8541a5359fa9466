/** Where a playlist is played: on the pages of its items, which say in their address which entry of which playlist they are. */
import { type Entry, nextEntry, type PlaylistPlace, putPlace } from '@/api/playlists';

export interface PlayingSearch {
  playlist?: number | undefined;
  entry?: number | undefined;
  shuffle?: boolean | undefined;
}

export interface PlayingTarget {
  itemId: number;
  search: PlayingSearch;
}

export function targetOf(playlistId: number, entry: Entry | null, shuffle: boolean): PlayingTarget | null {
  if (!entry?.item) return null;
  const search = { playlist: playlistId, entry: entry.entry_id, shuffle: shuffle || undefined };
  return { itemId: entry.item.id, search };
}

/** From the beginning, in order or in a new shuffle. */
export async function playAnew(playlistId: number, shuffle: boolean): Promise<PlayingTarget | null> {
  // No seed: to shuffle anew draws one.
  await putPlace(playlistId, { entry_id: null, shuffle: false });
  if (shuffle) await putPlace(playlistId, { entry_id: null, shuffle: true });
  return targetOf(playlistId, await nextEntry(playlistId, { entry_id: null, shuffle }), shuffle);
}

/** Where it was left. The entry itself is what comes before the one behind it. */
export async function playOn(playlistId: number, place: PlaylistPlace): Promise<PlayingTarget | null> {
  const { entry_id, shuffle } = place;
  if (entry_id === null) return playAnew(playlistId, shuffle);
  const behind = await nextEntry(playlistId, { entry_id, shuffle });
  const at = behind
    ? await nextEntry(playlistId, { entry_id: behind.entry_id, shuffle, back: true })
    : await lastBefore(playlistId, entry_id, shuffle);
  return targetOf(playlistId, at, shuffle) ?? playAnew(playlistId, shuffle);
}

/** The last entry has none behind it: it comes behind the one before it. */
async function lastBefore(playlistId: number, entryId: number, shuffle: boolean): Promise<Entry | null> {
  const before = await nextEntry(playlistId, { entry_id: entryId, shuffle, back: true });
  return nextEntry(playlistId, { entry_id: before?.entry_id ?? null, shuffle });
}
