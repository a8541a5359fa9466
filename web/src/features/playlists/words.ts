/** Playlists and blocks in words. */
import type { Block, BlockWords, Playlist } from '@/api/playlists';
import { formatCount, plural } from '@/core/format';

export const NEW_BLOCK: BlockWords = {
  title: '',
  q: '',
  filter: '',
  view_id: null,
  count: 10,
  order: 'newest',
  format: 'mixed',
  dwell: null,
};

/** "3 blocks · 45 items a loop", "120 items", "Empty". */
export function extentOf(playlist: Playlist): string {
  if (playlist.kind === 'items') return playlist.item_count === 0 ? 'Empty' : plural(playlist.item_count, 'item');
  const { blocks } = playlist;
  if (blocks.length === 0) return 'No blocks yet';
  return `${plural(blocks.length, 'block')} · ${plural(loopLength(blocks), 'item')} a loop`;
}

export function loopLength(blocks: readonly Pick<Block, 'count'>[]): number {
  return blocks.reduce((sum, { count }) => sum + count, 0);
}

/** What a block is called where it has no title of its own. */
export function nameOfBlock(block: Pick<Block, 'title' | 'q' | 'view_name' | 'filter' | 'position'>): string {
  if (block.title) return block.title;
  if (block.q) return `“${block.q}”`;
  if (block.view_name) return block.view_name;
  return block.filter ? 'Filtered items' : 'All items';
}

interface Counted {
  available: number | null;
  seen: number;
  short: boolean;
  stale: boolean;
}

/** "120 seen of 5,321"; never a number that was not counted. */
export function countText({ available, seen }: Counted, onDisplay: boolean): string {
  if (available === null) return 'Not counted just now';
  if (!onDisplay) return available === 1 ? '1 item matches' : `${formatCount(available)} items match`;
  return `${formatCount(seen)} seen of ${formatCount(available)}`;
}

/** What to know before relying on the block; null when all is well. */
export function warningOf(counted: Counted, wanted: number): string | null {
  const { available, short } = counted;
  if (available === 0) return 'Nothing matches, so this block is passed over.';
  if (!short || available === null) return null;
  return `Only ${plural(available, 'item')} for ${formatCount(wanted)}: they are repeated within a loop, as far apart as they can be.`;
}

export function wordsOf(block: BlockWords): BlockWords {
  const { title, q, filter, view_id, count, order, format, dwell } = block;
  return { title, q, filter, view_id, count, order, format, dwell };
}
