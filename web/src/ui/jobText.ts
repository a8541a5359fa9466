/** A job in words: what it does, how far it is, what came of it. */
import type { Job } from '@/api/types';
import { formatCount, formatSpan, plural } from '@/core/format';

const NAMES: Readonly<Record<string, string>> = {
  scan: 'Scan',
  sync: 'Sync',
  import: 'Import',
  import_user_data: 'Import of ratings and plays',
  push_back: 'Push back of ratings and plays',
  colors: 'Cover colours',
  remove_library: 'Remove library',
  bulk_edit: 'Change of many items',
  undo_bulk_edit: 'Undo a change of many items',
  merge: 'Merge',
  undo_merge: 'Undo a merge',
  relabel: 'New name on items',
};

/** What is worth telling of a result, in this order. */
const RESULTS: readonly (readonly [string, string])[] = [
  ['files', 'files'],
  ['added', 'added'],
  ['updated', 'updated'],
  ['restored', 'back again'],
  ['moved', 'moved'],
  ['removed', 'removed'],
  ['missing', 'missing'],
  ['issues', 'with problems'],
  ['items', 'items'],
  ['changed', 'changed'],
  ['links', 'links moved'],
  ['left', 'left as they are'],
];

export function jobName(kind: string): string {
  return NAMES[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll('_', ' ');
}

/** "1,204 of 5,000 · 412 a second · 9 s left"; what is not known is left out. */
export function progressText(job: Pick<Job, 'done' | 'total' | 'rate' | 'eta_seconds'>): string {
  const done = job.total === null ? formatCount(job.done) : `${formatCount(job.done)} of ${formatCount(job.total)}`;
  const rate = job.rate === null || job.rate <= 0 ? '' : `${rateText(job.rate)} a second`;
  const left = job.eta_seconds === null ? '' : `${formatSpan(job.eta_seconds)} left`;
  return [done, rate, left].filter(Boolean).join(' · ');
}

/** "5,000 files · 4,980 added · 20 with problems"; "nothing new" when there is nothing but how much was looked at. */
export function resultText(result: unknown): string {
  if (typeof result !== 'object' || result === null) return '';
  const counts = countsIn(result);
  const parts = RESULTS.flatMap(([name, word]) => {
    const count = counts.get(name);
    return count ? [`${formatCount(count)} ${word}`] : [];
  });
  const looked = counts.has('files') || counts.has('added');
  const quiet = looked && !['added', 'updated', 'removed', 'restored', 'moved'].some((one) => counts.get(one));
  if (quiet) return parts.length > 0 ? `${parts.join(' · ')} · nothing new` : 'Nothing new';
  return parts.join(' · ');
}

/** The numbers of a result; where they are told by kind, as a mirror does, their sums. */
function countsIn(result: object): Map<string, number> {
  const { entities } = result as { entities?: unknown };
  const parts = typeof entities === 'object' && entities !== null ? Object.values(entities) : [];
  const counts = new Map<string, number>();
  for (const [name, value] of [result, ...parts].flatMap((part) => Object.entries(part as object))) {
    if (typeof value === 'number') counts.set(name, (counts.get(name) ?? 0) + value);
  }
  return counts;
}

export function errorsText(errors: number): string {
  return errors === 0 ? '' : plural(errors, 'problem');
}

/** How long it took; nothing while it runs or when it never began. */
export function tookText(job: Pick<Job, 'started_at' | 'finished_at'>): string {
  if (job.started_at === null || job.finished_at === null) return '';
  const seconds = (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000;
  return seconds < 1 ? 'under a second' : formatSpan(seconds);
}

function rateText(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate));
}
