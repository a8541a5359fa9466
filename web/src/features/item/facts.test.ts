import { describe, expect, test } from 'vitest';
import { editFormOf, editsOf, isPartialDate } from './edit';
import { extraRows, readsRightToLeft } from './extra';
import {
  creatorNames,
  creditLines,
  factRows,
  fingerprintsOf,
  headline,
  identifiersOf,
  languageName,
  seriesNumber,
} from './facts';
import { fileWith, itemWith, linkWith } from './fixtures';
import { formatName, hopelessFormat, undrawableFormat } from './playback/playable';
import { readerOf } from './reading';
import { ratingOfStars, starsOfRating, starsText } from './stars';

describe('credits', () => {
  const links = [
    linkWith({ id: 1, name: 'Ada', role: 'narrator' }),
    linkWith({ id: 2, name: 'Ben', role: 'author' }),
    linkWith({ id: 3, name: 'Cleo', role: 'author' }),
    linkWith({ id: 4, name: 'Dan', role: 'key grip' }),
    linkWith({ id: 5, name: 'tag', kind: 'tag', role: '' }),
  ];
  test('are one line a role, the important ones first, unforeseen ones last', () => {
    expect(creditLines(links).map((one) => [one.label, one.links.map((link) => link.name).join()])).toEqual([
      ['By', 'Ben,Cleo'],
      ['Read by', 'Ada'],
      ['With', 'Dan'],
    ]);
  });
  test('are in short those of the first role', () => {
    expect(creatorNames(links)).toBe('Ben, Cleo');
    expect(creatorNames([])).toBe('');
  });
});

describe('facts', () => {
  test('numbers the world knows are apart from those made of the bytes', () => {
    const item = itemWith({ identifiers: { isbn: '978-3', md5: 'aa', phash: 'bb' } });
    expect(identifiersOf(item)).toEqual([['isbn', '978-3']]);
    expect(fingerprintsOf(item.identifiers)).toEqual({ md5: 'aa', phash: 'bb' });
    expect(extraRows(fingerprintsOf(item.identifiers)).map((row) => row.label)).toEqual(['MD5', 'pHash']);
  });
  test('absent ones leave no row', () => {
    expect(factRows(itemWith()).map((row) => row.label)).toEqual(['Added']);
    expect(headline(itemWith())).toBe('');
  });
  test('known ones are printed as people read them', () => {
    const item = itemWith({ date: '2019-03', language: 'de', pages: 312, size: 4_200_000, rating: 90, age_rating: 0 });
    expect(Object.fromEntries(factRows(item).map((row) => [row.label, row.text]))).toMatchObject({
      Date: 'Mar 2019',
      Language: 'German',
      Pages: '312',
      Size: '4.2 MB',
      Rating: '4.5 of 5',
      Age: 'For everyone',
    });
    expect(headline(item)).toBe('Mar 2019 · 312 pages · German');
  });
  test('a language nobody knows is printed as it is', () => {
    expect(languageName('not a language')).toBe('not a language');
    expect(languageName(null)).toBe('');
  });
  test('places in a series may be broken, or unknown', () => {
    expect(seriesNumber(linkWith({ position: 1.5 }))).toBe('1.5');
    expect(seriesNumber(linkWith({ position: null }))).toBe('');
  });
});

describe('extra', () => {
  test('is flattened to rows, what is long or a prompt becomes a block', () => {
    const rows = extraRows({
      ai: { prompt: 'a bridge', steps: 28 },
      codec: 'h264',
      bit_rate: 152_498,
      chapters: [{ name: 'x' }],
      tracks: ['de', 'en'],
      nothing: null,
      empty: '',
      note: 'x'.repeat(200),
    });
    expect(rows.map(({ label, text, block }) => [label, text.slice(0, 12), block])).toEqual([
      ['AI · Prompt', 'a bridge', true],
      ['AI · Steps', '28', false],
      ['Codec', 'h264', false],
      ['Bit rate', '152 kbit/s', false],
      ['Chapters 1 · Name', 'x', false],
      ['Tracks', 'de, en', false],
      ['Note', 'xxxxxxxxxxxx', true],
    ]);
  });
  test('tells the reading direction in any of its words', () => {
    expect(readsRightToLeft({ manga: 'YesAndRightToLeft' })).toBe(true);
    expect(readsRightToLeft({ reading_direction: 'rtl' })).toBe(true);
    expect(readsRightToLeft({ reading_direction: 'ltr' })).toBe(false);
    expect(readsRightToLeft({})).toBe(false);
  });
  test('the direction that is told wins over being manga', () => {
    expect(readsRightToLeft({ manga: true })).toBe(true);
    expect(readsRightToLeft({ manga: true, reading_direction: 'ltr' })).toBe(false);
  });
});

describe('which reader', () => {
  const book = (mime: string, changes = {}) => itemWith({ files: [fileWith({ mime })], ...changes });
  test.each([
    ['book', book('application/epub+zip')],
    ['pages', book('application/pdf', { pages: 4 })],
    ['pages', book('application/vnd.comicbook+zip', { kind: 'comic', pages: 30 })],
    [null, book('application/pdf')],
    [null, book('application/x-mobipocket-ebook')],
    [null, itemWith()],
    [null, itemWith({ files: [fileWith({ mime: 'application/epub+zip', missing: true })] })],
  ])('%s', (reader, item) => {
    expect(readerOf(item)).toBe(reader);
  });
});

test('stars and ratings', () => {
  expect([0, 1, 3, 5].map(ratingOfStars)).toEqual([null, 20, 60, 100]);
  expect([null, 0, 9, 20, 69, 71, 100].map(starsOfRating)).toEqual([0, 1, 1, 1, 3, 4, 5]);
  expect([90, 80].map(starsText)).toEqual(['4.5', '4']);
});

test('formats no browser plays or draws are known by name', () => {
  expect(hopelessFormat({ mime: 'video/x-msvideo' })).toBe('AVI');
  expect(hopelessFormat({ mime: 'video/x-matroska' })).toBeNull();
  expect(undrawableFormat({ mime: 'image/heic' })).toBe('HEIC');
  expect(undrawableFormat({ mime: null })).toBeNull();
  expect(formatName({ name: 'a.b.mkv', mime: null })).toBe('MKV');
  expect(formatName({ name: 'noend', mime: 'video/mp4' })).toBe('VIDEO/MP4');
});

describe('the edit form', () => {
  const item = itemWith({ subtitle: 'A Novel', links: [linkWith({ kind: 'tag', name: 'sea', role: '' })] });
  test('sends only what changed, for what is sent is kept', () => {
    const form = editFormOf(item);
    expect(editsOf(item, form)).toEqual({});
    expect(editsOf(item, { ...form, title: ' The Salt Road ', subtitle: '' })).toEqual({ subtitle: '' });
    expect(editsOf(item, { ...form, tags: ['sea', 'salt'] })).toEqual({ tags: ['sea', 'salt'] });
  });
  test('takes years, months, days and nothing as dates', () => {
    expect(['', '2021', '2021-03', '2024-02-29'].map(isPartialDate)).toEqual([true, true, true, true]);
    expect(['21', '2021-13', '2023-02-29', 'soon', '2021-3'].map(isPartialDate)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
