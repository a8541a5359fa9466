import type { EntityKind } from '@/api/types';

/** What entity kinds are called, alone and in numbers. */
export const ENTITY_WORDS: Record<EntityKind, { one: string; many: string }> = {
  person: { one: 'person', many: 'people' },
  studio: { one: 'studio', many: 'studios' },
  tag: { one: 'tag', many: 'tags' },
  genre: { one: 'genre', many: 'genres' },
  series: { one: 'series', many: 'series' },
  group: { one: 'group', many: 'groups' },
  gallery: { one: 'gallery', many: 'galleries' },
  publisher: { one: 'publisher', many: 'publishers' },
};
