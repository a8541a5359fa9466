import { Progress } from '@mantine/core';
import type { Job } from '@/api/types';
import { percentOf } from '@/core/format';
import classes from './JobProgress.module.css';
import { errorsText, progressText } from './jobText';

/** The bar and the words of a job under way. While the total is unknown, the bar shows that something moves, not how far it is. */
export function JobProgress({ job, label }: { job: Job; label: string }) {
  const percent = percentOf(job.done, job.total);
  const errors = errorsText(job.errors);
  return (
    <div className={classes.progress}>
      <Progress value={percent ?? 100} animated={percent === null} size={6} aria-label={label} />
      <p>
        <span>{progressText(job)}</span>
        <span>{percent === null ? errors : [`${percent} %`, errors].filter(Boolean).join(' · ')}</span>
      </p>
      {job.message && <p className={classes.message}>{job.message}</p>}
    </div>
  );
}
