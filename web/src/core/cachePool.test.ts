import { expect, test, vi } from 'vitest';
import { CachePool } from './cachePool';
import { PageCache } from './pageCache';

const empty = () =>
  new PageCache<number>({
    pageSize: 10,
    load: () => Promise.reject(new Error('nothing is loaded here')),
    worthRetrying: () => false,
  });

test('after all was forgotten everything opens anew, and who shows a result is told', () => {
  const pool = new CachePool<number>();
  const told = vi.fn();
  const forget = pool.subscribe(told);
  const before = pool.open('a', empty);
  expect(pool.open('a', empty)).toBe(before);
  const generation = pool.generation();
  pool.clear();
  expect(told).toHaveBeenCalledOnce();
  expect(pool.generation()).not.toBe(generation);
  expect(pool.open('a', empty)).not.toBe(before);
  forget();
  pool.clear();
  expect(told).toHaveBeenCalledOnce();
});
