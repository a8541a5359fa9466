import { describe, expect, test } from 'vitest';
import { chapterWith } from '../fixtures';
import { chapterOf, pathInBook, placeOf, sectionsOf } from './sections';

const chapters = [
  chapterWith({ title: 'One', href: 'text/one.xhtml' }),
  chapterWith({ title: 'One, later', href: 'text/one.xhtml#later', level: 1 }),
  chapterWith({ title: 'Two', href: 'text/two.xhtml#start' }),
];
const spine = [
  { href: 'text/cover.xhtml', title: '' },
  { href: 'text/one.xhtml', title: 'One' },
  { href: 'text/two.xhtml', title: 'Two' },
  { href: 'text/notes.xhtml', title: '' },
];

describe('sections', () => {
  test('are the spine, where the server tells it', () => {
    expect(sectionsOf(spine, chapters)).toHaveLength(4);
  });
  test('are else the files the contents point into, each once', () => {
    expect(sectionsOf([], chapters).map((one) => one.href)).toEqual(['text/one.xhtml', 'text/two.xhtml']);
    expect(sectionsOf([], [])).toEqual([]);
  });
});

test('a place in the contents is a section and a name in it', () => {
  expect(placeOf('text/one.xhtml#later', spine)).toEqual({ section: 1, fragment: 'later' });
  expect(placeOf('text/one.xhtml', spine)).toEqual({ section: 1, fragment: null });
  expect(placeOf('elsewhere.xhtml', spine)).toBeNull();
});

test('a section belongs to the last chapter that began by then', () => {
  expect([0, 1, 2, 3].map((section) => chapterOf(section, chapters, spine))).toEqual([-1, 1, 2, 2]);
});

describe('links inside a book', () => {
  const base = 'https://host/media/7/resource/';
  test('lead to their path, decoded', () => {
    expect(pathInBook(`${base}text/caf%C3%A9%20one.xhtml#x`, base)).toBe('text/café one.xhtml#x');
    expect(pathInBook(`${base}a.xhtml?q=1#x`, base)).toBe('a.xhtml#x');
  });
  test('out of the book are not its own', () => {
    expect(pathInBook('https://example.org/', base)).toBeNull();
    expect(pathInBook('https://host/api/session', base)).toBeNull();
  });
  test('with broken escapes are taken as they are', () => {
    expect(pathInBook(`${base}100%.xhtml`, base)).toBe('100%.xhtml');
  });
});
