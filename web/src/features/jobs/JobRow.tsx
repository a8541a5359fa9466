import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, CircleAlert, CircleCheck, Clock, Loader as Spinner } from 'lucide-react';
import { api } from '@/api/client';
import { undoJob } from '@/api/editing';
import { isRunning, isWaiting, jobsQuery, merged } from '@/api/jobs';
import type { Job } from '@/api/types';
import { formatAgo } from '@/core/format';
import { JobProgress } from '@/ui/JobProgress';
import { errorsText, jobName, resultText, tookText } from '@/ui/jobText';
import { tellUndo } from '@/ui/jobToast';
import classes from './JobsPage.module.css';

const LOOKS = {
  running: { icon: Spinner, label: 'Running' },
  queued: { icon: Clock, label: 'Waiting' },
  done: { icon: CircleCheck, label: 'Done' },
  failed: { icon: CircleAlert, label: 'Failed' },
  cancelled: { icon: Ban, label: 'Cancelled' },
} as const;

interface JobRowProps {
  job: Job;
  library: string | null;
  /** What it changed is kept, and nobody has put it back yet. */
  undoable: boolean;
}

export function JobRow({ job, library, undoable }: JobRowProps) {
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (action: 'cancel' | 'retry') => api.post<Job>(`jobs/${job.id}/${action}`),
    onSuccess: (changed) => client.setQueryData(jobsQuery.queryKey, (jobs) => merged(jobs ?? [], changed)),
    onError: (error) => notifications.show({ color: 'red', title: 'That did not work', message: error.message }),
  });
  const undo = useMutation({
    mutationFn: () => undoJob(job.id),
    onSuccess: (started) => {
      client.setQueryData(jobsQuery.queryKey, (jobs) => merged(jobs ?? [], started));
      void tellUndo(client, started);
    },
    onError: (error) => notifications.show({ color: 'red', title: 'Not undone', message: error.message }),
  });
  const place = job.kind.endsWith('merge') ? 'in' : 'of';
  const name = library === null ? jobName(job.kind) : `${jobName(job.kind)} ${place} ${library}`;
  const { icon: Icon, label } = LOOKS[job.state as keyof typeof LOOKS] ?? LOOKS.queued;
  const live = isRunning(job) || isWaiting(job);
  return (
    <li className={classes.job} data-state={job.state}>
      <Icon className={classes.icon} size={19} aria-label={label} />
      <div className={classes.body}>
        <h3>{name}</h3>
        {isRunning(job) ? <JobProgress job={job} label={name} /> : <Summary job={job} />}
      </div>
      {live && (
        <Button variant="default" size="xs" loading={act.isPending} onClick={() => act.mutate('cancel')}>
          Cancel
        </Button>
      )}
      {(job.state === 'failed' || job.state === 'cancelled') && (
        <Button variant="default" size="xs" loading={act.isPending} onClick={() => act.mutate('retry')}>
          Try again
        </Button>
      )}
      {undoable && (
        <Button
          variant="default"
          size="xs"
          loading={undo.isPending}
          aria-label={`Undo: ${name}`}
          onClick={() => undo.mutate()}
        >
          Undo
        </Button>
      )}
    </li>
  );
}

function Summary({ job }: { job: Job }) {
  const when = formatAgo(job.finished_at ?? job.created_at, Date.now());
  const took = tookText(job);
  const result = resultText(job.result);
  const attempts = job.attempts > 1 ? `attempt ${job.attempts}` : '';
  return (
    <>
      {job.state === 'failed' && job.message && <p className={classes.message}>{job.message}</p>}
      {result && <p>{result}</p>}
      <p className={classes.when}>
        {[when, took && `took ${took}`, errorsText(job.errors), attempts].filter(Boolean).join(' · ')}
      </p>
    </>
  );
}
