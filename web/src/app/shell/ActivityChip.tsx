import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { isRunning, jobsQuery } from '@/api/jobs';
import type { Job } from '@/api/types';
import { percentOf } from '@/core/format';
import { jobName } from '@/ui/jobText';
import classes from './Shell.module.css';

/** What the server is doing right now, in the top bar; nothing when it rests. */
export function ActivityChip() {
  const { data: jobs = [] } = useQuery(jobsQuery);
  const running = jobs.filter(isRunning);
  const [first] = running;
  if (!first) return null;
  const percent = percentOf(first.done, first.total);
  return (
    <Link to="/jobs" className={classes.chip} aria-label={`Activity: ${summary(first, running.length, percent)}`}>
      <span className={classes.chipRing} style={{ '--done': `${percent ?? 25}%` } as React.CSSProperties} />
      <span className={classes.chipText}>{summary(first, running.length, percent)}</span>
    </Link>
  );
}

function summary(job: Job, count: number, percent: number | null): string {
  const name = jobName(job.kind);
  const progress = percent === null ? '' : ` ${percent} %`;
  return count > 1 ? `${name}${progress} · ${count - 1} more` : `${name}${progress}`;
}
