/** How a slot is shown. */
import type { ScreenSlot } from '@/api/screens';

/** `card`: its words alone. */
export type Looks = 'film' | 'sound' | 'picture' | 'card';

/** By what the media are; where nothing says, by what the item is. */
export function looksOf(slot: ScreenSlot): Looks {
  if (isCard(slot)) return 'card';
  const { media, mime, item } = slot;
  const known = media === null ? 'image' : mime?.split('/')[0];
  if (known === 'video') return 'film';
  if (known === 'audio') return 'sound';
  if (known === 'image') return 'picture';
  if (item.kind === 'video') return 'film';
  return item.kind === 'audiobook' || item.kind === 'track' ? 'sound' : 'picture';
}

/** Neither a file nor a picture: nothing has to be fetched, and nothing can fail. */
export function isCard({ media, thumb }: ScreenSlot): boolean {
  return media === null && thumb === null;
}

/** What stands for its seconds and does not run by itself. */
export function isStill(slot: ScreenSlot): boolean {
  const looks = looksOf(slot);
  return looks === 'picture' || looks === 'card';
}
