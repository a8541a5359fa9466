import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { QueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { announceEdits, watchJob } from '@/api/editing';
import type { Job } from '@/api/types';
import { percentOf } from '@/core/format';
import classes from './Undo.module.css';

const SHOWN_MS = 20_000; // time to read it, look at what came of it, and change one's mind

export interface JobWords {
  /** "Changing 3 items" */
  working: string;
  /** What came of it, in a sentence. */
  done: (job: Job) => string;
  /** The job that takes it back. */
  undo?: ((job: Job) => Promise<Job>) | undefined;
}

/** Tells how a job of mine gets on, what came of it, and offers to take it back. Lists are read anew when it ends. */
export async function tellJob(client: QueryClient, job: Job, words: JobWords): Promise<void> {
  const id = `job-${job.id}`;
  const staying = { id, autoClose: false as const, closeButtonProps: { 'aria-label': 'Close' } };
  notifications.show({ ...staying, loading: true, message: `${words.working} …` });
  try {
    const ended = await watchJob(job, (news) => {
      const percent = percentOf(news.done, news.total);
      const progress = percent === null ? '…' : `· ${percent} %`;
      notifications.update({ ...staying, loading: true, message: `${words.working} ${progress}` });
    });
    announceEdits(client);
    if (ended.state === 'done') sayDone(client, id, ended, words);
    else sayFailed(id, `${words.working} ${ended.state === 'cancelled' ? 'was cancelled' : 'failed'}`, ended.message);
  } catch (error) {
    sayFailed(id, 'It cannot be seen how this went', error instanceof Error ? error.message : null);
  }
}

function sayDone(client: QueryClient, id: string, job: Job, { done, undo }: JobWords): void {
  const takeBack = async () => {
    notifications.hide(id);
    try {
      if (undo) await tellUndo(client, await undo(job));
    } catch (error) {
      sayFailed(`undo-${id}`, 'Not undone', error instanceof Error ? error.message : null, true);
    }
  };
  const message: ReactNode = (
    <span className={classes.undo}>
      <span>{done(job)}</span>
      {undo && (
        <Button size="compact-sm" variant="default" onClick={() => void takeBack()}>
          Undo
        </Button>
      )}
    </span>
  );
  notifications.update({ id, loading: false, autoClose: SHOWN_MS, message });
}

function sayFailed(id: string, title: string, message: string | null, fresh = false): void {
  const shown = { id, loading: false, color: 'red', autoClose: SHOWN_MS, title, message: message ?? '' };
  if (fresh) notifications.show(shown);
  else notifications.update(shown);
}

/** The same for a job that takes another back. */
export function tellUndo(client: QueryClient, job: Job): Promise<void> {
  return tellJob(client, job, { working: 'Putting back what was changed', done: undoneText });
}

/** "As it was before"; what others changed since stays theirs, and that is said. */
export function undoneText(job: Job): string {
  const left = (job.result as { left?: unknown } | null)?.left;
  if (typeof left !== 'number' || left === 0) return 'As it was before.';
  return `As it was before, but for ${left === 1 ? 'one' : left.toLocaleString('en')} that changed again since.`;
}
