import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { liveEvents } from './events';
import type { Job, Listing } from './types';

const KEPT = 200;

/** Jobs heard of while the list was being fetched: they are newer than what the answer will say. */
const heard = new Map<number, Job>();

/** The newest jobs first; kept current by `followJobs` instead of refetching. */
export const jobsQuery = queryOptions({
  queryKey: ['jobs'],
  queryFn: async ({ signal }) => {
    heard.clear();
    const { items } = await api.get<Listing<Job>>('jobs', { query: { page_size: 50 }, signal });
    return [...heard.values()].reduce(merged, items);
  },
  staleTime: 60_000,
});

export const isRunning = (job: Job): boolean => job.started_at !== null && job.finished_at === null;
export const isWaiting = (job: Job): boolean => job.started_at === null && job.finished_at === null;

export const cancelJob = (id: number) => api.post<Job>(`jobs/${id}/cancel`);

/** Writes live job events into the cache; returns how to stop. A stream that opens anew may have missed some: ask again. */
export function followJobs(client: QueryClient): () => void {
  const unfollow = liveEvents.on('job', (job) => {
    heard.set(job.id, job);
    client.setQueryData(jobsQuery.queryKey, (jobs: Job[] | undefined) => merged(jobs ?? [], job));
  });
  const unhello = liveEvents.on('hello', () => void client.invalidateQueries({ queryKey: jobsQuery.queryKey }));
  return () => {
    unfollow();
    unhello();
  };
}

export function merged(jobs: Job[], job: Job): Job[] {
  const known = jobs.some((one) => one.id === job.id);
  return known ? jobs.map((one) => (one.id === job.id ? job : one)) : [job, ...jobs].slice(0, KEPT);
}
