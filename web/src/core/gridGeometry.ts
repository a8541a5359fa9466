/** Cells of equal size in whole pixels: position and index convert into each other by arithmetic, anywhere in the list. */

export interface GridShape {
  /** Narrowest cell; as many columns as fit. */
  minCell: number;
  gap: number;
  /** Height of the picture per width; 0 for rows of fixed height. */
  ratio: number;
  /** Pixels below the picture: the text lines. */
  text: number;
  minColumns: number;
  maxColumns: number;
}

export interface Geometry {
  columns: number;
  cellWidth: number;
  pictureHeight: number;
  rowHeight: number;
}

/** Null while the container has no width: hidden containers must not produce infinite numbers. */
export function gridGeometry(width: number, shape: GridShape): Geometry | null {
  if (width <= 0) return null;
  const fitting = Math.floor((width + shape.gap) / (shape.minCell + shape.gap));
  const columns = Math.max(shape.minColumns, Math.min(fitting, shape.maxColumns), 1);
  const cellWidth = Math.floor((width - (columns - 1) * shape.gap) / columns);
  const pictureHeight = Math.round(cellWidth * shape.ratio);
  return { columns, cellWidth, pictureHeight, rowHeight: pictureHeight + shape.text + shape.gap };
}

export function rowsOf(count: number, columns: number): number {
  return Math.ceil(count / columns);
}

/** The position that shows the same first item after the columns changed. */
export function samePlace(position: number, from: number, to: number): number {
  const row = Math.floor(position);
  return Math.floor((row * from) / to) + (position - row);
}

export type Move = 'left' | 'right' | 'up' | 'down' | 'pageUp' | 'pageDown' | 'first' | 'last';

/** Where a key takes the focus. Up and down stop at the edge instead of changing the column. */
export function moved(index: number, move: Move, count: number, columns: number, rowsPerScreen: number): number {
  const page = Math.max(1, Math.floor(rowsPerScreen)) * columns;
  const steps: Record<Move, number> = {
    left: -1,
    right: 1,
    up: -columns,
    down: columns,
    pageUp: -page,
    pageDown: page,
    first: -count,
    last: count,
  };
  const target = index + steps[move];
  if (move === 'up' && target < 0) return index;
  if (move === 'down' && target >= count) {
    const onLastRow = Math.floor(index / columns) === Math.floor((count - 1) / columns);
    return onLastRow ? index : count - 1;
  }
  return Math.max(0, Math.min(target, count - 1));
}
