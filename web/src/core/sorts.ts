/** The orders a list can have: the names are the API's, the directions those people expect first. */

export type SortOrder = 'asc' | 'desc';

export interface SortChoice {
  name: string;
  label: string;
  order: SortOrder;
}

export const DEFAULT_SORT: SortChoice = { name: 'added', label: 'Recently added', order: 'desc' };

export const SORTS: readonly SortChoice[] = [
  DEFAULT_SORT,
  { name: 'date', label: 'Release date', order: 'desc' },
  { name: 'title', label: 'Title', order: 'asc' },
  { name: 'series', label: 'Series', order: 'asc' },
  { name: 'rating', label: 'Rating', order: 'desc' },
  { name: 'duration', label: 'Duration', order: 'desc' },
  { name: 'pages', label: 'Pages', order: 'desc' },
  { name: 'size', label: 'File size', order: 'desc' },
  { name: 'width', label: 'Width', order: 'desc' },
  { name: 'height', label: 'Height', order: 'desc' },
  { name: 'created', label: 'Created', order: 'desc' },
  { name: 'updated', label: 'Updated', order: 'desc' },
  { name: 'my_rating', label: 'My rating', order: 'desc' },
  { name: 'last_played', label: 'Last played', order: 'desc' },
  { name: 'progress', label: 'My progress', order: 'desc' },
  { name: 'play_count', label: 'My plays', order: 'desc' },
  { name: 'random', label: 'Shuffled', order: 'asc' },
];

export function sortNamed(name: string): SortChoice | undefined {
  return SORTS.find((one) => one.name === name);
}
