/** Items for the tests of this feature. */
import type { Chapter, Item, ItemFile, Link } from '@/api/types';

export function itemWith(changes: Partial<Item> = {}): Item {
  return {
    id: 7,
    library_id: 1,
    kind: 'book',
    title: 'The Salt Road',
    sort_title: 'Salt Road, The',
    subtitle: null,
    description: null,
    language: null,
    date: null,
    added_at: '2026-01-02T03:04:05Z',
    created_at: null,
    updated_at: '2026-01-02T03:04:05Z',
    duration: null,
    width: null,
    height: null,
    size: null,
    pages: null,
    rating: null,
    age_rating: null,
    cover: null,
    color: null,
    links: [],
    me: { rating: null, favorite: false, progress: null, play_count: 0, last_played_at: null, hidden: false },
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
