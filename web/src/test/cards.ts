/** Items as lists show them, for tests. */
import type { Card, Listing } from '@/api/types';

export function cardWith(changes: Partial<Card> = {}): Card {
  return {
    id: 1,
    library_id: 1,
    kind: 'book',
    title: 'The Salt Road',
    subtitle: null,
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
    ...changes,
  };
}

/** One page that is all there is. */
export function listingOf<T>(items: T[], changes: Partial<Listing<T>['pagination']> = {}): Listing<T> {
  return {
    items,
    pagination: {
      page: 1,
      page_size: 50,
      total_count: items.length,
      total_is_estimate: false,
      total_pages: 1,
      has_next: false,
      has_previous: false,
      has_more: false,
      next_page: null,
      next_cursor: null,
      prev_cursor: null,
      ...changes,
    },
    snapshot: '1',
  };
}
