import type { Card } from '@/api/types';
import type { BrowseState } from '@/core/browseState';
import { isTyping, type KeyEventLike } from '@/core/keymap';
import type { PageCache } from '@/core/pageCache';
import { Selection } from '@/core/selection';
import type { Grid } from '@/ui/grid/useGrid';
import { inGrid, useGridKeys } from '@/ui/grid/useGridKeys';
import { useKeys } from '@/ui/keys';
import { usePreferences } from '@/ui/preferences';
import { useItemKeys } from '@/ui/useItemKeys';

interface BrowseKeys {
  grid: Grid;
  cache: PageCache<Card>;
  selection: Selection;
  setSelection: (selection: Selection) => void;
  view: BrowseState['view'];
  onView: (view: BrowseState['view']) => void;
  onGoTo: () => void;
  onFilters: () => void;
  onPage: (step: number) => void;
}

const VIEWS: readonly BrowseState['view'][] = ['grid', 'list', 'pages'];
const SIZES = ['S', 'M', 'L'] as const;

export function useBrowseKeys(keys: BrowseKeys): void {
  const { grid, cache, selection, setSelection } = keys;
  const onExtend = (from: number, to: number) => {
    const begun = selection.anchor === null ? selection.toggle(from) : selection;
    setSelection(begun.extendTo(to));
  };
  useGridKeys(grid, onExtend);

  const onCard = ({ target }: KeyEventLike) => inGrid(grid, target);
  const select = { group: 'Selecting' };
  useKeys([
    {
      keys: ['x', 'Space'],
      label: 'Select or unselect',
      ...select,
      when: onCard,
      run: () => setSelection(selection.toggle(grid.active)),
    },
    {
      keys: ['ctrl+a'],
      label: 'Select all',
      ...select,
      when: ({ target }) => !isTyping(target),
      run: () => setSelection(Selection.all(cache.total ?? 0)),
    },
    {
      keys: ['Escape'],
      label: 'Clear the selection',
      ...select,
      when: () => selection.count > 0,
      run: () => setSelection(Selection.none),
    },
  ]);
  useItemKeys(() => cache.item(grid.active), onCard);
  useViewKeys(keys);
}

function useViewKeys({ view, onView, onGoTo, onFilters, onPage }: BrowseKeys): void {
  const [{ size }, setPreferences] = usePreferences();
  const resize = (step: number) => setPreferences({ size: SIZES[SIZES.indexOf(size) + step] ?? size });
  const group = 'The list';
  const paged = () => view === 'pages';
  useKeys([
    { keys: ['G'], label: 'Go to a position', group, run: onGoTo },
    { keys: ['F'], label: 'Filters', group, run: onFilters },
    {
      keys: ['v'],
      label: 'Grid, list, pages',
      group,
      run: () => onView(VIEWS[(VIEWS.indexOf(view) + 1) % VIEWS.length] ?? 'grid'),
    },
    { keys: ['+'], label: 'Larger cards', group, run: () => resize(1) },
    { keys: ['-'], label: 'Smaller cards', group, run: () => resize(-1) },
    { keys: [']'], label: 'Next page', group, when: paged, run: () => onPage(1) },
    { keys: ['['], label: 'Previous page', group, when: paged, run: () => onPage(-1) },
  ]);
}
