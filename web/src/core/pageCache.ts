/**
 * The pages of one ordered result, held in least-recently-used order and bounded in bytes by the pool that owns it.
 *
 * `want` says what is on screen and what may come next; everything else follows from that: what is fetched, in which order,
 * what is given up, what may be dropped. Nothing here knows about React or HTTP.
 */

export interface PageRequest {
  page: number;
  offset: number;
  limit: number;
  /** The neighbour's cursor when there is one: cheap on every engine, while an offset may not be. */
  cursor: string | null;
}

export interface LoadedPage<T> {
  items: readonly T[];
  total: number;
  isEstimate: boolean;
  snapshot: string;
  nextCursor: string | null;
  prevCursor: string | null;
  /** Length of the response text; two bytes each is a safe upper bound of what the parsed page takes. */
  chars: number;
}

export type PageLoader<T> = (request: PageRequest, signal: AbortSignal) => Promise<LoadedPage<T>>;

export interface CacheStats {
  hits: number;
  misses: number;
  fetched: number;
  aborted: number;
  evicted: number;
  failed: number;
}

export interface CacheOptions<T> {
  pageSize: number;
  load: PageLoader<T>;
  /** Called after the cache grew: the pool then trims. */
  onGrow?: () => void;
  /** True for errors that another try may cure. */
  worthRetrying?: (error: unknown) => boolean;
}

interface Entry<T> {
  state: 'loading' | 'waiting' | 'ready' | 'failed';
  loaded: LoadedPage<T> | null;
  bytes: number;
  abort: AbortController | null;
  tries: number;
  error: unknown;
}

export type PageState = 'absent' | 'loading' | 'ready' | 'failed';

/** First and last page, both included; nothing when last < first. */
export type PageRange = readonly [first: number, last: number];

const NOTHING: PageRange = [0, -1];
const CONCURRENCY = 3; // of the browser's six connections per host; thumbnails need the rest
const KEEP_DISTANCE = 4; // a request this near will be wanted again in a moment
const MAX_TRIES = 3;
const FIRST_BACKOFF_MS = 400;

export class PageCache<T> {
  readonly pageSize: number;
  readonly stats: CacheStats = { hits: 0, misses: 0, fetched: 0, aborted: 0, evicted: 0, failed: 0 };
  total: number | null = null;
  isEstimate = false;
  snapshot: string | null = null;
  /** The library changed under this result. Positions stay as they are until somebody refreshes. */
  stale = false;
  bytes = 0;

  private readonly options: CacheOptions<T>;
  private readonly entries = new Map<number, Entry<T>>(); // insertion order is the LRU order
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private readonly listeners = new Set<() => void>();
  private queue: number[] = [];
  private visible: PageRange = NOTHING;
  private looked: PageRange = NOTHING; // what was last on screen for somebody to look at
  private changes = 0;

  constructor(options: CacheOptions<T>) {
    this.options = options;
    this.pageSize = options.pageSize;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Grows with every change: the value React compares. */
  version = (): number => this.changes;

  get lastPage(): number {
    return this.total === null ? 0 : Math.max(0, Math.ceil(this.total / this.pageSize) - 1);
  }

  /** The error of a page on screen that was given up, if there is one. */
  get error(): unknown {
    for (let page = this.visible[0]; page <= this.visible[1]; page++) {
      const entry = this.entries.get(page);
      if (entry?.state === 'failed') return entry.error;
    }
    return null;
  }

  item(index: number): T | undefined {
    const page = Math.floor(index / this.pageSize);
    return this.entries.get(page)?.loaded?.items[index - page * this.pageSize];
  }

  state(page: number): PageState {
    const state = this.entries.get(page)?.state;
    return state === 'waiting' ? 'loading' : (state ?? 'absent');
  }

  /** Pages on screen, pages worth having next, and whether those on screen should be fetched at all right now. */
  want(visible: PageRange, ahead: readonly number[], fetchVisible = true): void {
    this.countArrivals(visible, fetchVisible);
    this.visible = visible;
    const onScreen = fetchVisible ? range(visible) : [];
    const wanted = [...onScreen, ...ahead];
    for (const page of wanted.toReversed()) this.touch(page);
    this.abortDistant(new Set(wanted));
    this.queue = wanted.filter((page) => !this.entries.has(page));
    this.makeRoom();
    this.pump();
  }

  /** Asks again for the pages that were given up. */
  retry(): void {
    for (const [page, entry] of this.entries) if (entry.state === 'failed') this.entries.delete(page);
    this.queue = range(this.visible).filter((page) => !this.entries.has(page));
    this.pump();
    this.changed();
  }

  /** Replaces loaded items for which `change` returns another object: optimistic edits, same position. */
  patch(change: (item: T) => T): void {
    let touched = false;
    for (const entry of this.entries.values()) {
      if (!entry.loaded) continue;
      const items = entry.loaded.items.map(change);
      if (items.every((item, place) => item === entry.loaded?.items[place])) continue;
      entry.loaded = { ...entry.loaded, items };
      touched = true;
    }
    if (touched) this.changed();
  }

  /** Drops the least recently wanted page that is not on screen; false when there is none. */
  evictOldest(): boolean {
    for (const [page, entry] of this.entries) {
      if (entry.state !== 'ready' || this.isVisible(page)) continue;
      this.entries.delete(page);
      this.bytes -= entry.bytes;
      this.stats.evicted += 1;
      return true;
    }
    return false;
  }

  /** The result left the screen: what is loaded stays, what is under way is given up. */
  pause(): void {
    this.queue = [];
    this.visible = NOTHING;
    this.looked = NOTHING;
    for (const [page, entry] of this.entries) if (entry.state !== 'ready') this.drop(page, entry);
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  /** Hits and misses are counted once per page, when it comes on screen for somebody to look at. */
  private countArrivals(visible: PageRange, looking: boolean): void {
    const before = this.looked;
    this.looked = looking ? visible : NOTHING;
    for (const page of range(this.looked)) {
      if (within(page, before)) continue;
      if (this.entries.get(page)?.loaded) this.stats.hits += 1;
      else this.stats.misses += 1;
    }
  }

  private touch(page: number): void {
    const entry = this.entries.get(page);
    if (!entry) return;
    this.entries.delete(page);
    this.entries.set(page, entry);
  }

  private abortDistant(wanted: ReadonlySet<number>): void {
    for (const [page, entry] of this.entries) {
      if (entry.state === 'ready' || entry.state === 'failed' || wanted.has(page)) continue;
      if (this.distance(page) > KEEP_DISTANCE) this.drop(page, entry);
    }
  }

  /** A page on screen never waits behind a guess: the farthest prefetch gives way. */
  private makeRoom(): void {
    const starved = this.queue.filter((page) => this.isVisible(page)).length;
    const inFlight = this.inFlight();
    const guesses = inFlight.filter(([page]) => !this.isVisible(page));
    guesses.sort(([a], [b]) => this.distance(b) - this.distance(a));
    const excess = Math.min(starved, CONCURRENCY) + inFlight.length - CONCURRENCY;
    for (const [page, entry] of guesses.slice(0, Math.max(0, excess))) this.drop(page, entry);
  }

  private pump(): void {
    let free = CONCURRENCY - this.inFlight().length;
    while (free > 0) {
      const page = this.queue.shift();
      if (page === undefined) return;
      void this.fetch(page, { state: 'loading', loaded: null, bytes: 0, abort: null, tries: 0, error: null });
      free -= 1;
    }
  }

  private async fetch(page: number, entry: Entry<T>): Promise<void> {
    const abort = new AbortController();
    Object.assign(entry, { state: 'loading', abort, tries: entry.tries + 1 });
    this.entries.set(page, entry);
    try {
      const loaded = await this.options.load(this.request(page), abort.signal);
      if (!abort.signal.aborted) this.accept(page, entry, loaded);
    } catch (error) {
      if (!abort.signal.aborted) this.reject(page, entry, error);
    }
    this.pump();
  }

  private request(page: number): PageRequest {
    const cursor =
      this.entries.get(page - 1)?.loaded?.nextCursor ?? this.entries.get(page + 1)?.loaded?.prevCursor ?? null;
    return { page, offset: page * this.pageSize, limit: this.pageSize, cursor };
  }

  private accept(page: number, entry: Entry<T>, loaded: LoadedPage<T>): void {
    const bytes = loaded.chars * 2;
    Object.assign(entry, { state: 'ready', loaded, bytes, abort: null });
    this.bytes += bytes;
    this.stats.fetched += 1;
    this.compareSnapshot(loaded);
    this.touch(page);
    this.options.onGrow?.();
    this.changed();
  }

  private compareSnapshot(loaded: LoadedPage<T>): void {
    if (this.snapshot === null) {
      this.snapshot = loaded.snapshot;
      this.total = loaded.total;
      this.isEstimate = loaded.isEstimate;
    } else if (this.snapshot !== loaded.snapshot) {
      this.stale = true;
    }
  }

  private reject(page: number, entry: Entry<T>, error: unknown): void {
    const retrying = entry.tries < MAX_TRIES && (this.options.worthRetrying?.(error) ?? true);
    Object.assign(entry, { state: retrying ? 'waiting' : 'failed', abort: null, error });
    if (retrying) this.retryLater(page, entry);
    else this.stats.failed += 1;
    this.changed();
  }

  private retryLater(page: number, entry: Entry<T>): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        if (this.entries.get(page) === entry) void this.fetch(page, entry);
      },
      FIRST_BACKOFF_MS * 2 ** (entry.tries - 1),
    );
    this.timers.add(timer);
  }

  private drop(page: number, entry: Entry<T>): void {
    if (entry.abort) this.stats.aborted += 1;
    entry.abort?.abort();
    this.entries.delete(page);
  }

  /** How many pages are asked for right now. */
  get loading(): number {
    return this.inFlight().length;
  }

  private inFlight(): [number, Entry<T>][] {
    return [...this.entries].filter(([, entry]) => entry.state === 'loading');
  }

  private isVisible(page: number): boolean {
    return within(page, this.visible);
  }

  private distance(page: number): number {
    return Math.max(this.visible[0] - page, page - this.visible[1], 0);
  }

  private changed(): void {
    this.changes += 1;
    for (const listener of this.listeners) listener();
  }
}

function within(page: number, [first, last]: PageRange): boolean {
  return page >= first && page <= last;
}

function range([first, last]: PageRange): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => first + place);
}
