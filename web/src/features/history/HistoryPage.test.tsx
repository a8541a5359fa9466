import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { HistoryEntry } from '@/api/personal';
import { cardWith, listingOf } from '@/test/cards';
import { fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { historyRoutes } from './routes';

const entry = (id: number, title: string, changes: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id,
  item: cardWith({ id: id + 100, title }) as HistoryEntry['item'],
  started_at: new Date().toISOString(),
  last_at: new Date().toISOString(),
  seconds: 1500,
  counted: true,
  source: 'watched',
  ...changes,
});

async function show(answers: Record<string, unknown>, address = '/history') {
  const calls = fakeServer(answers);
  const { router } = await renderRoutes(shellRoute, historyRoutes, address);
  return { calls, router };
}

test('tells what was watched, for how long, and what was only marked', async () => {
  await show({ 'GET /api/history': listingOf([entry(1, 'Tide'), entry(2, 'Narrow Door', { source: 'marked' })]) });
  const today = within(await screen.findByRole('region', { name: 'Today' }));
  expect(today.getByText('Book · 25 min')).toBeVisible();
  expect(today.getByText('Book · marked by hand')).toBeVisible();
  expect(today.getByRole('link', { name: 'Tide' })).toHaveAttribute('href', '/items/101');
});

test('one entry goes at once, and comes back when the server refuses', async () => {
  let refused = true;
  const list = { items: [entry(1, 'Tide'), entry(2, 'Narrow Door')] };
  const { calls } = await show({
    'GET /api/history': () => listingOf(list.items),
    'DELETE /api/history/1': () => {
      if (refused) return new Refused(503, { detail: 'The database cannot be used' });
      list.items = list.items.slice(1);
      return undefined;
    },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Delete Tide from the history' }));
  expect(await screen.findByText('The database cannot be used')).toBeVisible();
  expect(await screen.findByRole('link', { name: 'Tide' })).toBeVisible();
  refused = false;
  await userEvent.click(screen.getByRole('button', { name: 'Delete Tide from the history' }));
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Tide' })).toBeNull());
  expect(screen.getByRole('link', { name: 'Narrow Door' })).toBeVisible();
  expect(calls.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
});

test('all of it goes only after a question', async () => {
  let items = [entry(1, 'Tide')];
  const { calls } = await show({
    'GET /api/history': () => listingOf(items),
    'DELETE /api/history': () => {
      items = [];
      return undefined;
    },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Clear all' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.click(dialog.getByRole('button', { name: 'Keep it' }));
  expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);
  await userEvent.click(screen.getByRole('button', { name: 'Clear all' }));
  await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Clear all' }));
  expect(await screen.findByText('Nothing watched yet')).toBeVisible();
});

test('pages are turned in the address', async () => {
  const pages = { total_pages: 3, total_count: 150, has_next: true };
  const { router } = await show({ 'GET /api/history': listingOf([entry(1, 'Tide')], pages) }, '/history?page=2');
  expect(await screen.findByText('Page 2 of 3')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Older' }));
  await waitFor(() => expect(router.state.location.href).toBe('/history?page=3'));
  await userEvent.click(screen.getByRole('button', { name: 'Newer' }));
  expect(await screen.findByText('Page 2 of 3')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Newer' }));
  await waitFor(() => expect(router.state.location.href).toBe('/history'));
});
