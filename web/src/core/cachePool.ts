/** The last few results somebody looked at, under one byte budget: going back to one shows it at once. */
import type { CacheStats, PageCache } from './pageCache';

export const BUDGET_BYTES = 32 * 1024 * 1024;
const KEPT_RESULTS = 3;

export class CachePool<T> {
  private readonly caches = new Map<string, PageCache<T>>(); // insertion order: least recently opened first
  private readonly budget: number;
  private readonly watchers = new Set<() => void>();
  private cleared = 0;

  constructor(budget = BUDGET_BYTES) {
    this.budget = budget;
  }

  get bytes(): number {
    return [...this.caches.values()].reduce((sum, cache) => sum + cache.bytes, 0);
  }

  /** The counters of the open results, for the debug hook: most recently opened last. */
  get stats(): readonly (CacheStats & { loading: number })[] {
    return [...this.caches.values()].map((cache) => ({ ...cache.stats, loading: cache.loading }));
  }

  /** The cache of this result, as it was left, or a new one. `create` must hand `pool.trim` to the cache as `onGrow`. */
  open(key: string, create: () => PageCache<T>): PageCache<T> {
    const cache = this.caches.get(key) ?? create();
    this.caches.delete(key);
    this.caches.set(key, cache);
    for (const [old, other] of this.caches) {
      if (this.caches.size <= KEPT_RESULTS) break;
      other.pause();
      this.caches.delete(old);
    }
    return cache;
  }

  /** Forgets one result, so that opening it again asks the server. */
  forget(key: string): void {
    this.caches.get(key)?.pause();
    this.caches.delete(key);
  }

  /** Forgets every result; who shows one is told, and asks anew. */
  clear(): void {
    for (const key of [...this.caches.keys()]) this.forget(key);
    this.cleared += 1;
    for (const tell of this.watchers) tell();
  }

  /** How often all was forgotten. */
  generation = (): number => this.cleared;

  subscribe = (tell: () => void): (() => void) => {
    this.watchers.add(tell);
    return () => this.watchers.delete(tell);
  };

  /** Applies an edit of an item to every result that shows it. */
  patch(change: (item: T) => T): void {
    for (const cache of this.caches.values()) cache.patch(change);
  }

  /** Oldest result first, its oldest page first; pages on screen stay. */
  trim = (): void => {
    for (const cache of this.caches.values()) {
      while (this.bytes > this.budget) if (!cache.evictOldest()) break;
    }
  };
}
