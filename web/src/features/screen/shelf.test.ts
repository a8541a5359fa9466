import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScreenSlot } from '@/api/screens';
import { MediaShelf } from './shelf';

const MB = 2 ** 20;

function slot(item: number, changes: Partial<ScreenSlot> = {}): ScreenSlot {
  return {
    id: item,
    generation: 1,
    item: { id: item, kind: 'image', title: '' } as ScreenSlot['item'],
    seconds: 1,
    position: 0,
    media: `api/screens/X/media/${item}`,
    mime: 'image/png',
    parts: 1,
    thumb: null,
    converted: [],
    ...changes,
  };
}

/** Media by item: how many bytes, or what is the matter. */
let media: Record<number, { bytes?: number; status?: number; gone?: boolean; proxied?: boolean; wait?: string }>;
let asked: number[];
let live: Set<string>;

beforeEach(() => {
  media = {};
  asked = [];
  live = new Set();
  vi.useFakeTimers();
  vi.stubGlobal('fetch', async (url: string, { signal }: RequestInit = {}) => {
    const item = Number(url.split('/').at(-1));
    asked.push(item);
    await Promise.resolve();
    if (signal?.aborted) throw new DOMException('', 'AbortError');
    const { bytes = 10, status = 200, gone = false, proxied = false, wait } = media[item] ?? {};
    if (gone) throw new TypeError('network');
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(bytes > MB ? 1 : bytes));
        controller.close();
      },
    });
    const type = status === 200 || proxied ? 'text/html' : 'application/problem+json';
    const headers = { 'content-type': type, 'content-length': String(bytes), ...(wait && { 'retry-after': wait }) };
    return new Response(status === 200 ? body : '', { status, headers });
  });
  let made = 0;
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
    const url = `blob:${++made}`;
    live.add(url);
    return url;
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void live.delete(url));
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const work = () => vi.advanceTimersByTimeAsync(50);

describe('the shelf of a screen', () => {
  it('fetches what is wanted, the most urgent first, and says what it has', async () => {
    const said: number[][] = [];
    const shelf = new MediaShelf((ids) => said.push([...ids]));
    shelf.want([slot(3), slot(1), slot(2)], new Set());
    await work();
    expect(asked).toEqual([3, 1, 2]);
    expect(said.at(-1)).toEqual([3, 1, 2]);
    expect(shelf.source(slot(1))).toEqual({ url: 'blob:2', stored: true });
  });

  it('lets go of what nobody wants any more, but not of what is on the screen', async () => {
    const shelf = new MediaShelf(() => {});
    shelf.want([slot(1), slot(2)], new Set());
    await work();
    shelf.want([slot(3)], new Set([1]));
    await work();
    expect(shelf.source(slot(1))?.stored).toBe(true);
    expect(shelf.source(slot(2))?.stored).toBe(false);
    expect(live.size).toBe(2);
  });

  it('lets go of a file that the browser cannot play, and fetches it never again', async () => {
    const said: number[][] = [];
    const shelf = new MediaShelf((ids) => said.push([...ids]));
    shelf.want([slot(1), slot(2)], new Set());
    await work();
    shelf.refuse(1);
    expect(said.at(-1)).toEqual([2]);
    expect(shelf.isUseless(1)).toBe(true);
    expect(shelf.source(slot(1))?.stored).toBe(false);
    asked = [];
    shelf.want([], new Set());
    shelf.want([slot(1), slot(3)], new Set());
    await work();
    expect(asked).toEqual([3]);
  });

  it('holds a bounded number of object URLs over days', async () => {
    const shelf = new MediaShelf(() => {});
    for (let item = 1; item <= 300; item += 1) {
      shelf.want([slot(item), slot(item + 1), slot(item + 2)], new Set([item]));
      await work();
    }
    expect(live.size).toBeLessThanOrEqual(4);
    shelf.close();
    expect(live.size).toBe(0);
  });

  it('streams what is too large, and works of several files', async () => {
    media[1] = { bytes: 500 * MB };
    const shelf = new MediaShelf(() => {});
    shelf.want([slot(1), slot(2, { parts: 3 })], new Set());
    await work();
    shelf.want([slot(1), slot(2, { parts: 3 })], new Set());
    await work();
    expect(asked).toEqual([1]);
    expect(shelf.source(slot(1))).toMatchObject({ stored: false });
    expect(shelf.source(slot(2, { parts: 3 }), 1)?.url).toMatch(/media\/2\?n=1$/);
  });

  it('tries again after the network was gone, and not what the server refuses', async () => {
    media[1] = { gone: true };
    media[2] = { status: 404 };
    const shelf = new MediaShelf(() => {});
    shelf.want([slot(2), slot(1)], new Set());
    await work();
    expect(asked).toEqual([2, 1]);
    media[1] = {};
    await vi.advanceTimersByTimeAsync(6_000);
    expect(asked).toEqual([2, 1, 1]);
    expect(shelf.source(slot(1))?.stored).toBe(true);
  });

  it.each([
    ['too many requests', { status: 429, wait: '30' }, 31_000],
    ['a server in trouble', { status: 503 }, 6_000],
    ['a proxy', { status: 404, proxied: true }, 6_000],
  ])('waits, and fetches it later, when the way is to blame: %s', async (_, trouble, ms) => {
    media[1] = trouble;
    const shelf = new MediaShelf(() => {});
    shelf.want([slot(1)], new Set());
    await vi.advanceTimersByTimeAsync(ms - 2_000);
    expect(asked).toEqual([1]);
    media[1] = {};
    await vi.advanceTimersByTimeAsync(2_000);
    expect(shelf.source(slot(1))?.stored).toBe(true);
  });

  it('asks for nothing while it is held', async () => {
    const shelf = new MediaShelf(() => {});
    shelf.hold(true);
    shelf.want([slot(1)], new Set());
    await work();
    expect(asked).toEqual([]);
    shelf.hold(false);
    await work();
    expect(asked).toEqual([1]);
  });

  it('shows the picture of what has no media, and nothing where there is neither', () => {
    const shelf = new MediaShelf(() => {});
    expect(shelf.source(slot(1, { media: null, thumb: 'thumb/1' }))?.url).toMatch(/thumb\/1$/);
    expect(shelf.source(slot(1, { media: null }))).toBeNull();
  });
});
