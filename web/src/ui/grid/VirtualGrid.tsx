import { memo, type ReactNode, useLayoutEffect, useState } from 'react';
import type { Geometry } from '@/core/gridGeometry';
import type { PageCache } from '@/core/pageCache';
import type { Selection } from '@/core/selection';
import type { Grid } from './useGrid';
import classes from './VirtualGrid.module.css';

/** What a cell knows besides its item. Put `data-i={index}` and `tabIndex` on the element that takes the focus. */
export interface CellState {
  index: number;
  tabIndex: 0 | -1;
  selected: boolean;
  hovered: boolean;
  /** Too fast to read: draw no new pictures. */
  fast: boolean;
  geometry: Geometry;
}

export type RenderCell<T> = (item: T, state: CellState) => ReactNode;

interface VirtualGridProps<T> {
  grid: Grid;
  cache: PageCache<T>;
  label: string;
  selection: Selection;
  renderCell: RenderCell<T>;
  gap: number;
  onOpen: (item: T, index: number) => void;
  children?: ReactNode;
}

/**
 * The grid of the ARIA pattern: rows of cells, one of which is in the tab order; only rows near the viewport exist. Roles, not
 * <table>: table elements cannot be placed freely. The links in the cells take keys, so clicks are handled here, once.
 */
export function VirtualGrid<T>({
  grid,
  cache,
  label,
  selection,
  renderCell,
  gap,
  onOpen,
  children,
}: VirtualGridProps<T>) {
  const { frame, geometry, span } = grid;
  const [hovered, setHovered] = useState(-1);
  useFocusFollowing(grid);
  const columns = geometry?.columns ?? 1;
  const count = span.count ?? 0;
  const rows: ReactNode[] = [];
  for (let row = frame.first; geometry && row <= frame.last; row++) {
    const from = span.start + row * columns;
    const across = Math.min(columns, count - row * columns);
    const within = (index: number) => (index >= from && index < from + columns ? index - from : -1);
    rows.push(
      <Row
        key={row}
        row={row}
        y={(row - frame.origin) * geometry.rowHeight}
        from={from}
        items={Array.from({ length: across }, (_, column) => cache.item(from + column))}
        selected={selectedColumns(selection, from, across)}
        active={within(grid.active)}
        hovered={frame.moving ? -1 : within(hovered)}
        fast={frame.fast}
        geometry={geometry}
        gap={gap}
        renderCell={renderCell as RenderCell<unknown>}
      />,
    );
  }
  return (
    <div
      ref={grid.scroller}
      className={classes.scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={Math.ceil(count / columns)}
      aria-colcount={columns}
      aria-busy={span.count === null}
      tabIndex={-1}
      onFocus={(event) => {
        grid.focused.current = true;
        const index = indexAt(event.target);
        if (index !== null) grid.setActive(index);
      }}
      onBlur={({ relatedTarget, currentTarget }) => {
        // Null when the focused card was scrolled out of existence: the focus is still ours and comes back with it.
        if (relatedTarget && !currentTarget.contains(relatedTarget)) grid.focused.current = false;
      }}
      onPointerOver={(event) => event.pointerType === 'mouse' && setHovered(indexAt(event.target) ?? -1)}
      onPointerLeave={() => setHovered(-1)}
      onClick={(event) => {
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        const index = (event.target as Element).closest('a') ? indexAt(event.target) : null;
        const item = index === null ? undefined : cache.item(index);
        if (index === null || item === undefined) return;
        event.preventDefault();
        onOpen(item, index);
      }}
    >
      <div ref={grid.spacer} className={classes.spacer} role="presentation">
        {rows}
      </div>
      {children}
    </div>
  );
}

/** Cards come and go under the focus; after every commit the active one gets it back. */
function useFocusFollowing({ focused, scroller, active }: Grid): void {
  useLayoutEffect(() => {
    if (!focused.current) return;
    const element = scroller.current?.querySelector<HTMLElement>(`[data-i="${active}"]`);
    const owner = document.activeElement;
    const elsewhere = owner && owner !== document.body && !scroller.current?.contains(owner);
    if (element && element !== owner && !elsewhere) element.focus({ preventScroll: true });
  });
}

function indexAt(target: EventTarget): number | null {
  const text = (target as Element).closest<HTMLElement>('[role=gridcell]')?.dataset.cell;
  return text === undefined ? null : Number(text);
}

/** As a bit string, so that rows compare by value. */
function selectedColumns(selection: Selection, from: number, across: number): string {
  if (selection.ranges.length === 0) return '';
  return Array.from({ length: across }, (_, column) => (selection.has(from + column) ? '1' : '0')).join('');
}

interface RowProps {
  row: number;
  y: number;
  from: number;
  items: readonly unknown[];
  selected: string;
  active: number;
  hovered: number;
  fast: boolean;
  geometry: Geometry;
  gap: number;
  renderCell: RenderCell<unknown>;
}

const Row = memo(function Row({ row, y, from, items, geometry, gap, renderCell, ...state }: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={row + 1}
      className={classes.row}
      style={{ transform: `translateY(${y}px)`, height: geometry.rowHeight, gap }}
    >
      {items.map((item, column) => {
        const index = from + column;
        const selected = state.selected[column] === '1';
        const tabIndex = state.active === column ? 0 : -1;
        return (
          <div
            key={index}
            role="gridcell"
            aria-colindex={column + 1}
            aria-selected={selected}
            data-cell={index}
            className={classes.cell}
            style={{ width: geometry.cellWidth }}
          >
            {item === undefined ? (
              <SkeletonCell index={index} tabIndex={tabIndex} geometry={geometry} />
            ) : (
              renderCell(item, {
                index,
                tabIndex,
                selected,
                hovered: state.hovered === column,
                fast: state.fast,
                geometry,
              })
            )}
          </div>
        );
      })}
    </div>
  );
}, sameRow);

function sameRow(a: RowProps, b: RowProps): boolean {
  const { items: before, ...restBefore } = a;
  const { items: after, ...restAfter } = b;
  const keys = Object.keys(restBefore) as (keyof typeof restBefore)[];
  return (
    keys.every((key) => restBefore[key] === restAfter[key]) &&
    before.length === after.length &&
    before.every((item, column) => item === after[column])
  );
}

/** The same boxes in surface colour: calm, and nothing moves when the item arrives. */
function SkeletonCell({ index, tabIndex, geometry }: Pick<CellState, 'index' | 'tabIndex' | 'geometry'>) {
  return (
    <button
      type="button"
      data-i={index}
      data-skeleton
      tabIndex={tabIndex}
      className={classes.skeleton}
      aria-label="Loading"
    >
      <span style={{ height: geometry.pictureHeight || geometry.rowHeight - 16 }} />
    </button>
  );
}
