import { describe, expect, test } from 'vitest';
import { changesOf, fieldsOf, isComplete, type Row, rowOf } from './bulkChanges';
import { myChangesOf, UNTOUCHED } from './myChanges';

function row(changes: Partial<Row>): Row {
  return { key: 0, action: 'add', field: 'tag', names: [], ids: [], text: '', ...changes };
}

describe('what is sent', () => {
  test('names are added by kind, people with their role, and rows about the same kind are joined', () => {
    expect(
      changesOf([
        row({ names: ['a'] }),
        row({ names: ['b'] }),
        row({ field: 'person', names: ['Ann'], text: 'narrator' }),
      ]),
    ).toEqual({ add: { tag: ['a', 'b'], person: [{ name: 'Ann', role: 'narrator' }] } });
  });

  test('what is removed goes by all the ids of its name', () => {
    expect(changesOf([row({ action: 'remove', ids: [{ name: 'a', ids: [1, 7] }] })])).toEqual({
      remove: { tag: [1, 7] },
    });
  });

  test('an empty value clears, null for a number', () => {
    expect(
      changesOf([
        row({ action: 'set', field: 'tags' }),
        row({ action: 'set', field: 'date' }),
        row({ action: 'set', field: 'age_rating' }),
        row({ action: 'set', field: 'series', names: ['Salt'] }),
      ]),
    ).toEqual({ set: { tags: [], date: '', age_rating: null, series: [{ name: 'Salt' }] } });
    expect(changesOf([row({ action: 'set', field: 'age_rating', text: '16' })])).toEqual({ set: { age_rating: 16 } });
  });

  test('fields are given back once each', () => {
    const back = row({ action: 'unlock', field: 'title' });
    expect(changesOf([back, back])).toEqual({ unlock: ['title'] });
  });

  test('nothing is sent as long as something is missing, wrong or said twice', () => {
    expect(changesOf([])).toBeNull();
    expect(changesOf([row({ names: ['a'] }), row({})])).toBeNull();
    expect(changesOf([row({ action: 'remove' })])).toBeNull();
    expect(changesOf([row({ action: 'set', field: 'date', text: '2021-3' })])).toBeNull();
    expect(
      changesOf([row({ action: 'set', field: 'language', text: 'de' }), row({ action: 'set', field: 'language' })]),
    ).toBeNull();
    expect(isComplete(row({ action: 'set', field: 'age_rating', text: 'old' }))).toBe(false);
  });

  test('my own word: what is left is not said', () => {
    expect(myChangesOf(UNTOUCHED)).toBeNull();
    expect(myChangesOf({ ...UNTOUCHED, favorite: 'no', rating: '4' })).toEqual({ me: { favorite: false, rating: 80 } });
    expect(myChangesOf({ ...UNTOUCHED, rating: 'none', watched: 'yes' })).toEqual({
      me: { rating: null, watched: true },
    });
  });
});

test('a row keeps its field over a change of the action, where that has it', () => {
  expect(rowOf(1, 'remove', 'series').field).toBe('series');
  expect(rowOf(1, 'add', 'date').field).toBe('tag');
  expect(rowOf(1, 'add', 'person').text).toBe('author');
  expect(fieldsOf('unlock').map(({ value }) => value)).toContain('cover');
});
