import { expect, test } from 'vitest';
import type { Because } from '@/api/personal';
import type { Card } from '@/api/types';
import { becauseText, leftText, reasonOf, rowTitle } from './rowLooks';

const because = (kind: Because['kind'], name = '', id: number | null = 1): Because => ({ kind, id, name });

test('an item one liked is the reason; what they have in common comes behind it', () => {
  const reasons = [because('person', 'Vesta Orlan'), because('item', 'The Salt Road', 9)];
  expect(becauseText(reasons)).toBe('Because you liked The Salt Road');
  expect(reasonOf(reasons).rest).toEqual([reasons[0]]);
  expect(becauseText([because('tag', 'sea')])).toBe('Because you like sea');
});

test('without a taste there are plain reasons', () => {
  expect(becauseText([because('rated', '', null)])).toBe('Rated highly');
  expect(becauseText([because('new', '', null)])).toBe('New in the library');
  expect(becauseText([])).toBe('New in the library');
});

test('what is left is told in the measure of the item', () => {
  const card = (changes: Partial<Card>, progress: number | null) =>
    ({ kind: 'book', duration: null, pages: null, ...changes, me: { progress } }) as Card;
  expect(leftText(card({ kind: 'video', duration: 3600 }, 0.5))).toBe('30 min left');
  expect(leftText(card({ pages: 80 }, 0.15))).toBe('Page 12 of 80');
  expect(leftText(card({}, 0.35))).toBe('35 % read');
  expect(leftText(card({}, null))).toBeUndefined();
});

test('a row is called by its own title, its view, or what it is', () => {
  const row = { id: 'recent', title: null, path: 'api/items', query: '', view_id: null, view_name: null };
  expect(rowTitle(row)).toBe('Recently added');
  expect(rowTitle({ ...row, id: 'view-3', view_name: 'Long films' })).toBe('Long films');
  expect(rowTitle({ ...row, title: 'Mine' })).toBe('Mine');
  expect(rowTitle({ ...row, id: 'brand_new' })).toBe('Brand new');
});
