import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { isRunning, isWaiting, jobsQuery } from '@/api/jobs';
import { librariesQuery } from '@/api/libraries';
import type { Job } from '@/api/types';

/** The sync of this library that runs, or else the one that is about to. One that waits for its hour is none. When it has ended, what it
 * brought is read anew. */
export function useSyncJob(libraryId: number, admin: boolean): Job | null {
  const client = useQueryClient();
  const { data: jobs = [] } = useQuery({ ...jobsQuery, enabled: admin });
  const own = jobs.filter((job) => job.library_id === libraryId && job.kind === 'sync');
  const live = own.find(isRunning) ?? own.find(isWaiting) ?? null;
  const before = useRef<number | null>(null);
  useEffect(() => {
    if (before.current !== null && before.current !== live?.id) {
      void client.invalidateQueries({ queryKey: librariesQuery.queryKey });
    }
    before.current = live?.id ?? null;
  }, [client, live?.id]);
  return live;
}
