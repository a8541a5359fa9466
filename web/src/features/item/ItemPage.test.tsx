import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Item } from '@/api/types';
import { listingOf } from '@/test/cards';
import { fakeServer, Refused, renderRoutes } from '@/test/render';
import { keymap } from '@/ui/keys';
import { shellRoute } from '@/ui/routing';
import { fileWith, itemWith, linkWith } from './fixtures';
import { itemRoutes } from './routes';

beforeEach(() => {
  const handle = (event: KeyboardEvent) => void keymap.handle(event);
  document.addEventListener('keydown', handle);
  return () => document.removeEventListener('keydown', handle);
});

async function show(item: Item | Refused, answers: Record<string, unknown> = {}, admin = true) {
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin } },
    'GET /api/items/7': item,
    'PUT /api/items/7/me': {},
    ...answers,
  });
  await renderRoutes(shellRoute, itemRoutes, '/items/7');
  return calls;
}

const sent = (calls: { method: string; body: unknown }[]) =>
  calls.filter((call) => call.method === 'PUT').map((call) => call.body);

describe('the item page', () => {
  test('links people, tags and series to what else there is of them', async () => {
    await show(
      itemWith({
        links: [
          linkWith({ id: 3 }),
          linkWith({ id: 5, kind: 'tag', name: 'sea', role: '' }),
          linkWith({ id: 6, kind: 'series', name: 'Nine Rooms', role: '', position: 1.5 }),
        ],
      }),
    );
    expect(await screen.findByRole('link', { name: 'Vesta Orlan' })).toHaveAttribute('href', '/browse?person=3');
    expect(screen.getByRole('link', { name: 'sea' })).toHaveAttribute('href', '/browse?tag=5');
    expect(screen.getByRole('link', { name: 'Nine Rooms' })).toHaveAttribute('href', '/browse?series=6&sort=series');
    expect(screen.getByText('#1.5')).toBeVisible();
  });

  test('keys rate and favour', async () => {
    const calls = await show(itemWith());
    await screen.findByRole('heading', { level: 1 });
    await userEvent.keyboard('4');
    await waitFor(() =>
      expect(screen.getByRole('button', { name: '4 stars' })).toHaveAttribute('aria-pressed', 'true'),
    );
    await userEvent.keyboard('f');
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Favourite' })).toHaveAttribute('aria-pressed', 'true'),
    );
    await userEvent.keyboard('0');
    await waitFor(() => expect(sent(calls)).toEqual([{ rating: 80 }, { favorite: true }, { rating: null }]));
  });

  test('a rating the server refuses is taken back, with a word', async () => {
    await show(itemWith(), { 'PUT /api/items/7/me': new Refused(503, { detail: 'The database cannot be used' }) });
    await userEvent.click(await screen.findByRole('button', { name: '5 stars' }));
    expect(await screen.findByText('The database cannot be used')).toBeVisible();
    expect(screen.getByRole('button', { name: '5 stars' })).toHaveAttribute('aria-pressed', 'false');
  });

  test('an item whose files are gone says so instead of offering to read it', async () => {
    await show(itemWith({ files: [fileWith({ mime: 'application/epub+zip', missing: true })] }));
    expect(await screen.findByText('Unavailable')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Read' })).toBeNull();
    expect(screen.queryByRole('link', { name: /Download/ })).toBeNull();
  });

  test('a film no browser plays is offered for download', async () => {
    await show(itemWith({ kind: 'video', files: [fileWith({ name: 'old.avi', mime: 'video/x-msvideo' })] }));
    expect(await screen.findByText('Your browser cannot play this AVI file')).toBeVisible();
    const [download] = screen.getAllByRole('link', { name: /Download/ });
    expect(download?.getAttribute('href')).toMatch(/media\/7\/file\/0\?download=1$/);
  });

  test('what the last scan found wrong is told', async () => {
    await show(itemWith({ issues: ['page 3 is damaged'] }));
    expect(await screen.findByText('page 3 is damaged')).toBeVisible();
  });

  test('an item that is gone, or not for me, looks the same', async () => {
    await show(new Refused(404, { detail: 'Not found' }));
    expect(await screen.findByText('This item is not in the library')).toBeVisible();
  });

  test('editing sends only what changed, and shows what is locked', async () => {
    const item = itemWith({ locked: ['genre', 'tag', 'title'], subtitle: 'A Novel' });
    const locks = item.locked.map((field) => ({ field, user_id: 1, user_name: 'ada', locked_at: item.added_at }));
    const calls = await show(item, {
      'GET /api/items/7/locks': listingOf(locks),
      'PATCH /api/items/7': { ...item, subtitle: 'An Epic' },
    });
    await userEvent.click(await screen.findByRole('button', { name: 'More' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Edit' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(await dialog.findAllByText(/^Edited by ada/)).toHaveLength(3);
    await userEvent.click(dialog.getByRole('button', { name: 'Let the source decide again: Genres' }));
    await userEvent.click(dialog.getByRole('button', { name: 'Let the source decide again: Tags' }));
    await userEvent.click(dialog.getByRole('button', { name: 'Keep Tags as it is' }));
    await userEvent.type(dialog.getByLabelText('Title'), ' of mine');
    await userEvent.click(dialog.getByRole('button', { name: 'Let the source decide again: Title' }));
    expect(dialog.getByLabelText('Title')).toBeDisabled();
    await userEvent.clear(dialog.getByLabelText('Subtitle'));
    await userEvent.type(dialog.getByLabelText('Subtitle'), 'An Epic');
    await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('An Epic')).toBeVisible();
    expect(calls.find((call) => call.method === 'PATCH')?.body).toEqual({
      subtitle: 'An Epic',
      unlock: ['genre', 'title'],
    });
  });

  test('only those who administer may edit', async () => {
    await show(itemWith({ me: { ...itemWith().me, progress: 0.4 } }), {}, false);
    await userEvent.click(await screen.findByRole('button', { name: 'More' }));
    expect(await screen.findByRole('menuitem', { name: 'Forget my progress' })).toBeVisible();
    expect(screen.queryByRole('menuitem', { name: 'Edit' })).toBeNull();
  });
});
