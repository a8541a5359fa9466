import type { Entity } from '@/api/types';
import { formatCount, plural } from '@/core/format';

/** How many items there are of it; what only stands above others says how many of these there are. */
export function countsOf({ item_count, child_count }: Pick<Entity, 'item_count' | 'child_count'>): string {
  const below = child_count ? `${formatCount(child_count)} below` : '';
  return [item_count > 0 || !below ? plural(item_count, 'item') : '', below].filter(Boolean).join(' · ');
}
