import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Job } from '@/api/types';
import { fakeServer, renderRoutes } from '@/test/render';
import { errorsText, jobName, progressText, resultText, tookText } from '@/ui/jobText';
import { shellRoute } from '@/ui/routing';
import { jobRoutes } from './routes';
import { canUndo } from './undoing';

function jobWith(changes: Partial<Job> = {}): Job {
  return {
    id: 1,
    kind: 'scan',
    state: 'done',
    library_id: 1,
    priority: 0,
    attempts: 1,
    done: 10,
    total: 10,
    rate: null,
    eta_seconds: null,
    message: null,
    errors: 0,
    created_at: '2026-05-01T11:59:00Z',
    started_at: '2026-05-01T11:59:00Z',
    finished_at: '2026-05-01T12:01:00Z',
    result: null,
    ...changes,
  };
}

test('jobs are grouped by what they are at, and a failed one says why and can be tried again', async () => {
  const failed = jobWith({ id: 2, state: 'failed', message: 'the disk is full', errors: 3 });
  const calls = fakeServer({
    'GET /api/jobs': {
      items: [
        jobWith({ id: 3, state: 'running', finished_at: null, done: 5, total: null }),
        failed,
        jobWith({ id: 1, result: { files: 10, added: 10 } }),
      ],
    },
    'GET /api/libraries': { items: [{ id: 1, name: 'Books' }] },
    'POST /api/jobs/2/retry': { ...failed, state: 'queued', started_at: null, finished_at: null },
  });
  await renderRoutes(shellRoute, jobRoutes, '/jobs');
  const running = within(await screen.findByRole('region', { name: 'Running' }));
  expect(await running.findByText('Scan of Books')).toBeVisible();
  const finished = within(screen.getByRole('region', { name: 'Finished' }));
  expect(finished.getByText('the disk is full')).toBeVisible();
  expect(finished.getByText('10 files · 10 added')).toBeVisible();
  await userEvent.click(finished.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('region', { name: 'Waiting' })).toBeVisible();
  expect(calls.at(-1)?.path).toBe('/api/jobs/2/retry');
});

test('progress in words leaves out what is not known', () => {
  const job = { done: 1204, total: 5000, rate: 412.4, eta_seconds: 9 };
  expect(progressText(job)).toBe('1,204 of 5,000 · 412 a second · 9 s left');
  expect(progressText({ done: 3, total: null, rate: null, eta_seconds: null })).toBe('3');
  expect(progressText({ done: 3, total: 9, rate: 0.52, eta_seconds: null })).toBe('3 of 9 · 0.5 a second');
});

test('results in words tell what changed, or that nothing did', () => {
  expect(resultText({ files: 5000, added: 4980, updated: 0, issues: 20, statements: 99 })).toBe(
    '5,000 files · 4,980 added · 20 with problems',
  );
  expect(resultText({ files: 12, unchanged: 12 })).toBe('12 files · nothing new');
  expect(resultText({ anything: 'else' })).toBe('');
  const kinds = { scene: { seen: 9, added: 4, removed: 1 }, tag: { seen: 3, added: 2, removed: 0 } };
  expect(resultText({ mode: 'full', pages: 2, entities: kinds })).toBe('6 added · 1 removed');
  expect(resultText({ mode: 'incremental', entities: { scene: { seen: 9, added: 0 } } })).toBe('Nothing new');
  expect(resultText(null)).toBe('');
});

test('names, durations and errors', () => {
  expect([jobName('scan'), jobName('refresh_counts')]).toEqual(['Scan', 'Refresh counts']);
  expect(tookText(jobWith())).toBe('2 min');
  expect(tookText(jobWith({ finished_at: '2026-05-01T11:59:00.2Z' }))).toBe('under a second');
  expect(tookText(jobWith({ finished_at: null }))).toBe('');
  expect([errorsText(0), errorsText(1), errorsText(2000)]).toEqual(['', '1 problem', '2,000 problems']);
});

test('what a finished change did can be put back, once', async () => {
  const change = jobWith({ id: 4, kind: 'bulk_edit', library_id: null, result: { edit_id: 2, changed: 3, left: 0 } });
  const undone = jobWith({
    id: 5,
    kind: 'undo_bulk_edit',
    library_id: null,
    result: { edit_id: 2, changed: 3, left: 0 },
  });
  const calls = fakeServer({
    'GET /api/jobs': { items: [change, jobWith({ id: 1, result: { files: 10, added: 10 } })] },
    'GET /api/libraries': { items: [{ id: 1, name: 'Books' }] },
    'POST /api/jobs/4/undo': undone,
  });
  await renderRoutes(shellRoute, jobRoutes, '/jobs');
  expect(await screen.findByText('3 changed')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: /^Undo/ }));
  expect(await screen.findByText('Undo a change of many items')).toBeVisible();
  expect(await screen.findByText('As it was before.')).toBeVisible();
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Undo: Change of many items' })).toBeNull());
  expect(calls.filter(({ path }) => path === '/api/jobs/4/undo')).toHaveLength(1);
});

test('which jobs can be undone', () => {
  const merge = jobWith({ kind: 'merge', result: { merge_id: 7 } });
  expect(canUndo(merge, [])).toBe(true);
  expect(canUndo({ ...merge, state: 'cancelled', result: null }, [])).toBe(true);
  expect(canUndo({ ...merge, finished_at: null }, [])).toBe(false);
  expect(canUndo(jobWith(), [])).toBe(false);
  const back = jobWith({ kind: 'undo_merge', result: { merge_id: 7 } });
  expect(canUndo(merge, [back])).toBe(false);
  expect(canUndo(merge, [{ ...back, state: 'failed' }])).toBe(true);
  expect(canUndo(merge, [{ ...back, result: { merge_id: 8 } }])).toBe(true);
});
