import { CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { entityNameQuery, libraryNamesQuery } from '@/api/entities';
import { ENTITY_PATHS, type EntityKind } from '@/api/types';
import {
  type BrowseState,
  cleared,
  FACETS,
  type FacetName,
  type FilterMode,
  filterOf,
  isFiltered,
  withFilter,
} from '@/core/browseState';
import classes from './ActiveFilters.module.css';
import { asEntityKind, FACET_TITLES, valueLabel } from './facetLooks';
import type { ChangeBrowse } from './useBrowse';

/** What the list is narrowed by, each with its way out, and one way out of all. */
export function ActiveFilters({ state, change }: { state: BrowseState; change: ChangeBrowse }) {
  if (!isFiltered(state)) return null;
  return (
    <section className={classes.chips} aria-label="Active filters">
      {state.q && <Chip label={`“${state.q}”`} onRemove={() => change((before) => ({ ...before, q: '', page: 1 }))} />}
      {FACETS.flatMap((facet) =>
        (['any', 'all', 'not'] as const).flatMap((mode) =>
          filterOf(state, facet)[mode].map((value) => (
            <FacetChip
              key={`${facet}${mode}${value}`}
              facet={facet}
              mode={mode}
              value={value}
              onRemove={() => change((before) => withFilter(before, facet, value, null))}
            />
          )),
        ),
      )}
      {state.favorite && (
        <Chip label="Favourites" onRemove={() => change((before) => ({ ...before, favorite: false, page: 1 }))} />
      )}
      {state.played !== null && (
        <Chip
          label={state.played ? 'Played' : 'Not played'}
          onRemove={() => change((before) => ({ ...before, played: null, page: 1 }))}
        />
      )}
      {state.myRatingMin !== null && (
        <Chip
          label={state.myRatingMin > 1 ? `Rated ${state.myRatingMin} or better by me` : 'Rated by me'}
          onRemove={() => change((before) => ({ ...before, myRatingMin: null, page: 1 }))}
        />
      )}
      {state.ratingMin !== null && (
        <Chip
          label={`Rated ${state.ratingMin} or better`}
          onRemove={() => change((before) => ({ ...before, ratingMin: null, page: 1 }))}
        />
      )}
      <button type="button" className={classes.clear} onClick={() => change(cleared)}>
        Clear all
      </button>
    </section>
  );
}

interface FacetChipProps {
  facet: FacetName;
  mode: FilterMode;
  value: string;
  onRemove: () => void;
}

function FacetChip({ facet, mode, value, onRemove }: FacetChipProps) {
  const name = useValueName(facet, value);
  const prefix = mode === 'not' ? 'not ' : '';
  const kind = asEntityKind(facet);
  return (
    <Chip label={`${FACET_TITLES[facet]}: ${prefix}${name}`} excluded={mode === 'not'} onRemove={onRemove}>
      {kind !== null && (
        <Link to={`/${ENTITY_PATHS[kind]}/${value}` as never} className={classes.about} aria-label={`About ${name}`}>
          <Info size={15} aria-hidden="true" />
        </Link>
      )}
    </Chip>
  );
}

interface ChipProps {
  label: string;
  excluded?: boolean;
  onRemove: () => void;
  children?: ReactNode;
}

function Chip({ label, excluded = false, onRemove, children }: ChipProps) {
  return (
    <span className={classes.chip} data-excluded={excluded || undefined}>
      <span className={classes.label}>{label}</span>
      {children}
      <CloseButton size="sm" aria-label={`Remove filter ${label}`} onClick={onRemove} />
    </span>
  );
}

/** Ids in the address get their names from the server; until then, and for ids that are gone, the id itself stands. */
function useValueName(facet: FacetName, value: string): string {
  const kind = asEntityKind(facet);
  const entity = useQuery({ ...entityNameQuery((kind ?? 'tag') as EntityKind, value), enabled: kind !== null });
  const libraries = useQuery({ ...libraryNamesQuery, enabled: facet === 'library' });
  if (kind !== null) return entity.data?.name ?? `#${value}`;
  if (facet === 'library') return libraries.data?.items.find((one) => String(one.id) === value)?.name ?? `#${value}`;
  return valueLabel(facet, value);
}
