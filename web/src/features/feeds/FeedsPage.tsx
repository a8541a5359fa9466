import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Plus, RefreshCw, Rss } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { isRunning, isWaiting, jobsQuery, merged } from '@/api/jobs';
import { librariesQuery } from '@/api/libraries';
import { sessionQuery } from '@/api/session';
import type { Job } from '@/api/types';
import { plural } from '@/core/format';
import { BackLink } from '@/ui/BackLink';
import { JobProgress } from '@/ui/JobProgress';
import { Page } from '@/ui/Page';
import { EmptyState, ErrorState } from '@/ui/States';
import { FeedEntry } from './FeedEntry';
import classes from './Feeds.module.css';
import { feedsQuery, readFeeds } from './feedsApi';
import { MoreFeedsDialog } from './MoreFeedsDialog';

/** All feeds of one library: how each is, when it is asked again, and reading them now. */
export function FeedsPage() {
  const libraryId = Number(useParams({ from: '/shell/libraries/$libraryId/feeds' }).libraryId);
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const { data: session } = useQuery(sessionQuery);
  const admin = session?.user.admin ?? false;
  const { data: libraries } = useQuery(librariesQuery);
  const library = libraries?.items.find((one) => one.id === libraryId);
  const job = useFeedJob(libraryId, admin);
  const {
    data: feeds,
    error,
    refetch,
  } = useQuery({ ...feedsQuery(libraryId, job !== null), enabled: admin && library?.type === 'feed' });
  const read = useMutation({
    mutationFn: () => readFeeds(libraryId),
    onSuccess: (found) =>
      client.setQueryData(jobsQuery.queryKey, (jobs: Job[] | undefined) => merged(jobs ?? [], found)),
    onError: ({ message }) => notifications.show({ color: 'red', message }),
  });
  const back = <BackLink to="/libraries">Libraries</BackLink>;
  const title = library?.name ?? 'Feeds';
  if (error) {
    return (
      <Page title={title} back={back}>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  if (libraries && session && (library?.type !== 'feed' || !admin)) {
    return (
      <Page title="Feeds" back={back}>
        <EmptyState title="There is nothing here">No library of feeds has this address.</EmptyState>
      </Page>
    );
  }
  if (!library || !feeds) return <Page title={title} back={back} />;
  return (
    <Page
      title={title}
      subtitle={`${plural(library.item_count, 'item')} from ${plural(feeds.length, 'feed')}`}
      back={back}
      actions={
        <>
          <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
            Add feeds
          </Button>
          <Button
            variant="default"
            leftSection={<RefreshCw size={16} />}
            loading={read.isPending}
            disabled={feeds.length === 0 || job !== null}
            onClick={() => read.mutate()}
          >
            Read all now
          </Button>
        </>
      }
    >
      {job && isRunning(job) && <JobProgress job={job} label={`Reading ${library.name}`} />}
      {feeds.length === 0 ? (
        <EmptyState icon={Rss} title="No feeds yet">
          This library holds posts that were imported. Add a feed, and it reads that too.
        </EmptyState>
      ) : (
        <ul className={classes.feeds}>
          {feeds.map((feed) => (
            <FeedEntry key={feed.id} libraryId={libraryId} feed={feed} />
          ))}
        </ul>
      )}
      {adding && <MoreFeedsDialog libraryId={libraryId} onClose={() => setAdding(false)} />}
    </Page>
  );
}

/** The job that reads the feeds, while it runs or waits for its turn. When it has ended, what it brought is read anew. */
function useFeedJob(libraryId: number, admin: boolean): Job | null {
  const client = useQueryClient();
  const { data: jobs = [] } = useQuery({ ...jobsQuery, enabled: admin });
  const own = jobs.filter((job) => job.library_id === libraryId && job.kind === 'feeds');
  const live = own.find(isRunning) ?? own.find(isWaiting) ?? null;
  const before = useRef<number | null>(null);
  useEffect(() => {
    if (before.current !== null && before.current !== live?.id) {
      void client.invalidateQueries({ queryKey: librariesQuery.queryKey });
      void client.invalidateQueries({ queryKey: feedsQuery(libraryId).queryKey });
    }
    before.current = live?.id ?? null;
  }, [client, libraryId, live?.id]);
  return live;
}
