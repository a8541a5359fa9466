import type { EntityKind } from '@/api/types';
import { ENTITY_PATHS } from '@/api/types';

interface EntityLook {
  kind: EntityKind;
  to: `/${(typeof ENTITY_PATHS)[EntityKind]}`;
  title: string;
  one: string;
  /** Faces and covers are worth a picture; words are not. */
  pictures: boolean;
}

const look = (kind: EntityKind, title: string, one: string, pictures: boolean): EntityLook => ({
  kind,
  to: `/${ENTITY_PATHS[kind]}`,
  title,
  one,
  pictures,
});

export const ENTITY_LOOKS: readonly EntityLook[] = [
  look('person', 'People', 'person', true),
  look('series', 'Series', 'series', true),
  look('tag', 'Tags', 'tag', false),
  look('genre', 'Genres', 'genre', false),
  look('studio', 'Studios', 'studio', true),
  look('publisher', 'Publishers', 'publisher', false),
  look('group', 'Groups', 'group', true),
  look('gallery', 'Galleries', 'gallery', true),
];
