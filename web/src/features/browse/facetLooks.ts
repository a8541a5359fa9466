import { ENTITY_KINDS, type EntityKind, type FacetValue, type ItemKind } from '@/api/types';
import { FACETS, type FacetName } from '@/core/browseState';
import { KIND_LOOKS } from '@/ui/kinds';

export const FACET_TITLES: Record<FacetName, string> = {
  kind: 'Kind',
  library: 'Library',
  tag: 'Tag',
  genre: 'Genre',
  person: 'Person',
  series: 'Series',
  studio: 'Studio',
  publisher: 'Publisher',
  group: 'Group',
  gallery: 'Gallery',
  year: 'Year',
  format: 'Shape',
};

/** The first few are open from the start; the rest open when somebody asks. */
export const OPEN_FACETS: ReadonlySet<FacetName> = new Set(['kind', 'library', 'tag', 'genre', 'person', 'year']);

const FORMATS: Record<string, string> = { wide: 'Wide', tall: 'Tall', square: 'Square' };

export function isFacetName(name: string): name is FacetName {
  return (FACETS as readonly string[]).includes(name);
}

export function asEntityKind(facet: FacetName): EntityKind | null {
  return ENTITY_KINDS.find((kind) => kind === facet) ?? null;
}

/** What goes into the address for a facet value. */
export function facetKey(value: FacetValue): string {
  return String(value.id ?? value.value ?? '');
}

/** The name of a value that explains itself; entities and libraries bring theirs along. */
export function valueLabel(facet: FacetName, value: string): string {
  if (facet === 'kind') return KIND_LOOKS[value as ItemKind]?.many ?? value;
  if (facet === 'format') return FORMATS[value] ?? value;
  return value;
}

export function facetLabel(facet: FacetName, value: FacetValue): string {
  return value.name ?? valueLabel(facet, facetKey(value));
}
