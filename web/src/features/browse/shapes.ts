import type { BrowseState } from '@/core/browseState';
import { filterOf } from '@/core/browseState';
import type { GridShape } from '@/core/gridGeometry';
import type { Preferences } from '@/ui/preferences';

const TEXT_HEIGHT = 46;
const LIST_ROW = 60;
const RATIOS = { poster: 1.5, square: 1, wide: 9 / 16 } as const;
const SIZES = { S: 120, M: 156, L: 220 } as const;
const WIDER = { poster: 1, square: 1, wide: 1.5 } as const;
const BY_KIND: Readonly<Record<string, keyof typeof RATIOS>> = {
  video: 'wide',
  image: 'square',
  audiobook: 'square',
  track: 'square',
};

/** One fixed cell shape for the whole result, so that index and position convert exactly. */
export function gridShape(state: BrowseState, preferences: Preferences, phone: boolean): GridShape {
  if (state.view === 'list') {
    return { minCell: 1, gap: 0, ratio: 0, text: LIST_ROW, minColumns: 1, maxColumns: 1 };
  }
  const shape = preferences.shape === 'auto' ? usualShape(state) : preferences.shape;
  const minColumns = phone && shape === 'square' && preferences.size !== 'L' ? 3 : phone && shape !== 'wide' ? 2 : 1;
  return {
    minCell: SIZES[preferences.size] * WIDER[shape],
    gap: phone ? 8 : 14,
    ratio: RATIOS[shape],
    text: TEXT_HEIGHT,
    minColumns,
    maxColumns: 24,
  };
}

/** What most pictures of this result look like, as far as the filters tell. */
function usualShape(state: BrowseState): keyof typeof RATIOS {
  const kinds = filterOf(state, 'kind').any;
  const shapes = new Set(kinds.map((kind) => BY_KIND[kind] ?? 'poster'));
  const [only] = shapes;
  return shapes.size === 1 && only ? only : 'poster';
}
