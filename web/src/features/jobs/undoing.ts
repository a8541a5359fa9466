/** Which jobs can be taken back: changes of many items and merges that have ended and that nobody has put back yet. */
import type { Job } from '@/api/types';

/** The job that takes one back, and what ties the two together. */
const UNDONE_BY: Readonly<Record<string, { kind: string; by: string }>> = {
  bulk_edit: { kind: 'undo_bulk_edit', by: 'edit_id' },
  merge: { kind: 'undo_merge', by: 'merge_id' },
};

/** As far as these jobs tell; the server has the last word. One that was stopped half-way can be taken back too. */
export function canUndo(job: Job, jobs: readonly Job[]): boolean {
  const undone = UNDONE_BY[job.kind];
  if (undone === undefined || job.finished_at === null) return false;
  const id = resultOf(job, undone.by);
  return !jobs.some(
    (other) =>
      other.kind === undone.kind && id !== undefined && resultOf(other, undone.by) === id && other.state === 'done',
  );
}

function resultOf(job: Job, name: string): unknown {
  return (job.result as Record<string, unknown> | null)?.[name];
}
