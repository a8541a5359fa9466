import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FolderPlus, Plus } from 'lucide-react';
import { lazy, Suspense, useEffect } from 'react';
import { liveEvents } from '@/api/events';
import { jobsQuery } from '@/api/jobs';
import { librariesQuery } from '@/api/libraries';
import { sessionQuery } from '@/api/session';
import { plural } from '@/core/format';
import { Page } from '@/ui/Page';
import { EmptyState, ErrorState } from '@/ui/States';
import classes from './LibrariesPage.module.css';
import { LibraryCard } from './LibraryCard';
import { removalOf, scanOf } from './libraryState';
import type { LibrariesSearch } from './routes';

// Opened now and then: not part of the page.
const AddLibraryDialog = lazy(async () => ({ default: (await import('./AddLibraryDialog')).AddLibraryDialog }));
const IssuesDrawer = lazy(async () => ({ default: (await import('./IssuesDrawer')).IssuesDrawer }));

const REFRESH_MS = 1_500; // a scan reports several times a second; nobody reads counts that fast

export function LibrariesPage() {
  const { add, issues } = useSearch({ from: '/shell/libraries' });
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const { data, error, refetch } = useQuery(librariesQuery);
  const admin = session?.user.admin ?? false;
  const { data: jobs = [] } = useQuery({ ...jobsQuery, enabled: admin });
  useFreshCounts();
  const show = (search: LibrariesSearch) => void navigate({ to: '/libraries', search, replace: true });
  const libraries = data?.items;
  const addButton = admin && (
    <Button leftSection={<Plus size={17} />} onClick={() => show({ add: true })}>
      Add a library
    </Button>
  );
  const total = libraries?.reduce((sum, library) => sum + library.item_count, 0) ?? 0;
  return (
    <Page
      title="Libraries"
      subtitle={libraries && libraries.length > 0 ? plural(total, 'item') : undefined}
      actions={libraries && libraries.length > 0 ? addButton : undefined}
    >
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {libraries?.length === 0 && (
        <EmptyState icon={FolderPlus} title="No library yet" action={addButton}>
          {admin
            ? 'A library is a set of folders on the server, a Stash server, or feeds. Longshelf reads what is there and never changes it.'
            : 'Somebody who administers this server has to add one.'}
        </EmptyState>
      )}
      {libraries && libraries.length > 0 && (
        <ul className={classes.cards}>
          {libraries.map((library) => (
            <LibraryCard
              key={library.id}
              library={library}
              scan={scanOf(library.id, jobs)}
              removal={removalOf(library.id, jobs)}
              admin={admin}
              onIssues={() => show({ issues: library.id })}
            />
          ))}
        </ul>
      )}
      <Suspense>
        {admin && add && <AddLibraryDialog onClose={() => show({})} />}
        {admin && issues !== undefined && (
          <IssuesDrawer
            libraryId={issues}
            name={libraries?.find((library) => library.id === issues)?.name ?? ''}
            onClose={() => show({})}
          />
        )}
      </Suspense>
    </Page>
  );
}

/** Counts and states follow the scan, at a pace that can be read. */
function useFreshCounts(): void {
  const client = useQueryClient();
  useEffect(() => {
    let timer = 0;
    const later = () => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        void client.invalidateQueries({ queryKey: librariesQuery.queryKey, exact: true });
      }, REFRESH_MS);
    };
    const stops = [liveEvents.on('library', later), liveEvents.on('job', later)];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [client]);
}
