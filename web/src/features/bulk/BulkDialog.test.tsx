import { MantineProvider } from '@mantine/core';
import { Notifications, notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { BulkTarget } from '@/api/editing';
import { followEdits } from '@/api/editing';
import { listingOf } from '@/test/cards';
import { fakeServer, Refused } from '@/test/render';
import { BulkDialog } from './BulkDialog';

const QUEUED = { id: 7, kind: 'bulk_edit', state: 'queued', done: 0, total: null, finished_at: null, result: null };
const DONE = { ...QUEUED, state: 'done', done: 3, total: 3, finished_at: '2026-05-01T12:00:00Z' };

afterEach(() => notifications.clean());

function show(answers: Record<string, unknown>, { admin = true, target = { ids: [1, 2, 3] } as BulkTarget } = {}) {
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin } },
    'GET /api/tags': listingOf([]),
    'POST /api/items/bulk/count': { count: 3, is_estimate: false },
    ...answers,
  });
  const onStarted = vi.fn();
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <Notifications />
        <BulkDialog target={target} selected={3} onClose={() => {}} onStarted={onStarted} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { calls, onStarted };
}

test('a tag is added to all: counted first, followed to its end, and taken back', async () => {
  const edits = vi.fn();
  const stop = followEdits(edits);
  const { calls, onStarted } = show({
    'POST /api/items/bulk': QUEUED,
    'GET /api/jobs/7': { ...DONE, result: { edit_id: 1, seen: 3, changed: 2, left: 1 } },
    'POST /api/jobs/7/undo': { ...QUEUED, id: 8, kind: 'undo_bulk_edit' },
    'GET /api/jobs/8': { ...DONE, id: 8, result: { edit_id: 1, seen: 3, changed: 1, left: 1 } },
  });
  await userEvent.type(await screen.findByRole('combobox', { name: 'Change 1: value' }), 'To lend{Enter}');
  const apply = screen.getByRole('button', { name: 'Change 3 items' });
  await waitFor(() => expect(apply).toBeEnabled());
  await userEvent.click(apply);
  expect(await screen.findByText('2 items changed. 1 item went away meanwhile.')).toBeVisible();
  expect(onStarted).toHaveBeenCalledOnce();
  expect(edits).toHaveBeenCalledOnce();
  const sent = { ids: [1, 2, 3], add: { tag: ['To lend'] } };
  expect(calls.filter(({ method, path }) => method === 'POST' && path.startsWith('/api/items'))).toEqual([
    { method: 'POST', path: '/api/items/bulk/count', body: sent },
    { method: 'POST', path: '/api/items/bulk', body: sent },
  ]);
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(await screen.findByText('As it was before, but for one that changed again since.')).toBeVisible();
  expect(edits).toHaveBeenCalledTimes(2);
  stop();
});

test('a count that is a lower bound says so, and one that is refused keeps the button shut', async () => {
  const { calls } = show(
    { 'POST /api/items/bulk/count': { count: 1_000_000, is_estimate: true } },
    { target: { query: 'kind=book' } },
  );
  await userEvent.type(await screen.findByRole('combobox', { name: 'Change 1: value' }), 'x{Enter}');
  expect(await screen.findByRole('button', { name: 'Change 1,000,000+ items' })).toBeEnabled();
  expect(calls.at(-1)?.body).toMatchObject({ query: 'kind=book' });
});

test('what the server refuses is told before anything is changed', async () => {
  show({ 'POST /api/items/bulk/count': new Refused(422, { field: 'set', reason: 'no such language' }) });
  await userEvent.type(await screen.findByRole('combobox', { name: 'Change 1: value' }), 'x{Enter}');
  expect(await screen.findByText('no such language')).toBeVisible();
  expect(screen.getByRole('button', { name: /^Change 3 items/ })).toBeDisabled();
});

test('who is no administrator changes only what is his own', async () => {
  const { calls } = show({ 'POST /api/items/bulk': QUEUED }, { admin: false });
  await userEvent.click(await screen.findByRole('radio', { name: '4★' }));
  expect(screen.queryByRole('tab')).toBeNull();
  const apply = screen.getByRole('button', { name: 'Change 3 items' });
  await waitFor(() => expect(apply).toBeEnabled());
  await userEvent.click(apply);
  await waitFor(() => expect(calls.some(({ path }) => path === '/api/items/bulk')).toBe(true));
  expect(calls.find(({ path }) => path === '/api/items/bulk')?.body).toEqual({ ids: [1, 2, 3], me: { rating: 80 } });
});
