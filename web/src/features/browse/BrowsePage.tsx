import { useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { itemLists, useListing } from '@/api/listing';
import { type BrowseState, resultParams } from '@/core/browseState';
import { searchString } from '@/core/searchParams';
import { usePreferences } from '@/ui/preferences';
import { ActiveFilters } from './ActiveFilters';
import classes from './BrowsePage.module.css';
import { FilterPanel } from './FilterPanel';
import { Results, VIEW_PAGE_SIZE } from './Results';
import { gridShape } from './shapes';
import { Toolbar } from './Toolbar';
import { useBrowse } from './useBrowse';

const FilterDrawer = lazy(() => import('./FilterDrawer'));

export function BrowsePage() {
  const [state, change] = useBrowse();
  const [preferences, setPreferences] = usePreferences();
  const [drawer, setDrawer] = useState<boolean | null>(null); // null: never asked for, so not loaded
  const phone = useScreen('(max-width: 639px)');
  const roomy = useScreen('(min-width: 1200px)');
  const params = resultParams(state);
  const listing = useListing(itemLists, 'items', params);
  const shape = useMemo(() => gridShape(state, preferences, phone), [state, preferences, phone]);
  const place = usePlaceOf(searchString(params));

  const onFilters = () => (roomy ? setPreferences({ panel: !preferences.panel }) : setDrawer(!drawer));
  const onView = (view: BrowseState['view']) =>
    change((before) => ({ ...before, view, page: Math.floor(place.current / VIEW_PAGE_SIZE) + 1 }));
  const { total, isEstimate } = listing.cache;
  return (
    <div className={classes.page}>
      {roomy && preferences.panel && (
        <aside className={classes.dock} aria-label="Filters">
          <FilterPanel state={state} change={change} />
        </aside>
      )}
      <Suspense>
        {!roomy && drawer !== null && (
          <FilterDrawer
            opened={drawer}
            onClose={() => setDrawer(false)}
            total={listing.cache.total}
            state={state}
            change={change}
          />
        )}
      </Suspense>
      <div className={classes.content}>
        <Toolbar
          state={state}
          change={change}
          total={total}
          isEstimate={isEstimate}
          onFilters={onFilters}
          onView={onView}
        />
        <ActiveFilters state={state} change={change} />
        <Results
          key={`${searchString(params)} ${state.view === 'pages'}`}
          state={state}
          change={change}
          listing={listing}
          shape={shape}
          fit={preferences.fit}
          onFilters={onFilters}
          onView={onView}
          place={place}
        />
      </div>
    </div>
  );
}

function useScreen(query: string): boolean {
  return useMediaQuery(query, false, { getInitialValueInEffect: false });
}

/** The index one looks at, kept over changes of the view but not of the result. */
function usePlaceOf(result: string) {
  const place = useRef(0);
  const of = useRef(result);
  if (of.current !== result) {
    of.current = result;
    place.current = 0;
  }
  return place;
}
