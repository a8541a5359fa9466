/**
 * The state of a browse page and its two notations: the address bar (defaults left out) and the API's query.
 * Both use the API's words, so an address can be turned into a request by hand.
 */
import type { SearchRecord, SearchValue } from './searchParams';
import { valuesOf } from './searchParams';
import { DEFAULT_SORT, type SortOrder, sortNamed } from './sorts';

/** Facets that can be filtered on, in the order the panel shows them. */
export const FACETS = [
  'kind',
  'library',
  'tag',
  'genre',
  'person',
  'series',
  'studio',
  'publisher',
  'group',
  'gallery',
  'year',
  'format',
] as const;
export type FacetName = (typeof FACETS)[number];

/** Facets of which an item may carry several, so that "all of these" means something. */
export const MULTIPLE: ReadonlySet<FacetName> = new Set(['tag', 'genre', 'person', 'series', 'group', 'gallery']);

export type FilterMode = 'any' | 'all' | 'not';
export type FacetFilter = Readonly<Record<FilterMode, readonly string[]>>;
export type View = 'grid' | 'list' | 'pages';

export interface BrowseState {
  q: string;
  filters: Readonly<Partial<Record<FacetName, FacetFilter>>>;
  favorite: boolean;
  /** Only what I have played, or only what I have not; null for both. */
  played: boolean | null;
  ratingMin: number | null;
  myRatingMin: number | null;
  sort: string;
  order: SortOrder;
  seed: number;
  view: View;
  /** Counted from 1, as people and the API do; the page view only. */
  page: number;
}

const VIEWS: readonly View[] = ['grid', 'list', 'pages'];
const PLAYED: Readonly<Record<string, boolean>> = { true: true, false: false };
const NO_FILTER: FacetFilter = { any: [], all: [], not: [] };

export function parseBrowse(search: SearchRecord): BrowseState {
  const sort = sortNamed(one(search.sort)) ?? DEFAULT_SORT;
  const order = one(search.order);
  return {
    q: one(search.q),
    filters: parseFilters(search),
    favorite: one(search.favorite) === 'true',
    played: PLAYED[one(search.played)] ?? null,
    ratingMin: wholeNumber(one(search.rating_min)),
    myRatingMin: wholeNumber(one(search.my_rating_min)),
    sort: sort.name,
    order: order === 'asc' || order === 'desc' ? order : sort.order,
    seed: wholeNumber(one(search.seed)) ?? 0,
    view: VIEWS.find((view) => view === one(search.view)) ?? 'grid',
    page: Math.max(1, wholeNumber(one(search.page)) ?? 1),
  };
}

/** The address of a state. Parsing it gives the state back. */
export function browseSearch(state: BrowseState): Record<string, SearchValue> {
  const search: Record<string, SearchValue> = { ...filterParams(state) };
  if (state.sort !== DEFAULT_SORT.name) search.sort = state.sort;
  if (state.order !== sortNamed(state.sort)?.order) search.order = state.order;
  if (state.sort === 'random') search.seed = String(state.seed);
  if (state.view !== 'grid') search.view = state.view;
  if (state.view === 'pages' && state.page > 1) search.page = String(state.page);
  return search;
}

/** Which items: the part of the query that counts, facets and pages share. */
export function filterParams(state: BrowseState): Record<string, SearchValue> {
  const params: Record<string, SearchValue> = {};
  if (state.q) params.q = state.q;
  for (const facet of FACETS) {
    const { any, all, not } = filterOf(state, facet);
    const values = [...any, ...not.map((value) => `-${value}`)];
    if (values.length > 0) params[facet] = single(values);
    if (all.length > 0) params[`${facet}_all`] = single(all);
  }
  if (state.favorite) params.favorite = 'true';
  if (state.played !== null) params.played = String(state.played);
  if (state.ratingMin !== null) params.rating_min = String(state.ratingMin);
  if (state.myRatingMin !== null) params.my_rating_min = String(state.myRatingMin);
  return params;
}

/** Which items in which order: what one page cache holds. */
export function resultParams(state: BrowseState): Record<string, SearchValue> {
  const params = { ...filterParams(state), sort: state.sort, order: state.order };
  return state.sort === 'random' ? { ...params, seed: String(state.seed) } : params;
}

export function filterOf(state: BrowseState, facet: FacetName): FacetFilter {
  return state.filters[facet] ?? NO_FILTER;
}

export function modeOf(state: BrowseState, facet: FacetName, value: string): FilterMode | null {
  const filter = filterOf(state, facet);
  return (['any', 'all', 'not'] as const).find((mode) => filter[mode].includes(value)) ?? null;
}

/** The value in that mode and no other; null takes it out. */
export function withFilter(state: BrowseState, facet: FacetName, value: string, mode: FilterMode | null): BrowseState {
  const filter = filterOf(state, facet);
  const kept = (name: FilterMode): readonly string[] => {
    const rest = filter[name].filter((other) => other !== value);
    return name === mode ? [...rest, value] : rest;
  };
  const { [facet]: _, ...others } = state.filters;
  const next: FacetFilter = { any: kept('any'), all: kept('all'), not: kept('not') };
  const empty = next.any.length + next.all.length + next.not.length === 0;
  return { ...state, filters: empty ? others : { ...others, [facet]: next }, page: 1 };
}

/** Turns the "any of" values of a facet into "all of" values, or back. */
export function withMatchAll(state: BrowseState, facet: FacetName, all: boolean): BrowseState {
  const filter = filterOf(state, facet);
  const values = [...filter.any, ...filter.all];
  const next = { any: all ? [] : values, all: all ? values : [], not: filter.not };
  return { ...state, filters: { ...state.filters, [facet]: next }, page: 1 };
}

export function cleared(state: BrowseState): BrowseState {
  return { ...state, q: '', filters: {}, favorite: false, played: null, ratingMin: null, myRatingMin: null, page: 1 };
}

export function isFiltered(state: BrowseState): boolean {
  return Object.keys(filterParams(state)).length > 0;
}

function parseFilters(search: SearchRecord): BrowseState['filters'] {
  const filters: Partial<Record<FacetName, FacetFilter>> = {};
  for (const facet of FACETS) {
    const values = valuesOf(search[facet]);
    const filter: FacetFilter = {
      any: values.filter((value) => !value.startsWith('-')),
      all: valuesOf(search[`${facet}_all`]),
      not: values.filter((value) => value.startsWith('-')).map((value) => value.slice(1)),
    };
    if (filter.any.length + filter.all.length + filter.not.length > 0) filters[facet] = filter;
  }
  return filters;
}

function single(values: readonly string[]): SearchValue {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}

function one(value: SearchValue | undefined): string {
  return valuesOf(value)[0] ?? '';
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
