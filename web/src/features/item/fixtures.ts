/** Items for the tests of this feature. */
import type { Chapter, Item, ItemFile, Link } from '@/api/types';
import { cardWith } from '@/test/cards';

export function itemWith(changes: Partial<Item> = {}): Item {
  return {
    ...cardWith({ id: 7 }),
    sort_title: 'Salt Road, The',
    description: null,
    language: null,
    files: [],
    chapters: [],
    identifiers: {},
    extra: {},
    issues: [],
    locked: [],
    ...changes,
  };
}

export function fileWith(changes: Partial<ItemFile> = {}): ItemFile {
  const index = changes.index ?? 0;
  return {
    index,
    name: `${index + 1}.mp3`,
    size: 1000,
    mime: 'audio/mpeg',
    duration: 60,
    missing: false,
    url: `media/7/file/${index}`,
    ...changes,
  };
}

export function chapterWith(changes: Partial<Chapter> = {}): Chapter {
  return { position: 0, title: 'One', start: null, end: null, page: null, href: null, level: 0, ...changes };
}

export function linkWith(changes: Partial<Link> = {}): Link {
  return { id: 1, kind: 'person', name: 'Vesta Orlan', role: 'author', position: null, ...changes };
}
