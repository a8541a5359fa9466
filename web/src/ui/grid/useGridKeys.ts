import type { Move } from '@/core/gridGeometry';
import type { KeyEventLike } from '@/core/keymap';
import { useKeys } from '../keys';
import type { Grid } from './useGrid';

const MOVES: readonly (readonly [string, Move])[] = [
  ['ArrowLeft', 'left'],
  ['ArrowRight', 'right'],
  ['ArrowUp', 'up'],
  ['ArrowDown', 'down'],
  ['PageUp', 'pageUp'],
  ['PageDown', 'pageDown'],
  ['Home', 'first'],
  ['End', 'last'],
];

const NAMES: Record<Move, string> = {
  left: 'Previous item',
  right: 'Next item',
  up: 'Row above',
  down: 'Row below',
  pageUp: 'A screen up',
  pageDown: 'A screen down',
  first: 'First item',
  last: 'Last item',
};

/** Movement keys work wherever nothing else wants them: on the grid, or when nothing has the focus. */
export function useGridKeys(grid: Grid, onExtend?: (from: number, to: number) => void): void {
  const free = ({ target }: KeyEventLike) =>
    target === document.body || target === document.getElementById('main') || inGrid(grid, target);
  const group = 'In the grid';
  useKeys([
    ...MOVES.map(([key, move]) => ({
      keys: [key],
      label: NAMES[move],
      group,
      when: free,
      run: () => void grid.move(move),
    })),
    ...MOVES.map(([key, move]) => ({
      keys: [`shift+${key}`],
      label: `Select to: ${NAMES[move].toLowerCase()}`,
      group: 'Selecting',
      when: (event: KeyEventLike) => onExtend !== undefined && free(event),
      run: () => {
        const from = grid.active;
        onExtend?.(from, grid.move(move));
      },
    })),
  ]);
}

export function inGrid(grid: Grid, target: EventTarget | null): boolean {
  return target instanceof Node && (grid.scroller.current?.contains(target) ?? false);
}
