/**
 * Scrolling over any number of equal rows with a DOM element of bounded height.
 *
 * Browsers cut elements somewhere between 11 and 33 million pixels (Firefox makes them vanish), and scaling the scroll
 * distance makes fine positions unreachable. So the element is a *window* of at most WINDOW_PX over the rows: `origin` is
 * the row at its top, pixels inside it are 1:1, and the window moves under the viewport ("rebase") when scrolling rests, or
 * when an edge comes near. `position = origin + scrollTop / rowHeight` is the only truth outside.
 */
import { Velocity } from './velocity';

/** What we need of the scrolling element. `setHeight` sizes its one child. */
export interface ScrollSurface {
  scrollTop: number;
  readonly clientHeight: number;
  setHeight(px: number): void;
}

export interface Frame {
  /** The row at y = 0 of the window; row r is drawn at (r - origin) * rowHeight. */
  origin: number;
  /** Rows to draw, overscan included; last < first when there is nothing. */
  first: number;
  last: number;
  /** Rows that are at least partly on screen. */
  top: number;
  bottom: number;
  moving: boolean;
  /** Too fast to read: draw no new pictures. */
  fast: boolean;
}

export const WINDOW_PX = 2_000_000; // under every browser's cap, and 1/8 px exact in 32-bit floats
const REST_MS = 140;
const OVERSCAN_ROWS = 2; // above only while moving: most people go on downwards, and every row costs nodes
const OVERSCAN_AT_REST = 1;
const EXTRA_ROWS = 4; // in the direction of travel, at speed
const FAST_VIEWPORTS = 4; // per second
const EDGE_ABOVE = 2; // viewports left before a rebase is forced
const EDGE_BELOW = 3;

const EMPTY: Frame = { origin: 0, first: 0, last: -1, top: 0, bottom: -1, moving: false, fast: false };

export interface WindowScrollOptions {
  windowPx?: number;
  now?: () => number;
}

export class WindowScroll {
  readonly velocity = new Velocity();
  private surface: ScrollSurface | null = null;
  private rows = 0;
  private rowHeight = 1;
  private windowRows = 0;
  private origin = 0;
  private moving = false;
  private scrubbing = false;
  private current: Frame = EMPTY;
  private pendingRow: number | null = null;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly windowPx: number;
  private readonly now: () => number;

  constructor(options: WindowScrollOptions = {}) {
    this.windowPx = options.windowPx ?? WINDOW_PX;
    this.now = options.now ?? (() => performance.now());
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  frame = (): Frame => this.current;

  /** Fractional row at the top of the viewport. */
  get position(): number {
    if (!this.surface || this.rows === 0) return this.pendingRow ?? 0;
    return this.origin + this.surface.scrollTop / this.rowHeight;
  }

  /** The largest position there is. */
  get end(): number {
    return Math.max(0, this.rows - this.viewportRows);
  }

  get viewportRows(): number {
    return (this.surface?.clientHeight ?? 0) / this.rowHeight;
  }

  get isScrubbing(): boolean {
    return this.scrubbing;
  }

  attach(surface: ScrollSurface): () => void {
    this.surface = surface;
    this.layOut(this.pendingRow ?? 0);
    return () => {
      this.pendingRow = this.position;
      this.surface = null;
      clearTimeout(this.restTimer);
      this.moving = false;
    };
  }

  /** A new number of rows or another row height. `position` is where to be afterwards, the same row when left out. */
  configure(rows: number, rowHeight: number, position = this.position): void {
    // A hidden container measures 0 and would make every later division infinite.
    if (!(rowHeight > 0) || !Number.isFinite(rowHeight)) return;
    this.rows = Math.max(0, Math.floor(rows));
    this.rowHeight = rowHeight;
    this.windowRows = Math.min(this.rows, Math.floor(this.windowPx / rowHeight));
    this.layOut(position);
  }

  /** Tell it after every scroll event. */
  onScroll(): void {
    if (!this.surface) return;
    this.velocity.push(this.position, this.now());
    this.moving = true;
    if (this.nearEdge()) this.rebase(this.surface);
    this.publish();
    this.restLater(this.surface);
  }

  /** Tell it when the viewport changed its height. */
  onResize(): void {
    this.publish();
  }

  /** Puts this (fractional) row at the top of the viewport, or as near as the end allows. */
  jump(row: number): void {
    if (!this.surface || this.rows === 0) {
      this.pendingRow = row; // nothing to scroll yet: go there when there is
      return;
    }
    const target = clamp(row, 0, this.end);
    if (!this.wellInside(target)) this.origin = this.originAround(target);
    this.surface.scrollTop = (target - this.origin) * this.rowHeight;
    this.velocity.reset(this.position, this.now());
    this.publish();
    this.restLater(this.surface);
  }

  /** Scrolls as little as makes the whole row visible. */
  reveal(row: number): void {
    const { position, viewportRows } = this;
    if (row < position) this.jump(row);
    else if (row + 1 > position + viewportRows) this.jump(row + 1 - viewportRows);
  }

  /** While a scrubber is held nothing is worth loading. */
  scrub(active: boolean): void {
    this.scrubbing = active;
    this.publish();
  }

  private layOut(position: number): void {
    if (!this.surface || this.rows === 0) {
      this.pendingRow = position;
      this.surface?.setHeight(0);
      this.publish();
      return;
    }
    const target = clamp(position, 0, this.end);
    // Rows that fit the window stay put; the others get room on both sides of where the reader is.
    this.origin = this.originAround(target);
    this.surface.setHeight(this.windowRows * this.rowHeight);
    this.surface.scrollTop = (target - this.origin) * this.rowHeight;
    this.pendingRow = null;
    this.velocity.reset(this.position, this.now());
    this.publish();
  }

  private restLater(surface: ScrollSurface): void {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.rest(surface), REST_MS);
  }

  private rest(surface: ScrollSurface): void {
    this.moving = false;
    if (this.outsideMiddle()) this.rebase(surface);
    this.publish();
  }

  /** Moves the window, not the reader: origin and scrollTop change by the same distance in one task. */
  private rebase(surface: ScrollSurface): void {
    const shift = this.originAround(this.position) - this.origin;
    this.origin += shift;
    surface.scrollTop -= shift * this.rowHeight;
  }

  private originAround(row: number): number {
    return clamp(Math.floor(row) - Math.floor(this.windowRows / 2), 0, this.rows - this.windowRows);
  }

  private nearEdge(): boolean {
    const above = this.position - this.origin;
    const below = this.origin + this.windowRows - this.position;
    const nearTop = above < EDGE_ABOVE * this.viewportRows && this.origin > 0;
    const nearBottom = below < EDGE_BELOW * this.viewportRows && this.origin + this.windowRows < this.rows;
    return nearTop || nearBottom;
  }

  private outsideMiddle(): boolean {
    const ratio = (this.position - this.origin) / this.windowRows;
    return (ratio < 0.25 && this.origin > 0) || (ratio > 0.75 && this.origin + this.windowRows < this.rows);
  }

  private wellInside(row: number): boolean {
    const room = EDGE_BELOW * this.viewportRows;
    const top = this.origin === 0 ? 0 : this.origin + room;
    const bottom = this.origin + this.windowRows === this.rows ? this.rows : this.origin + this.windowRows - room;
    return row >= top && row <= bottom;
  }

  private publish(): void {
    const next = this.computed();
    if (same(next, this.current)) return;
    this.current = next;
    for (const listener of this.listeners) listener();
  }

  private computed(): Frame {
    if (!this.surface || this.rows === 0) return { ...EMPTY, origin: this.origin };
    const speed = this.velocity.at(this.now());
    const viewportsPerSecond = Math.abs(speed) / Math.max(this.viewportRows, 1);
    const extra = this.moving ? Math.min(EXTRA_ROWS, Math.ceil(viewportsPerSecond)) : 0;
    const top = clamp(Math.floor(this.position), 0, this.rows - 1);
    const bottom = clamp(Math.ceil(this.position + this.viewportRows) - 1, top, this.rows - 1);
    return {
      origin: this.origin,
      top,
      bottom,
      first: Math.max(0, top - (this.moving ? OVERSCAN_ROWS : OVERSCAN_AT_REST) - (speed < 0 ? extra : 0)),
      last: Math.min(this.rows - 1, bottom + OVERSCAN_ROWS + (speed > 0 ? extra : 0)),
      moving: this.moving,
      fast: this.scrubbing || (this.moving && viewportsPerSecond > FAST_VIEWPORTS),
    };
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, Math.max(low, high)));
}

function same(a: Frame, b: Frame): boolean {
  return (Object.keys(a) as (keyof Frame)[]).every((key) => a[key] === b[key]);
}
