import { Button, Drawer, Loader } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, GitMerge, RefreshCw } from 'lucide-react';
import { jobsQuery, merged } from '@/api/jobs';
import type { Job, Library } from '@/api/types';
import { formatAgo, plural } from '@/core/format';
import { EmptyState, ErrorState } from '@/ui/States';
import classes from './Stash.module.css';
import { type RemovedEntry, removedQuery, syncStash } from './stashApi';
import { oneOf } from './stashWords';

interface RemovedDrawerProps {
  library: Library;
  page: number;
  onPage: (page: number) => void;
  onClose: () => void;
}

/** What was removed upstream, the newest first. It comes back by itself, with all that was said about it, when it is there again. */
export function RemovedDrawer({ library, page, onPage, onClose }: RemovedDrawerProps) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(removedQuery(library.id, page));
  const look = useMutation({
    mutationFn: () => syncStash(library.id, 'reconcile'),
    onSuccess: (job) => {
      client.setQueryData(jobsQuery.queryKey, (jobs: Job[] | undefined) => merged(jobs ?? [], job));
      onClose();
    },
  });
  const total = data?.pagination.total_count ?? 0;
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title="Removed upstream">
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Loader />
      ) : total === 0 ? (
        <EmptyState icon={CircleCheck} title="Nothing was removed">
          Everything that was ever mirrored is still on the server.
        </EmptyState>
      ) : (
        <>
          <p className={classes.hint}>
            {plural(total, 'thing')} of {library.name}. Ratings, favourites and history are kept, and come back when the
            server has them again.
          </p>
          <Button
            variant="default"
            size="xs"
            mt="xs"
            leftSection={<RefreshCw size={14} />}
            loading={look.isPending}
            onClick={() => look.mutate()}
          >
            Look for them again
          </Button>
          <ul className={classes.removed}>
            {data.items.map((entry) => (
              <Removed key={`${entry.kind} ${entry.id}`} entry={entry} />
            ))}
          </ul>
          {(data.pagination.has_previous || data.pagination.has_next) && (
            <div className={classes.pages}>
              <Button
                variant="default"
                size="xs"
                disabled={!data.pagination.has_previous}
                onClick={() => onPage(page - 1)}
              >
                Newer
              </Button>
              <Button variant="default" size="xs" disabled={!data.pagination.has_next} onClick={() => onPage(page + 1)}>
                Older
              </Button>
            </div>
          )}
        </>
      )}
    </Drawer>
  );
}

function Removed({ entry }: { entry: RemovedEntry }) {
  return (
    <li>
      <strong>{entry.title || 'Untitled'}</strong>
      <small>
        {oneOf(entry.kind)} · {formatAgo(entry.removed_at, Date.now())}
        {saidText(entry) && ` · kept: ${saidText(entry)}`}
      </small>
      {typeof entry.merged_into === 'number' && (
        <small className={classes.mergedInto}>
          <GitMerge size={13} aria-hidden="true" /> merged into{' '}
          <Link to="/items/$itemId" params={{ itemId: String(entry.merged_into) }}>
            {entry.merged_title || 'another one'}
          </Link>
        </small>
      )}
    </li>
  );
}

/** What I said about it. */
export function saidText(entry: Pick<RemovedEntry, 'rating' | 'favorite' | 'play_count'>): string {
  return [
    entry.favorite && 'favourite',
    typeof entry.rating === 'number' && `rated ${entry.rating / 20} of 5`,
    entry.play_count && plural(entry.play_count, 'play'),
  ]
    .filter(Boolean)
    .join(', ');
}
