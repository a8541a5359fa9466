import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { librariesQuery } from '@/api/libraries';
import { sessionQuery } from '@/api/session';
import { plural } from '@/core/format';
import { BackLink } from '@/ui/BackLink';
import { Page } from '@/ui/Page';
import { EmptyState, ErrorState } from '@/ui/States';
import { KindsCard } from './KindsCard';
import type { StashSearch } from './routes';
import classes from './Stash.module.css';
import { StatusCard } from './StatusCard';
import { stashQuery } from './stashApi';
import { useSyncJob } from './useSyncJob';

// What is looked at first is the page; settings and forms follow.
const HookCard = lazy(async () => ({ default: (await import('./HookCard')).HookCard }));
const MyDataCard = lazy(async () => ({ default: (await import('./MyDataCard')).MyDataCard }));
const PushBackCard = lazy(async () => ({ default: (await import('./PushBackCard')).PushBackCard }));
const RemovedDrawer = lazy(async () => ({ default: (await import('./RemovedDrawer')).RemovedDrawer }));
const ServerCard = lazy(async () => ({ default: (await import('./ServerCard')).ServerCard }));

/** All about one mirrored Stash. People who do not administer it find what is theirs: taking over their data. */
export function StashPage() {
  const libraryId = Number(useParams({ from: '/shell/libraries/$libraryId/stash' }).libraryId);
  const { removed, take } = useSearch({ from: '/shell/libraries/$libraryId/stash' });
  const navigate = useNavigate();
  const show = (search: StashSearch) =>
    void navigate({
      to: '/libraries/$libraryId/stash',
      params: { libraryId: String(libraryId) },
      search,
      replace: true,
    });
  const { data: session } = useQuery(sessionQuery);
  const admin = session?.user.admin ?? false;
  const { data: libraries, error: listError, refetch: relist } = useQuery(librariesQuery);
  const library = libraries?.items.find((one) => one.id === libraryId);
  const sync = useSyncJob(libraryId, admin);
  const {
    data: status,
    error,
    refetch,
  } = useQuery({ ...stashQuery(libraryId, sync !== null), enabled: admin && library?.type === 'stash' });
  const back = <BackLink to="/libraries">Libraries</BackLink>;
  if (listError || (admin && error)) {
    return (
      <Page title={library?.name ?? 'Stash'} back={back}>
        <ErrorState error={listError ?? error} onRetry={() => void (listError ? relist() : refetch())} />
      </Page>
    );
  }
  if (libraries && library?.type !== 'stash') {
    return (
      <Page title="Stash" back={back}>
        <EmptyState title="There is nothing here">No mirrored Stash has this address.</EmptyState>
      </Page>
    );
  }
  if (!library || !session) return <Page title="Stash" back={back} />;
  return (
    <Page title={library.name} subtitle={plural(library.item_count, 'item')} back={back}>
      <div className={classes.columns}>
        {admin && status && (
          <div>
            <StatusCard library={library} status={status} sync={sync} />
            <KindsCard status={status} sync={sync} onRemoved={() => show({ removed: 1 })} />
            <Suspense>
              <HookCard status={status} />
            </Suspense>
          </div>
        )}
        <div>
          <Suspense>
            <MyDataCard
              library={library}
              session={session}
              opened={take ?? false}
              onOpen={() => show({ take: true })}
              onClose={() => show({})}
            />
            {admin && status && (
              <>
                <PushBackCard library={library} state={status.push_back} session={session} />
                <ServerCard key={status.url} library={library} status={status} />
              </>
            )}
          </Suspense>
        </div>
      </div>
      <Suspense>
        {admin && removed !== undefined && (
          <RemovedDrawer
            library={library}
            page={removed}
            onPage={(page) => show({ removed: page })}
            onClose={() => show({})}
          />
        )}
      </Suspense>
    </Page>
  );
}
