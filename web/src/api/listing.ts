/** Lists of the API as page caches: one pool per kind of list, one way to load a page, one hook to read it. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { BUDGET_BYTES, CachePool } from '@/core/cachePool';
import { type ConnectionHints, NetCost, prefetchTier } from '@/core/net';
import { type LoadedPage, PageCache, type PageRequest } from '@/core/pageCache';
import { type SearchRecord, searchString } from '@/core/searchParams';
import { getMeasured } from './client';
import { ApiError } from './errors';
import type { Card, Entity, Listing } from './types';

/** Both views share it: a scrolled page is one request, a page of 50 is half of one. */
export const PAGE_SIZE = 100;

const cost = new NetCost();

export const itemLists = new CachePool<Card>();
export const entityLists = new CachePool<Entity>(BUDGET_BYTES / 8);

export function pageCostMs(): number {
  return cost.ms;
}

export function currentTier(): number {
  const { connection } = navigator as Navigator & { connection?: ConnectionHints };
  return prefetchTier(cost.ms, connection);
}

export interface ListingHandle<T> {
  cache: PageCache<T>;
  /**
   * Fetches these pages anew and swaps them in once they are here, so that nothing flashes; says whether it did. Pages of which `stillWanted`
   * then says no are left.
   */
  refresh: (visible: readonly [number, number], stillWanted?: () => boolean) => Promise<boolean>;
}

/** The list at `path` with these parameters. Parameters compare by value. */
export function useListing<T>(pool: CachePool<T>, path: string, params: SearchRecord): ListingHandle<T> {
  const key = `${path}${searchString(params)}`;
  const [renewed, setRenewed] = useState<{ key: string; generation: number; cache: PageCache<T> } | null>(null);
  const generation = useSyncExternalStore(pool.subscribe, pool.generation);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for path and parameters; a new generation opens anew
  const opened = useMemo(() => pool.open(key, () => createCache<T>(pool, path, params)), [pool, key, generation]);
  const cache = renewed?.key === key && renewed.generation === generation ? renewed.cache : opened;
  useEffect(() => () => cache.pause(), [cache]);
  useSyncExternalStore(cache.subscribe, cache.version);

  const refresh = async (visible: readonly [number, number], stillWanted = () => true) => {
    const next = createCache<T>(pool, path, params);
    await firstAnswer(next, visible);
    if (!stillWanted()) return false;
    pool.forget(key);
    setRenewed({ key, generation: pool.generation(), cache: pool.open(key, () => next) });
    return true;
  };
  return { cache, refresh };
}

function firstAnswer<T>(cache: PageCache<T>, visible: readonly [number, number]): Promise<void> {
  return new Promise((resolve) => {
    const forget = cache.subscribe(() => {
      if (cache.total === null && cache.error === null) return;
      forget();
      resolve();
    });
    cache.want(visible, []);
  });
}

function createCache<T>(pool: CachePool<T>, path: string, params: SearchRecord): PageCache<T> {
  return new PageCache<T>({
    pageSize: PAGE_SIZE,
    load: (request, signal) => loadPage<T>(path, params, request, signal),
    onGrow: pool.trim,
    worthRetrying: (error) => !(error instanceof ApiError && error.status < 500),
  });
}

async function loadPage<T>(
  path: string,
  params: SearchRecord,
  { offset, limit, cursor }: PageRequest,
  signal: AbortSignal,
): Promise<LoadedPage<T>> {
  const place = cursor === null ? { offset: String(offset) } : { cursor };
  const query = new URLSearchParams(searchString({ ...params, page_size: String(limit), ...place }));
  const started = performance.now();
  const { value, chars } = await getMeasured<Listing<T>>(path, { query, signal });
  cost.add(performance.now() - started);
  const { total_count, total_is_estimate, next_cursor, prev_cursor } = value.pagination;
  return {
    items: value.items,
    total: total_count,
    isEstimate: total_is_estimate,
    snapshot: value.snapshot,
    nextCursor: next_cursor,
    prevCursor: prev_cursor,
    chars,
  };
}
