import { describe, expect, it } from 'vitest';
import * as browse from './browseState';
import { parseSearchString, searchString, valuesOf } from './searchParams';
import { SORTS } from './sorts';

const at = (address: string) => browse.parseBrowse(parseSearchString(address));
const roundTrip = (address: string) => searchString(browse.browseSearch(at(address)));

describe('search strings', () => {
  it('repeat a name for several values', () => {
    expect(parseSearchString('?tag=1&tag=-7&tag=3&q=a%20b')).toEqual({ tag: ['1', '-7', '3'], q: 'a b' });
    expect(searchString({ tag: ['1', '-7'], q: 'a b', none: undefined, empty: '' })).toBe('?tag=1&tag=-7&q=a+b');
    expect(searchString({})).toBe('');
    expect(valuesOf(null)).toEqual([]);
  });
});

describe('the address of a browse page', () => {
  it.each([
    '',
    '?q=%22red+car%22+-blue',
    '?kind=video&tag=12&tag=-7&tag_all=3&year=2020&year=2021',
    '?favorite=true&rating_min=80&sort=title',
    '?played=false&my_rating_min=1',
    '?played=true&sort=play_count',
    '?sort=title&order=desc&view=list',
    '?sort=random&seed=42',
    '?view=pages&page=7',
  ])('survives parsing: %s', (address) => {
    expect(roundTrip(address)).toBe(address);
  });

  it.each([
    ['?sort=added&order=desc', ''],
    ['?sort=nonsense&order=up&view=cube&page=-3&rating_min=x&played=maybe', ''],
    ['?page=7', ''],
    ['?page=0&view=pages', '?view=pages'],
    ['?utm=1', ''],
  ])('loses defaults and nonsense: %s', (address, clean) => {
    expect(roundTrip(address)).toBe(clean);
  });

  it('gives every sort its own usual direction', () => {
    for (const { name, order } of SORTS) expect(at(`?sort=${name}`).order).toBe(order);
  });
});

describe('requests', () => {
  it('always name the order, and the seed of a shuffle', () => {
    expect(browse.resultParams(at('?tag=5'))).toEqual({ tag: '5', sort: 'added', order: 'desc' });
    expect(browse.resultParams(at('?sort=random&seed=9'))).toEqual({ sort: 'random', order: 'asc', seed: '9' });
  });
});

describe('filters', () => {
  it('hold a value in one mode at a time', () => {
    let state = browse.withFilter(at('?view=pages&page=4'), 'tag', '5', 'any');
    expect(state.page).toBe(1);
    expect(browse.modeOf(state, 'tag', '5')).toBe('any');
    state = browse.withFilter(state, 'tag', '5', 'not');
    expect(browse.filterParams(state)).toEqual({ tag: '-5' });
    state = browse.withFilter(state, 'tag', '5', null);
    expect(state.filters).toEqual({});
    expect(browse.modeOf(state, 'tag', '5')).toBeNull();
  });

  it('switch between any of and all of', () => {
    const all = browse.withMatchAll(at('?tag=1&tag=2&tag=-3'), 'tag', true);
    expect(browse.filterParams(all)).toEqual({ tag: '-3', tag_all: ['1', '2'] });
    expect(browse.filterParams(browse.withMatchAll(all, 'tag', false))).toEqual({ tag: ['1', '2', '-3'] });
  });

  it('are cleared without touching order and view', () => {
    const state = browse.cleared(
      at('?q=x&tag=1&favorite=true&played=false&rating_min=20&my_rating_min=20&sort=title&view=list'),
    );
    expect(browse.isFiltered(state)).toBe(false);
    expect(searchString(browse.browseSearch(state))).toBe('?sort=title&view=list');
    expect(browse.isFiltered(at('?favorite=true'))).toBe(true);
  });
});
