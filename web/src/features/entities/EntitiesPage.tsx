import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useRouterState } from '@tanstack/react-router';
import { ListChecks, Search } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { librariesQuery } from '@/api/libraries';
import { entityLists, type ListingHandle, useListing } from '@/api/listing';
import { sessionQuery } from '@/api/session';
import { ENTITY_PATHS, type Entity, type Library } from '@/api/types';
import { formatCount } from '@/core/format';
import type { GridShape } from '@/core/gridGeometry';
import type { Mark } from '@/core/rail';
import { type SearchRecord, valuesOf } from '@/core/searchParams';
import { Rail } from '@/ui/grid/Rail';
import { useGrid } from '@/ui/grid/useGrid';
import { useGridKeys } from '@/ui/grid/useGridKeys';
import { type RenderCell, VirtualGrid } from '@/ui/grid/VirtualGrid';
import { useKeys } from '@/ui/keys';
import { recallPlace, rememberPlace } from '@/ui/places';
import { EmptyState, ErrorState } from '@/ui/States';
import { useHideEntity } from '@/ui/useHideEntity';
import classes from './EntitiesPage.module.css';
import { EntityCard } from './EntityCard';
import { EntitySelection, useChosen, useFollowedEdits, useSelectKeys } from './EntitySelection';
import { ENTITY_LOOKS } from './kinds';
import { hasTwin } from './twins';

type Look = (typeof ENTITY_LOOKS)[number];
type Sort = 'name' | 'count';

const PICTURES: GridShape = { minCell: 140, gap: 14, ratio: 1, text: 46, minColumns: 2, maxColumns: 24 };
const WORDS: GridShape = { minCell: 220, gap: 8, ratio: 0, text: 56, minColumns: 1, maxColumns: 12 };

const NO_MARKS: readonly Mark[] = [];

/** All people, tags, series…: one page for every kind, found by its address. */
export function EntitiesPage() {
  const { pathname, search } = useLocation();
  const look = ENTITY_LOOKS.find((one) => pathname.endsWith(one.to));
  if (!look) throw new Error(`no entity kind has the address ${pathname}`);
  const [q = ''] = valuesOf((search as SearchRecord).q);
  const sort: Sort = valuesOf((search as SearchRecord).sort)[0] === 'count' ? 'count' : 'name';
  return (
    <div className={classes.page}>
      <Kinds />
      <Listed key={look.kind} look={look} q={q} sort={sort} />
    </div>
  );
}

function Kinds() {
  return (
    <nav className={classes.kinds} aria-label="What to list">
      {ENTITY_LOOKS.map(({ to, title }) => (
        <Link key={to} to={to} className={classes.kind} activeOptions={{ includeSearch: false }}>
          {title}
        </Link>
      ))}
    </nav>
  );
}

function Listed({ look, q, sort }: { look: Look; q: string; sort: Sort }) {
  const params = useMemo(() => ({ ...(q ? { q } : {}), sort }), [q, sort]);
  const listing = useListing(entityLists, ENTITY_PATHS[look.kind], params);
  const { total } = listing.cache;
  const { data: session } = useQuery(sessionQuery);
  const [selecting, setSelecting] = useState(false);
  const stopSelecting = useCallback(() => setSelecting(false), []);
  return (
    <>
      <header className={classes.header}>
        <h1 className={classes.title}>{look.title}</h1>
        <span className={classes.total} aria-live="polite">
          {total === null ? '' : formatCount(total, listing.cache.isEstimate)}
        </span>
        {session?.user.admin && (
          <Button
            size="xs"
            className={classes.select ?? ''}
            variant={selecting ? 'light' : 'default'}
            aria-pressed={selecting}
            leftSection={<ListChecks size={15} />}
            onClick={() => setSelecting(!selecting)}
          >
            Select
          </Button>
        )}
        <Tools look={look} q={q} sort={sort} />
      </header>
      <Results key={`${q} ${sort}`} look={look} q={q} listing={listing} selecting={selecting} onDone={stopSelecting} />
    </>
  );
}

function Tools({ look, q, sort }: { look: Look; q: string; sort: Sort }) {
  const navigate = useNavigate();
  const [text, setText] = useState(q);
  const [wanted] = useDebouncedValue(text.trim(), 250);
  const show = useCallback(
    (next: { q: string; sort: Sort }) =>
      void navigate({
        to: look.to,
        search: { ...(next.q ? { q: next.q } : {}), ...(next.sort === 'count' ? { sort: 'count' } : {}) },
        replace: true,
      }),
    [navigate, look],
  );
  useEffect(() => {
    if (wanted !== q) show({ q: wanted, sort });
  }, [wanted, q, sort, show]);
  return (
    <div className={classes.tools}>
      <TextInput
        className={classes.find}
        aria-label={`Find a ${look.one}`}
        placeholder={`Find a ${look.one}`}
        leftSection={<Search size={15} aria-hidden="true" />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <SegmentedControl
        size="xs"
        aria-label="Order"
        value={sort}
        onChange={(next) => show({ q, sort: next })}
        data={[
          { value: 'name', label: 'By name' },
          { value: 'count', label: 'By items' },
        ]}
      />
    </div>
  );
}

function libraryName(libraries: readonly Library[] | undefined, { library_id }: Entity): string | undefined {
  return libraries?.find(({ id }) => id === library_id)?.name;
}

/** The pointer has a button on each card; the keyboard has this. */
function useHideKey(grid: ReturnType<typeof useGrid>, cache: Cache): void {
  const hide = useHideEntity();
  useKeys([
    {
      keys: ['h'],
      label: 'Hide from me',
      group: 'The focused card',
      run: () => {
        const entity = cache.item(grid.active);
        if (entity) void hide(entity);
      },
      when: () => grid.focused.current,
    },
  ]);
}

type Cache = ReturnType<typeof useListing<Entity>>['cache'];

interface ResultsProps {
  look: Look;
  q: string;
  listing: ListingHandle<Entity>;
  selecting: boolean;
  onDone: () => void;
}

function Results({ look, q, listing, selecting, onDone }: ResultsProps) {
  const { cache } = listing;
  const navigate = useNavigate();
  const phone = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  const shape = useMemo(() => {
    const usual = look.pictures ? PICTURES : WORDS;
    return phone ? { ...usual, minCell: look.pictures ? 110 : 150, gap: 8 } : usual;
  }, [look, phone]);
  const entry = useRouterState({ select: ({ location }) => location.state.__TSR_key ?? '' });
  const [initial] = useState(() => recallPlace(entry));
  const span = useMemo(() => ({ start: 0, count: cache.total }), [cache.total]);
  const grid = useGrid(cache, span, shape, initial);
  useGridKeys(grid);
  useHideKey(grid, cache);
  const { data: libraries } = useQuery(librariesQuery);
  const renderCell: RenderCell<Entity> = useCallback(
    (entity, state) => (
      <EntityCard
        entity={entity}
        state={state}
        pictures={look.pictures}
        library={hasTwin((at) => cache.item(at)?.name, state.index) ? libraryName(libraries?.items, entity) : undefined}
        selecting={selecting}
      />
    ),
    [look, selecting, cache, libraries],
  );
  const { chosen, selection, toggle, clear } = useChosen(selecting);
  useFollowedEdits(listing, grid, clear);
  useSelectKeys(selecting, grid, (index) => cache.item(index), toggle);
  const open = (entity: Entity, index: number) => {
    if (selecting) return toggle(entity, index);
    const { kind, id } = entity;
    rememberPlace(entry, grid.place());
    if (entity.item_count > 0) void navigate({ to: '/browse', search: { [kind]: String(id) } });
    else void navigate({ to: `/${ENTITY_PATHS[kind]}/${id}` as never }); // where those below it are
  };
  const failed = cache.error !== null && cache.total === null;
  return (
    <div className={classes.results}>
      <div className={classes.grid} data-hidden={failed || cache.total === 0 || undefined}>
        <VirtualGrid
          grid={grid}
          cache={cache}
          label={look.title}
          selection={selection}
          renderCell={renderCell}
          gap={shape.gap}
          onOpen={open}
        />
        {selecting && <EntitySelection look={look} chosen={chosen} onClear={clear} onDone={onDone} />}
      </div>
      {grid.geometry && (cache.total ?? 0) > 0 && (
        <Rail scroll={grid.scroll} total={cache.total ?? 0} columns={grid.geometry.columns} marks={NO_MARKS} />
      )}
      {failed && (
        <div className={classes.overlay}>
          <ErrorState error={cache.error} onRetry={() => cache.retry()} />
        </div>
      )}
      {cache.total === 0 && (
        <div className={classes.overlay}>
          <EmptyState title={q ? `No ${look.one} is called that` : `No ${look.title.toLowerCase()} yet`}>
            {q ? 'Try fewer letters, or another spelling.' : 'They appear as libraries are scanned.'}
          </EmptyState>
        </div>
      )}
    </div>
  );
}
