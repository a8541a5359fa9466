import { describe, expect, it } from 'vitest';
import { parseBrowse } from '@/core/browseState';
import { parseSearchString } from '@/core/searchParams';
import { addedText } from './AddToPlaylist';
import { filterText, stateOf } from './BlockFilter';
import { countText, nameOfBlock, warningOf } from './words';

const counted = { available: 5321, seen: 120, short: false, stale: false };

describe('blocks in words', () => {
  it('say what was seen of what there is, on a display', () => {
    expect(countText(counted, true)).toBe('120 seen of 5,321');
    expect(countText(counted, false)).toBe('5,321 items match');
    expect(countText({ ...counted, available: 1 }, false)).toBe('1 item matches');
  });

  it('never show a number that was not counted', () => {
    const unknown = { ...counted, available: null, stale: true };
    expect(countText(unknown, true)).toBe('Not counted just now');
    expect(warningOf(unknown, 10)).toBeNull();
  });

  it('warn of a pool that is smaller than the block', () => {
    expect(warningOf({ ...counted, available: 3, short: true }, 10)).toMatch('Only 3 items for 10');
    expect(warningOf({ ...counted, available: 0, short: true }, 10)).toMatch('Nothing matches');
    expect(warningOf(counted, 10)).toBeNull();
  });

  it('are called by their title, or by what they look for', () => {
    const block = { title: '', q: '', view_name: null, filter: '', position: 0 };
    expect(nameOfBlock(block)).toBe('All items');
    expect(nameOfBlock({ ...block, filter: 'kind=image' })).toBe('Filtered items');
    expect(nameOfBlock({ ...block, view_name: 'Holidays' })).toBe('Holidays');
    expect(nameOfBlock({ ...block, q: 'sea' })).toBe('“sea”');
    expect(nameOfBlock({ ...block, q: 'sea', title: 'The sea' })).toBe('The sea');
  });
});

describe('the filter of a block', () => {
  it('is the part of an address that browsing uses, without its search', () => {
    const state = parseBrowse(parseSearchString('q=sea&kind=image&tag=3&tag=-7&sort=title'));
    expect(filterText(state)).toBe('kind=image&tag=3&tag=-7');
    expect(filterText(stateOf('kind=image&tag=3&tag=-7'))).toBe('kind=image&tag=3&tag=-7');
  });
});

describe('adding to a playlist', () => {
  it('says what was added and what was left out', () => {
    expect(addedText('Evening', { changed: 1, skipped: 0 })).toBe('1 item added to Evening.');
    expect(addedText('Evening', { changed: 1200, skipped: 3 })).toBe('1,200 items added to Evening. 3 left out.');
    expect(addedText('Evening', { changed: 0, skipped: 3 })).toBe('All of it is in Evening already.');
  });
});
