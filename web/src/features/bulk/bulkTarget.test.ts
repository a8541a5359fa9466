import { expect, test } from 'vitest';
import type { Card } from '@/api/types';
import { PageCache } from '@/core/pageCache';
import { Selection } from '@/core/selection';
import { cardWith, listingOf } from '@/test/cards';
import { fakeServer } from '@/test/render';
import { MOST_IDS, SelectionError, targetOf } from './bulkTarget';

/** Two pages of two, of which the first is loaded; the item at index n has the id n + 1. */
async function listOf(total: number): Promise<PageCache<Card>> {
  const cache = new PageCache<Card>({
    pageSize: 2,
    load: async ({ offset }) => ({
      items: [cardWith({ id: offset + 1 }), cardWith({ id: offset + 2 })],
      total,
      isEstimate: false,
      snapshot: 's1',
      nextCursor: null,
      prevCursor: null,
      chars: 10,
    }),
  });
  cache.want([0, 0], []);
  await expect.poll(() => cache.total).toBe(total);
  return cache;
}

const filters = { kind: 'book', tag: ['1', '-7'] };
const result = { ...filters, sort: 'title', order: 'asc' };

test('all that matches is the query of the list, without its order', async () => {
  const cache = await listOf(4);
  expect(await targetOf(Selection.all(4), cache, filters, result)).toEqual({ query: 'kind=book&tag=1&tag=-7' });
});

test('some are their ids, and those that are not loaded are asked for', async () => {
  const cache = await listOf(4);
  const calls = fakeServer({
    'GET /api/items': { ...listingOf([cardWith({ id: 3 })]), snapshot: 's1' },
  });
  const some = Selection.none.toggle(1).extendTo(2);
  expect(await targetOf(some, cache, filters, result)).toEqual({ ids: [2, 3] });
  expect(calls).toHaveLength(1);
});

test('when the list is another by now, nothing is guessed', async () => {
  const cache = await listOf(4);
  fakeServer({ 'GET /api/items': { ...listingOf([cardWith({ id: 99 })]), snapshot: 's2' } });
  await expect(targetOf(Selection.none.toggle(2), cache, filters, result)).rejects.toThrow('has changed since');
});

test('more than the server takes by ids is refused in words', async () => {
  const cache = await listOf(MOST_IDS + 2);
  const many = Selection.none.toggle(0).extendTo(MOST_IDS);
  await expect(targetOf(many, cache, filters, result)).rejects.toThrow(SelectionError);
});
