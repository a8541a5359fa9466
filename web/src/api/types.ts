/** The shapes of the HTTP API, as the design document states them. Times are RFC 3339 UTC, durations seconds, sizes bytes. */

export const ITEM_KINDS = ['video', 'image', 'audiobook', 'book', 'comic', 'track', 'post'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export const ENTITY_KINDS = ['person', 'studio', 'tag', 'genre', 'series', 'group', 'gallery', 'publisher'] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

/** The path segment under /api for each entity kind. */
export const ENTITY_PATHS = {
  person: 'persons',
  studio: 'studios',
  tag: 'tags',
  genre: 'genres',
  series: 'series',
  group: 'groups',
  gallery: 'galleries',
  publisher: 'publishers',
} as const satisfies Record<EntityKind, string>;

export interface Link {
  id: number;
  kind: EntityKind;
  name: string;
  role: string;
  position: number | null;
}

/** The signed-in user's own data. `rating` is 0–100 as everywhere, `progress` 0–1 of the whole. */
export interface Me {
  rating: number | null;
  favorite: boolean;
  progress: number | null;
  play_count: number;
  last_played_at: string | null;
  hidden: boolean;
}

/** What a list shows of an item. `cover` is null or a relative URL to which `&w=192|384|768` may be appended. */
export interface Card {
  id: number;
  library_id: number;
  kind: ItemKind;
  title: string;
  subtitle: string | null;
  date: string | null;
  added_at: string;
  created_at: string | null;
  updated_at: string;
  duration: number | null;
  width: number | null;
  height: number | null;
  size: number | null;
  pages: number | null;
  rating: number | null;
  age_rating: number | null;
  cover: string | null;
  color: string | null;
  links: Link[];
  me: Me;
}

/** In playing order; `url` is the address of the bytes, relative to the server's root. */
export interface ItemFile {
  index: number;
  name: string;
  size: number;
  mime: string | null;
  duration: number | null;
  missing: boolean;
  url: string;
}

/** `start` and `end` in seconds, or `page` counted from 0, or `href` inside a book. */
export interface Chapter {
  position: number;
  title: string;
  start: number | null;
  end: number | null;
  page: number | null;
  href: string | null;
  level: number;
}

export interface Item extends Card {
  sort_title: string;
  description: string | null;
  language: string | null;
  files: ItemFile[];
  chapters: Chapter[];
  identifiers: Record<string, string>;
  extra: Record<string, unknown>;
  issues: string[];
  locked: string[];
}

/** `page` is null when a cursor said where: its place is then not counted. */
export interface Pagination {
  page: number | null;
  page_size: number;
  total_count: number;
  total_is_estimate: boolean;
  total_pages: number;
  has_next: boolean;
  has_previous: boolean;
  has_more: boolean;
  next_page: number | null;
  next_cursor: string | null;
  prev_cursor: string | null;
}

export interface Listing<T> {
  items: T[];
  pagination: Pagination;
  snapshot: string;
}

/** From position `pos` (counted from 0) on, items are under `label`. */
export interface RailMark {
  pos: number;
  label: string;
}

export interface Rail {
  total: number;
  marks: RailMark[];
}

/** Entity facets carry `id` and `name`; value facets (year, kind, format) carry `value`. */
export interface FacetValue {
  id?: number;
  name?: string;
  value?: string | number;
  count: number;
}

/** In an estimate every number is a lower bound. */
export interface Facet {
  values: FacetValue[];
  total: number;
  is_estimate?: boolean;
}

export interface Facets {
  facets: Record<string, Facet>;
  total_count: number;
}

/**
 * `item_count` counts what this viewer sees; `via_person_count` what he reaches through persons that carry it;
 * `child_count` those right below it, null where nobody counted them. `image_given`: by hand, not by its source.
 * `image_back`: the other side of a group's cover.
 */
export interface Entity {
  id: number;
  library_id: number;
  kind: EntityKind;
  name: string;
  sort_name: string;
  description: string | null;
  item_count: number;
  via_person_count: number;
  child_count?: number | null;
  parents: { id: number; name: string }[];
  links: Link[];
  aliases: string[];
  image: string | null;
  image_given?: boolean;
  image_back?: string | null;
  me: { rating: number | null; favorite: boolean; hidden: boolean };
}

/** `state` is new, ready, scanning or offline; `folders` and `options` are for administrators only. */
export interface Library {
  id: number;
  name: string;
  type: 'folder' | 'stash' | 'feed';
  state: string;
  state_reason: string | null;
  item_count: number;
  issue_count: number;
  created_at: string;
  scanned_at: string | null;
  folders: string[] | null;
  options: Record<string, unknown> | null;
  /** Of a mirrored server; only administrators are told. */
  url?: string | null | undefined;
}

export interface ScanIssue {
  path: string;
  root: string;
  reason: string;
  first_seen_at: string;
  last_seen_at: string;
}

export interface Job {
  id: number;
  kind: string;
  state: string;
  library_id: number | null;
  priority: number;
  attempts: number;
  done: number;
  total: number | null;
  rate: number | null;
  eta_seconds: number | null;
  message: string | null;
  errors: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  result: unknown;
}

export interface User {
  id: number;
  name: string;
  admin: boolean;
}

export interface Session {
  user: User;
}

export interface SetupState {
  needed: boolean;
}

/** RFC 9457 body of every error. `field` and `reason` come with input the caller can fix. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  field?: string;
  reason?: string;
}
