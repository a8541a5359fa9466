import { useQuery } from '@tanstack/react-query';
import { Coffee } from 'lucide-react';
import { api } from '@/api/client';
import { isRunning, isWaiting, jobsQuery } from '@/api/jobs';
import type { Job, Library, Listing } from '@/api/types';
import { Page } from '@/ui/Page';
import { EmptyState, ErrorState } from '@/ui/States';
import { JobRow } from './JobRow';
import classes from './JobsPage.module.css';
import { canUndo } from './undoing';

export function JobsPage() {
  const { data: jobs, error, refetch } = useQuery(jobsQuery);
  const names = useLibraryNames();
  const groups = groupJobs(jobs ?? []);
  return (
    <Page title="Activity" subtitle="What the server does by itself, live." width="narrow">
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {jobs?.length === 0 && (
        <EmptyState icon={Coffee} title="Nothing has happened yet">
          Scans and other long work show up here, with how far they are and what came of them.
        </EmptyState>
      )}
      {groups.map(
        ({ title, own }) =>
          own.length > 0 && (
            <section key={title} className={classes.group} aria-label={title}>
              <h2>{title}</h2>
              <ul>
                {own.map((job) => (
                  <JobRow
                    key={job.id}
                    job={job}
                    library={names.get(job.library_id ?? 0) ?? null}
                    undoable={canUndo(job, jobs ?? [])}
                  />
                ))}
              </ul>
            </section>
          ),
      )}
    </Page>
  );
}

export function groupJobs(jobs: readonly Job[]) {
  return [
    { title: 'Running', own: jobs.filter(isRunning) },
    { title: 'Waiting', own: jobs.filter(isWaiting) },
    { title: 'Finished', own: jobs.filter((job) => job.finished_at !== null) },
  ];
}

function useLibraryNames(): ReadonlyMap<number, string> {
  const { data } = useQuery({
    queryKey: ['libraries'],
    queryFn: ({ signal }) => api.get<Listing<Library>>('libraries', { signal }),
  });
  return new Map(data?.items.map((library) => [library.id, library.name]));
}
