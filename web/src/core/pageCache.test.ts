import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CachePool } from './cachePool';
import { type LoadedPage, PageCache, type PageRequest } from './pageCache';

const TOTAL = 10_000_000;
const SIZE = 100;

interface Call extends PageRequest {
  signal: AbortSignal;
  answer: (changes?: Partial<LoadedPage<number>>) => Promise<void>;
  fail: (error?: unknown) => Promise<void>;
}

/** A server whose answers arrive when the test says so. */
function slowServer() {
  const calls: Call[] = [];
  const settle = () => new Promise<void>((done) => queueMicrotask(() => queueMicrotask(() => queueMicrotask(done))));
  const load = (request: PageRequest, signal: AbortSignal) =>
    new Promise<LoadedPage<number>>((resolve, reject) => {
      calls.push({
        ...request,
        signal,
        answer: (changes) => {
          resolve({ ...page(request.page), ...changes });
          return settle();
        },
        fail: (error) => {
          reject(error ?? new Error('no'));
          return settle();
        },
      });
    });
  const pages = () => calls.map((call) => call.page);
  const last = () => calls.at(-1) as Call;
  const answerAll = async () => {
    for (let at = 0; at < calls.length; at++) await calls[at]?.answer();
  };
  return { load, calls, pages, last, answerAll };
}

function page(number: number): LoadedPage<number> {
  return {
    items: Array.from({ length: SIZE }, (_, place) => number * SIZE + place),
    total: TOTAL,
    isEstimate: false,
    snapshot: 'one',
    nextCursor: `after-${number}`,
    prevCursor: `before-${number}`,
    chars: 10_000,
  };
}

function slowCache() {
  const server = slowServer();
  return { server, cache: new PageCache<number>({ pageSize: SIZE, load: server.load }) };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('fetching', () => {
  it('asks for what is on screen first, three at a time', async () => {
    const { cache, server } = slowCache();
    cache.want([5, 6], [7, 8]);
    expect(server.pages()).toEqual([5, 6, 7]);
    expect(cache.state(8)).toBe('absent');
    await server.calls[0]?.answer();
    expect(server.pages()).toEqual([5, 6, 7, 8]);
    expect(cache.state(5)).toBe('ready');
    expect(cache.state(6)).toBe('loading');
    expect(cache.item(503)).toBe(503);
    expect(cache.item(650)).toBeUndefined();
  });

  it('knows the total and the snapshot from the first page', async () => {
    const { cache, server } = slowCache();
    expect(cache.lastPage).toBe(0);
    cache.want([0, 0], []);
    await server.last().answer({ total: 950, isEstimate: true });
    expect(cache).toMatchObject({ total: 950, isEstimate: true, snapshot: 'one', stale: false, lastPage: 9 });
  });

  it('sends the cursor of a loaded neighbour and an offset after a jump', async () => {
    const { cache, server } = slowCache();
    cache.want([5, 5], []);
    expect(server.last()).toMatchObject({ offset: 500, limit: SIZE, cursor: null });
    await server.last().answer();
    cache.want([6, 6], []);
    expect(server.last().cursor).toBe('after-5');
    cache.want([4, 4], []);
    expect(server.last().cursor).toBe('before-5');
  });

  it('asks for nothing while skipping', () => {
    const { cache, server } = slowCache();
    cache.want([5, 6], [], false);
    expect(server.calls).toHaveLength(0);
    expect(cache.stats.misses).toBe(0);
  });

  it('does not ask again for what is under way or here', async () => {
    const { cache, server } = slowCache();
    cache.want([0, 0], [1]);
    cache.want([0, 1], [1, 2]);
    expect(server.pages()).toEqual([0, 1, 2]);
    await server.answerAll();
    cache.want([0, 1], [2]);
    expect(server.calls).toHaveLength(3);
  });
});

describe('giving up', () => {
  it('aborts only what is more than four pages away', () => {
    const { cache, server } = slowCache();
    cache.want([0, 0], [1]);
    cache.want([5, 5], []);
    expect(server.calls.map((call) => call.signal.aborted)).toEqual([true, false, false]);
    expect(cache.stats.aborted).toBe(1);
    expect(cache.state(0)).toBe('absent');
  });

  it('lets the farthest guess make room for a page on screen', () => {
    const { cache, server } = slowCache();
    cache.want([0, 0], [1, 2]);
    cache.want([3, 3], []);
    expect(server.calls.filter((call) => call.signal.aborted).map((call) => call.page)).toEqual([0]);
    expect(server.last().page).toBe(3);
  });

  it('ignores the late answer of an aborted request', async () => {
    const { cache, server } = slowCache();
    cache.want([0, 0], []);
    cache.want([50, 50], []);
    await server.calls[0]?.answer();
    cache.want([90, 90], []);
    await server.calls[1]?.fail();
    expect(cache.state(0)).toBe('absent');
    expect(cache.stats).toMatchObject({ fetched: 0, failed: 0 });
  });

  it('pauses: drops what is under way, keeps what is loaded', async () => {
    const { cache, server } = slowCache();
    cache.want([0, 0], [1]);
    await server.calls[0]?.answer();
    await server.calls[1]?.fail();
    cache.pause();
    vi.advanceTimersByTime(10_000);
    expect(cache.state(0)).toBe('ready');
    expect(cache.state(1)).toBe('absent');
    expect(server.calls).toHaveLength(2);
  });
});

describe('failing', () => {
  it('leaves what is loaded alone when asked to try again', async () => {
    const { cache, server } = slowCache();
    cache.want([0, 0], []);
    await server.last().answer();
    cache.retry();
    expect(cache.state(0)).toBe('ready');
    expect(server.calls).toHaveLength(1);
  });

  it('tries three times with growing pauses, then reports the error until a retry', async () => {
    const { cache, server } = slowCache();
    cache.want([2, 2], []);
    await server.last().fail();
    expect(cache.state(2)).toBe('loading');
    vi.advanceTimersByTime(400);
    await server.last().fail();
    vi.advanceTimersByTime(400);
    expect(server.calls).toHaveLength(2);
    vi.advanceTimersByTime(400);
    expect(cache.error).toBeNull();
    await server.last().fail(new Error('gone'));
    expect(server.calls).toHaveLength(3);
    expect(cache.state(2)).toBe('failed');
    expect(cache.error).toEqual(new Error('gone'));
    expect(cache.stats.failed).toBe(1);
    cache.retry();
    cache.retry();
    expect(cache.error).toBeNull();
    expect(server.calls).toHaveLength(4);
    await server.last().answer();
    expect(cache.state(2)).toBe('ready');
  });

  it('does not repeat a request that was refused', async () => {
    const server = slowServer();
    const cache = new PageCache<number>({ pageSize: SIZE, load: server.load, worthRetrying: () => false });
    cache.want([0, 0], []);
    await server.last().fail();
    expect(cache.state(0)).toBe('failed');
  });

  it('forgets a retry of a page that was given up meanwhile', async () => {
    const { cache, server } = slowCache();
    cache.want([0, 0], []);
    await server.last().fail();
    cache.want([50, 50], []);
    vi.advanceTimersByTime(1_000);
    expect(server.pages()).toEqual([0, 50]);
  });
});

describe('what changed', () => {
  it('keeps its order and total when the library changes, and says so', async () => {
    const { cache, server } = slowCache();
    cache.want([0, 1], []);
    await server.calls[0]?.answer();
    await server.calls[1]?.answer({ snapshot: 'two', total: 7 });
    expect(cache).toMatchObject({ stale: true, snapshot: 'one', total: TOTAL });
  });

  it('patches items in place and tells listeners once', async () => {
    const { cache, server } = slowCache();
    cache.want([0, 1], [2]);
    await server.calls[0]?.answer();
    const heard = vi.fn();
    const forget = cache.subscribe(heard);
    const before = cache.version();
    cache.patch((item) => (item === 7 ? -7 : item));
    cache.patch((item) => item);
    expect(cache.item(7)).toBe(-7);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(cache.version()).toBe(before + 1);
    forget();
    cache.patch(() => 0);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('counts a hit or a miss once, when a page comes on screen', async () => {
    const { cache, server } = slowCache();
    cache.want([0, 0], [1]);
    await server.answerAll();
    cache.want([0, 1], []);
    cache.want([1, 1], []);
    expect(cache.stats).toMatchObject({ hits: 1, misses: 1, fetched: 2 });
  });

  it('counts a page that was skipped over only when somebody stays to look', async () => {
    const { cache } = slowCache();
    cache.want([7, 7], [], false);
    expect(cache.stats.misses).toBe(0);
    cache.want([7, 7], []);
    expect(cache.stats.misses).toBe(1);
  });
});

describe('the byte budget', () => {
  const instant = async (request: PageRequest) => page(request.page);
  const flush = () => vi.advanceTimersByTimeAsync(0);

  function pooled(budget: number) {
    const pool = new CachePool<number>(budget);
    const open = (key: string) =>
      pool.open(key, () => new PageCache<number>({ pageSize: SIZE, load: instant, onGrow: pool.trim }));
    return { pool, open };
  }

  it('holds while walking far, dropping what was wanted longest ago', async () => {
    const { pool, open } = pooled(5 * 20_000);
    const cache = open('a');
    for (let at = 0; at < 40; at++) {
      cache.want([at, at], [at + 1]);
      await flush();
    }
    expect(pool.bytes).toBeLessThanOrEqual(5 * 20_000);
    expect(cache.state(39)).toBe('ready');
    expect(cache.state(0)).toBe('absent');
    expect(cache.stats.evicted).toBeGreaterThan(30);
  });

  it('never drops what is on screen, even when that alone is too much', async () => {
    const { open } = pooled(1);
    const cache = open('a');
    cache.want([0, 2], []);
    await flush();
    expect([0, 1, 2].map((at) => cache.state(at))).toEqual(['ready', 'ready', 'ready']);
  });

  it('is shared: an older result gives way to the one being read', async () => {
    const { open } = pooled(3 * 20_000);
    const old = open('old');
    old.want([0, 2], []);
    await flush();
    old.pause();
    open('new').want([0, 1], []);
    await flush();
    expect(old.stats.evicted).toBe(2);
  });

  it('keeps the last three results and forgets on request', async () => {
    const { pool, open } = pooled(10 * 20_000);
    const [a, b] = [open('a'), open('b')];
    open('c');
    expect(open('a')).toBe(a);
    open('d');
    expect(open('b')).not.toBe(b);
    pool.forget('a');
    pool.forget('never opened');
    expect(open('a')).not.toBe(a);
  });

  it('patches every result', async () => {
    const { pool, open } = pooled(10 * 20_000);
    const cache = open('a');
    cache.want([0, 0], []);
    await flush();
    expect(pool.stats).toMatchObject([{ fetched: 1 }]);
    pool.patch((item) => item + 1);
    expect(cache.item(0)).toBe(1);
  });
});
