import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { Facet } from '@/api/types';
import { type BrowseState, cleared, FACETS, type FacetName, filterParams, isFiltered } from '@/core/browseState';
import { searchString } from '@/core/searchParams';
import { ErrorState } from '@/ui/States';
import { FacetSection } from './FacetSection';
import classes from './FilterPanel.module.css';
import { facetsQuery } from './queries';
import type { ChangeBrowse } from './useBrowse';

const PAUSE_MS = 150; // several clicks in a row are one question

export function FilterPanel({ state, change }: { state: BrowseState; change: ChangeBrowse }) {
  const filters = filterParams(state);
  const address = searchString(filters);
  const [settled] = useDebouncedValue({ address, filters }, PAUSE_MS);
  const { data, error, isPlaceholderData, refetch } = useQuery(facetsQuery(settled.filters, FACETS));
  const stale = isPlaceholderData || settled.address !== address;
  return (
    <div className={classes.panel}>
      <header className={classes.header}>
        <h2>Filters</h2>
        {isFiltered(state) && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => change(cleared)}>
            Clear
          </Button>
        )}
      </header>
      <div className={classes.favorite}>
        <button
          type="button"
          className={classes.value}
          data-mode={state.favorite ? 'any' : undefined}
          aria-pressed={state.favorite}
          onClick={() => change((before) => ({ ...before, favorite: !before.favorite, page: 1 }))}
        >
          <span className={classes.name}>Favourites only</span>
        </button>
        <button
          type="button"
          className={classes.value}
          data-mode={state.played === false ? 'any' : undefined}
          aria-pressed={state.played === false}
          onClick={() => change((before) => ({ ...before, played: before.played === false ? null : false, page: 1 }))}
        >
          <span className={classes.name}>Not played yet</span>
        </button>
      </div>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <PanelSkeleton />}
      {data &&
        FACETS.map((name) => {
          const facet = data.facets[name];
          return isWorthShowing(name, facet, state) ? (
            <FacetSection
              key={name}
              name={name}
              facet={sorted(name, facet)}
              state={state}
              change={change}
              stale={stale}
            />
          ) : null;
        })}
    </div>
  );
}

function isWorthShowing(name: FacetName, facet: Facet | undefined, state: BrowseState): facet is Facet {
  return facet !== undefined && (facet.values.length > 0 || state.filters[name] !== undefined);
}

/** Years are looked for by number, everything else by how much there is of it. */
function sorted(name: FacetName, facet: Facet): Facet {
  if (name !== 'year') return facet;
  return { ...facet, values: facet.values.toSorted((a, b) => Number(b.value) - Number(a.value)) };
}

function PanelSkeleton() {
  return (
    <div className={classes.skeleton} aria-hidden="true">
      {Array.from({ length: 12 }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <i key={at} />
      ))}
    </div>
  );
}
