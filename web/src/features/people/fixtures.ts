import type { Account } from '@/api/people';
import type { Entity } from '@/api/types';

export const NO_RULES = { rules: [], age_rating_max: null, unrated: 'hide', libraries: null };

export function accountWith(changes: Partial<Account>): Account {
  return {
    id: 1,
    name: 'ada',
    admin: true,
    disabled: false,
    has_password: true,
    linked: false,
    created_at: '2026-05-01T11:00:00Z',
    last_seen_at: null,
    ...changes,
  };
}

export function listOf<T>(items: T[]) {
  return { items, pagination: { total_count: items.length, total_pages: 1 }, snapshot: '' };
}

export function tagWith(changes: Partial<Entity>): Entity {
  return {
    id: 5,
    library_id: 1,
    kind: 'tag',
    name: 'horror',
    sort_name: 'horror',
    description: null,
    item_count: 1204,
    via_person_count: 0,
    parents: [],
    links: [],
    aliases: [],
    image: null,
    me: { rating: null, favorite: false, hidden: false },
    ...changes,
  };
}
