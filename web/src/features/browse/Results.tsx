import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { LibraryBig, ListFilter } from 'lucide-react';
import { lazy, type RefObject, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { followEdits } from '@/api/editing';
import { currentTier, type ListingHandle } from '@/api/listing';
import type { Card } from '@/api/types';
import { type BrowseState, cleared, isFiltered, resultParams } from '@/core/browseState';
import type { GridShape } from '@/core/gridGeometry';
import { planPages } from '@/core/prefetch';
import type { Mark } from '@/core/rail';
import { Selection } from '@/core/selection';
import { Rail } from '@/ui/grid/Rail';
import { useGrid } from '@/ui/grid/useGrid';
import { type RenderCell, VirtualGrid } from '@/ui/grid/VirtualGrid';
import { MediaCard, MediaRow } from '@/ui/MediaCard';
import { type Place, recallPlace, rememberPlace } from '@/ui/places';
import type { Preferences } from '@/ui/preferences';
import { EmptyState, ErrorState } from '@/ui/States';
import classes from './BrowsePage.module.css';
import { PagesFooter } from './PagesFooter';
import { positionOf, railQuery } from './queries';
import { SelectionBar } from './SelectionBar';
import type { ChangeBrowse } from './useBrowse';
import { useBrowseKeys } from './useBrowseKeys';
import { useLibraryChanges } from './useLibraryChanges';

const GoTo = lazy(() => import('./GoTo'));

const NO_MARKS: readonly Mark[] = [];
export const VIEW_PAGE_SIZE = 50;

interface ResultsProps {
  state: BrowseState;
  change: ChangeBrowse;
  listing: ListingHandle<Card>;
  shape: GridShape;
  fit: Preferences['fit'];
  onFilters: () => void;
  onView: (view: BrowseState['view']) => void;
  /** Index to open at when the view was changed; filled with where we are. */
  place: RefObject<number>;
}

/** One ordered result on screen: grid, list or page, with its rail, selection and notices. */
export function Results({ state, change, listing, shape, fit, onFilters, onView, place }: ResultsProps) {
  const { cache } = listing;
  const paged = state.view === 'pages';
  const pages = Math.max(1, Math.ceil((cache.total ?? 0) / VIEW_PAGE_SIZE));
  const span = useSpan(cache.total, paged ? state.page : null);
  const entry = useRouterState({ select: ({ location }) => location.state.__TSR_key ?? '' });
  const [initial] = useState(() => initialPlace(entry, paged, place.current));
  const grid = useGrid(cache, span, shape, initial);
  const [selection, setSelection] = useState(Selection.none);
  const [goingTo, setGoingTo] = useState(false);
  const rail = useQuery({ ...railQuery(resultParams(state)), enabled: !paged });
  const marks = rail.data ?? NO_MARKS;
  const navigate = useNavigate();

  const remember = () => {
    place.current = grid.place().index;
    rememberPlace(entry, grid.place());
  };
  useRemembering(remember, grid.frame, grid.active, entry);
  usePagePrefetch(listing, paged ? state.page : null, pages);
  const refresh = useRefresh(listing, state, grid);
  useFollowedEdits(refresh);
  const [changed, settle] = useLibraryChanges(() => {
    const idleAtTop = grid.scroll.position < 1 && selection.count === 0 && !grid.frame.moving;
    if (idleAtTop) void refresh();
    return idleAtTop;
  });

  const goToPage = (page: number) => {
    grid.focused.current = false;
    change((before) => ({ ...before, page: Math.max(1, Math.min(page, pages)) }));
  };
  useBrowseKeys({
    grid,
    cache,
    selection,
    setSelection,
    view: state.view,
    onView,
    onGoTo: () => setGoingTo(true),
    onFilters,
    onPage: (step) => goToPage(state.page + step),
  });

  const select = useCallback((index: number, extend: boolean) => {
    setSelection((before) => (extend ? before.extendTo(index) : before.toggle(index)));
  }, []);
  const renderCell: RenderCell<Card> = useCallback(
    (item, cell) => {
      const Cell = state.view === 'list' ? MediaRow : MediaCard;
      return <Cell item={item} state={cell} fit={fit} onSelect={select} />;
    },
    [state.view, fit, select],
  );

  const nothing = cache.total === 0;
  const failed = cache.error;
  return (
    <div className={classes.results} data-view={state.view}>
      <div className={classes.grid} data-hidden={nothing || (failed && cache.total === null) || undefined}>
        <VirtualGrid
          grid={grid}
          cache={cache}
          label="Items"
          selection={selection}
          renderCell={renderCell}
          gap={shape.gap}
          onOpen={(item) => {
            remember();
            void navigate({ to: '/items/$itemId', params: { itemId: String(item.id) } });
          }}
        />
        {failed !== null && cache.total !== null && (
          <Notice text="Some items could not be loaded" action="Try again" onClick={() => cache.retry()} />
        )}
        {failed === null && (cache.stale || changed) && (
          <Notice
            text="The library changed"
            action="Refresh"
            onClick={() => {
              settle();
              void refresh();
            }}
          />
        )}
        <SelectionBar
          state={state}
          selection={selection}
          total={cache.total ?? 0}
          cache={cache}
          onChange={setSelection}
        />
      </div>
      {failed !== null && cache.total === null && (
        <div className={classes.overlay}>
          <ErrorState error={failed} onRetry={() => cache.retry()} />
        </div>
      )}
      {nothing && <Nothing state={state} change={change} />}
      {!paged && grid.geometry && (cache.total ?? 0) > 0 && (
        <Rail scroll={grid.scroll} total={cache.total ?? 0} columns={grid.geometry.columns} marks={marks} />
      )}
      {paged && !nothing && <PagesFooter page={state.page} pages={pages} onPage={goToPage} />}
      {goingTo && (
        <Suspense>
          <GoTo
            onClose={() => setGoingTo(false)}
            total={cache.total ?? 0}
            marks={marks}
            onGo={(index) => (paged ? goToPage(Math.floor(index / VIEW_PAGE_SIZE) + 1) : grid.goTo(index))}
          />
        </Suspense>
      )}
    </div>
  );
}

function useSpan(total: number | null, page: number | null) {
  return useMemo(() => {
    if (page === null) return { start: 0, count: total };
    const start = (page - 1) * VIEW_PAGE_SIZE;
    return { start, count: total === null ? null : Math.max(0, Math.min(VIEW_PAGE_SIZE, total - start)) };
  }, [total, page]);
}

/** Going back lands where one was; changing the view stays at the item one looked at. */
function initialPlace(entry: string, paged: boolean, index: number): Place | null {
  return recallPlace(entry) ?? (!paged && index > 0 ? { index, offset: 0, active: index } : null);
}

function useRemembering(remember: () => void, frame: { moving: boolean }, active: number, entry: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: exactly when scrolling rests, the focus moves or the address changes
  useEffect(() => {
    if (!frame.moving) remember();
  }, [frame, active, entry]);
}

/** In the page view the neighbours are fetched on arrival: the next click finds them there. */
function usePagePrefetch({ cache }: ListingHandle<Card>, page: number | null, pages: number): void {
  const total = cache.total;
  useEffect(() => {
    if (page === null || total === null) return;
    const cachePage = (one: number) => Math.floor((one * VIEW_PAGE_SIZE) / cache.pageSize);
    const here = cachePage(page - 1);
    const ahead = new Set(planPages(page - 1, pages - 1, currentTier()).map(cachePage));
    ahead.delete(here);
    cache.want([here, here], [...ahead]);
  }, [cache, page, pages, total]);
}

/** Reads the result anew and keeps the item at the top of the screen where it is. */
function useRefresh(listing: ListingHandle<Card>, state: BrowseState, grid: ReturnType<typeof useGrid>) {
  return async () => {
    const { index } = grid.place();
    const anchor = grid.scroll.position < 1 ? undefined : listing.cache.item(index);
    const found = anchor ? await positionOf(anchor.id, resultParams(state)) : null;
    await listing.refresh(grid.visiblePages());
    if (found !== null && found !== index) grid.goTo(found);
  };
}

/** After an edit somebody asked for here he wants to see what came of it, not a notice that something did. */
function useFollowedEdits(refresh: () => Promise<void>): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => followEdits(() => void latest.current()), []);
}

function Notice({ text, action, onClick }: { text: string; action: string; onClick: () => void }) {
  return (
    <div className={classes.notice} role="status">
      <span>{text}</span>
      <Button size="compact-sm" variant="subtle" onClick={onClick}>
        {action}
      </Button>
    </div>
  );
}

function Nothing({ state, change }: { state: BrowseState; change: ChangeBrowse }) {
  const navigate = useNavigate();
  return (
    <div className={classes.overlay}>
      {isFiltered(state) ? (
        <EmptyState
          icon={ListFilter}
          title="Nothing matches"
          action={<Button onClick={() => change(cleared)}>Clear all filters</Button>}
        >
          No item has all of this. Take a filter away, or search for less.
        </EmptyState>
      ) : (
        <EmptyState
          icon={LibraryBig}
          title="The shelves are empty"
          action={<Button onClick={() => void navigate({ to: '/libraries' })}>Add a library</Button>}
        >
          Point Longshelf at a folder, a Stash server or a feed, and its items appear here as they are found.
        </EmptyState>
      )}
    </div>
  );
}
