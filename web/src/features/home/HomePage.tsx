import { Button } from '@mantine/core';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { LayoutList, LibraryBig, SlidersHorizontal } from 'lucide-react';
import { lazy, type RefObject, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { liveEvents } from '@/api/events';
import { type Carousel, homeQuery } from '@/api/personal';
import { type Row, renewRows, rowQuery } from '@/api/rows';
import { sessionQuery } from '@/api/session';
import { ItemRow } from '@/ui/row/ItemRow';
import { useRowKeys } from '@/ui/row/useRowKeys';
import { EmptyState, ErrorState } from '@/ui/States';
import classes from './HomePage.module.css';
import { HomeRow } from './HomeRow';
import { rowTitle } from './rowLooks';

const ChooseRows = lazy(() => import('./ChooseRows'));

const EAGER = 4; // rows a tall screen shows
const PAUSE_MS = 4_000; // a scan reports many times a second

/** Rows of what is mine, what is new, and what I chose. Where it was left is where it opens again on the way back. */
export function HomePage() {
  const client = useQueryClient();
  const { data: home, error, refetch } = useQuery(homeQuery);
  const [choosing, setChoosing] = useState<boolean | null>(null); // null: never asked for, so not loaded
  const rows = home?.carousels ?? [];
  const first = useFirstRows(rows);
  const scroller = useRef<HTMLDivElement>(null);
  const places = usePlaces(scroller, first.ready);
  useLibraryNews();
  useRowKeys((id) => {
    for (const [, row] of client.getQueriesData<Row>({ queryKey: ['row'] })) {
      const found = row?.items.find((card) => card.id === id);
      if (found) return found;
    }
    return undefined;
  });
  return (
    <div ref={scroller} className={classes.scroller} onScroll={places.onScroll}>
      <header className={classes.header}>
        <h1 className={classes.title}>Home</h1>
        {home && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-md"
            leftSection={<SlidersHorizontal size={16} aria-hidden="true" />}
            onClick={() => setChoosing(true)}
          >
            Choose rows
          </Button>
        )}
      </header>
      {error && !home && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !first.ready && <Waiting rows={rows} />}
      {first.ready &&
        rows.map((carousel, place) => (
          <HomeRow
            key={`${carousel.id} ${carousel.query}`}
            carousel={carousel}
            eager={place < EAGER}
            left={places.leftOf(carousel.id)}
          />
        ))}
      {first.ready && first.empty && <Nothing rows={rows.length} onChoose={() => setChoosing(true)} />}
      <Suspense>
        {home && choosing !== null && <ChooseRows home={home} opened={choosing} onClose={() => setChoosing(false)} />}
      </Suspense>
    </div>
  );
}

/**
 * The rows of the first screen are waited for together: an empty one is not there, and would move those below it if it
 * went later. Rows further down do so out of sight.
 */
function useFirstRows(rows: readonly Carousel[]): { ready: boolean; empty: boolean } {
  const known = useQuery(homeQuery).data !== undefined;
  const answers = useQueries({ queries: rows.slice(0, EAGER).map(({ path, query }) => rowQuery(path, query)) });
  const [ready, setReady] = useState(false);
  // Once and for all: rows that are added, or asked again, have boxes of their own to wait in.
  if (!ready && known && answers.every(({ isPending }) => !isPending)) setReady(true);
  return {
    ready,
    empty: answers.every(({ data }) => data?.items.length === 0),
  };
}

function Waiting({ rows }: { rows: readonly Carousel[] }) {
  const titles = rows.length > 0 ? rows.slice(0, EAGER).map(rowTitle) : ['', ''];
  return (
    <div role="status" aria-label="Loading">
      {titles.map((title, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <ItemRow key={place} title={title || 'Loading'} row={undefined} all={null} />
      ))}
    </div>
  );
}

function Nothing({ rows, onChoose }: { rows: number; onChoose: () => void }) {
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  if (rows === 0) {
    return (
      <EmptyState icon={LayoutList} title="No rows chosen" action={<Button onClick={onChoose}>Choose rows</Button>}>
        The home page shows what you pick: what you have begun, what is new, your saved views.
      </EmptyState>
    );
  }
  return session?.user.admin ? (
    <EmptyState
      icon={LibraryBig}
      title="The shelves are empty"
      action={<Button onClick={() => void navigate({ to: '/libraries' })}>Add a library</Button>}
    >
      Point Longshelf at a folder, a Stash server or a feed, and its items appear here as they are found.
    </EmptyState>
  ) : (
    <EmptyState icon={LibraryBig} title="Nothing here yet">
      Items appear here as soon as there are some for you.
    </EmptyState>
  );
}

/** During a first scan the page fills by itself. */
function useLibraryNews(): void {
  const client = useQueryClient();
  useEffect(() => {
    let timer = 0;
    const unfollow = liveEvents.on('library', () => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        void renewRows(client);
      }, PAUSE_MS);
    });
    return () => {
      clearTimeout(timer);
      unfollow();
    };
  }, [client]);
}

interface Place {
  top: number;
  lefts: Map<string, number>;
}

const KEPT = 20;
const left = new Map<string, Place>(); // by history entry; the insertion order is the age

function usePlaces(scroller: RefObject<HTMLDivElement | null>, ready: boolean) {
  const entry = useRouterState({ select: ({ location }) => location.state.__TSR_key ?? '' });
  const [place] = useState(() => {
    const known = left.get(entry) ?? { top: 0, lefts: new Map() };
    left.delete(entry);
    left.set(entry, known);
    if (left.size > KEPT) left.delete(left.keys().next().value as string);
    return known;
  });
  useLayoutEffect(() => {
    if (ready && scroller.current) scroller.current.scrollTop = place.top;
  }, [ready, scroller, place]);
  return {
    onScroll: () => {
      if (ready) place.top = scroller.current?.scrollTop ?? 0;
    },
    leftOf: (row: string) => ({
      get: () => place.lefts.get(row) ?? 0,
      set: (px: number) => void place.lefts.set(row, px),
    }),
  };
}
