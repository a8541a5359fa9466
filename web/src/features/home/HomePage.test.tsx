import { act, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { patchMine } from '@/api/me';
import type { Carousel, Home } from '@/api/personal';
import { keepRows, listParams } from '@/api/rows';
import { cardWith, listingOf } from '@/test/cards';
import { type Call, fakeServer, Refused, renderRoutes } from '@/test/render';
import { keymap } from '@/ui/keys';
import { shellRoute } from '@/ui/routing';
import { homeRoutes } from './routes';

beforeEach(() => {
  const handle = (event: KeyboardEvent) => void (event.defaultPrevented || keymap.handle(event));
  document.addEventListener('keydown', handle);
  return () => {
    document.removeEventListener('keydown', handle);
    vi.unstubAllGlobals();
  };
});

const row = (id: string, path: string, query = '', more: Partial<Carousel> = {}): Carousel => ({
  id,
  title: null,
  path,
  query,
  view_id: null,
  view_name: null,
  ...more,
});

const CONTINUE = row('continue', 'api/items/continue');
const RECENT = row('recent', 'api/items', 'sort=added&order=desc');
const VIEW = row('view-3', 'api/items', 'kind=video&view=list&page=4', { view_id: 3, view_name: 'Long films' });

const usual: Home = { carousels: [CONTINUE, RECENT], available: [VIEW], custom: false };
const salt = cardWith({ id: 1, title: 'The Salt Road', pages: 80, me: { ...cardWith().me, progress: 0.15 } });
const tide = cardWith({ id: 2, title: 'Tide' });

async function show(home: Home, answers: Record<string, unknown> = {}) {
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin: true } },
    'GET /api/home': home,
    'GET /api/items/continue': listingOf([salt]),
    'GET /api/items': listingOf([tide, salt], { total_count: 1234 }),
    ...answers,
  });
  const { router, client } = await renderRoutes(shellRoute, homeRoutes, '/');
  const stop = keepRows(client);
  return { calls, router, stop };
}

const region = (name: string) => within(screen.getByRole('region', { name }));

test('rows stand in their order, with what is left, and a way to the whole list', async () => {
  const { calls, stop } = await show(usual);
  await screen.findByRole('region', { name: 'Continue' });
  expect(calls.filter(({ path }) => path.startsWith('/api/items'))).toHaveLength(2); // each row once
  expect(screen.getAllByRole('heading', { level: 2 }).map((one) => one.textContent)).toEqual([
    'Continue',
    'Recently added',
  ]);
  expect(region('Continue').getByText('Page 12 of 80')).toBeVisible();
  expect(screen.getByRole('link', { name: 'See all 1: Continue' })).toHaveAttribute('href', '/continue');
  expect(screen.getByRole('link', { name: 'See all 1,234: Recently added' })).toHaveAttribute('href', '/browse');
  stop();
});

test('a saved view asks for its items, not for its looks', async () => {
  expect(listParams(VIEW.query).toString()).toBe('kind=video');
  const { stop } = await show({ ...usual, carousels: [VIEW] });
  expect(await screen.findByRole('link', { name: /Long films/ })).toHaveAttribute(
    'href',
    '/browse?kind=video&view=list',
  );
  stop();
});

test('an empty row is not there; with nothing at all there is a way on', async () => {
  const { stop } = await show(usual, { 'GET /api/items/continue': listingOf([]) });
  await screen.findByRole('region', { name: 'Recently added' });
  expect(screen.queryByRole('region', { name: 'Continue' })).toBeNull();
  stop();
});

test('an empty library leads to adding one', async () => {
  const { stop } = await show(usual, {
    'GET /api/items/continue': listingOf([]),
    'GET /api/items': listingOf([]),
  });
  expect(await screen.findByRole('button', { name: 'Add a library' })).toBeVisible();
  stop();
});

test('a row that fails says so and can be asked again; the others stand', async () => {
  let fails = true;
  const { stop } = await show(usual, {
    'GET /api/items/continue': () =>
      fails ? new Refused(503, { detail: 'The index is being built' }) : listingOf([salt]),
  });
  expect(await screen.findByText('The index is being built')).toBeVisible();
  expect(region('Recently added').getByRole('link', { name: /Tide/ })).toBeVisible();
  fails = false;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await region('Continue').findByRole('link', { name: /The Salt Road/ })).toBeVisible();
  stop();
});

test('what I hide vanishes from every row at once', async () => {
  const { stop } = await show(usual);
  await screen.findByRole('region', { name: 'Continue' });
  act(() => patchMine(1, { hidden: true }));
  await waitFor(() => expect(screen.queryAllByText('The Salt Road')).toEqual([]));
  expect(screen.getByRole('link', { name: /Tide/ })).toBeVisible();
  stop();
});

test('arrow keys move along a row and from row to row, and the item keys mean the card in focus', async () => {
  const { calls, stop } = await show(usual, {
    'PUT /api/items/2/me': {},
    'PUT /api/items/2/watched': { ...tide.me, rating: 80, play_count: 1 },
  });
  await screen.findByRole('region', { name: 'Continue' });
  const [first] = region('Recently added').getAllByRole('link', { name: /Tide/ });
  act(() => first?.focus());
  await userEvent.keyboard('{ArrowRight}');
  expect(document.activeElement).toHaveTextContent('The Salt Road');
  await userEvent.keyboard('{ArrowUp}');
  expect(screen.getByRole('region', { name: 'Continue' })).toContainElement(document.activeElement as HTMLElement);
  await userEvent.keyboard('{ArrowDown}{Home}');
  expect(document.activeElement).toHaveTextContent('Tide');
  await userEvent.keyboard('f4w');
  await waitFor(() =>
    expect(calls.filter(({ method }) => method === 'PUT').map(({ body }) => body)).toEqual([
      { favorite: true },
      { rating: 80 },
      { watched: true },
    ]),
  );
  expect(await region('Recently added').findByRole('img', { name: 'Rated 4 of 5 by you' })).toBeVisible();
  stop();
});

const chosen = (calls: Call[]) =>
  calls
    .filter(({ method }) => method === 'PUT')
    .map(({ body }) => {
      const { carousels } = body as { carousels: { id: string }[] | null };
      return carousels?.map(({ id }) => id) ?? null;
    });

test('rows are moved, removed and added, and the usual ones come back', async () => {
  let home = usual;
  const every = [CONTINUE, RECENT, VIEW];
  const { calls, stop } = await show(usual, {
    'GET /api/home': () => home,
    'PUT /api/home': ({ body }: Call) => {
      const { carousels } = body as { carousels: { id: string }[] | null };
      const ids = carousels?.map(({ id }) => id) ?? ['continue', 'recent'];
      const rows = ids.flatMap((id) => every.find((one) => one.id === id) ?? []);
      home = { carousels: rows, available: every.filter((one) => !ids.includes(one.id)), custom: carousels !== null };
      return home;
    },
  });
  await screen.findByRole('region', { name: 'Continue' });
  await userEvent.click(screen.getByRole('button', { name: 'Choose rows' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByRole('button', { name: 'Back to the usual rows' })).toBeDisabled();
  await userEvent.click(dialog.getByRole('button', { name: /^Add Long films/ }));
  act(() => dialog.getByRole('button', { name: /^Move Long films/ }).focus());
  await userEvent.keyboard('{ArrowUp}');
  expect(await dialog.findByText('Long films is now 2 of 3')).toBeVisible();
  await userEvent.click(dialog.getByRole('button', { name: 'Continue down' }));
  await waitFor(() => expect(dialog.getByRole('button', { name: 'Continue down' })).toHaveFocus());
  await userEvent.click(dialog.getByRole('button', { name: 'Remove Recently added' }));
  await waitFor(() => expect(dialog.getByRole('button', { name: 'Remove Continue' })).toHaveFocus());
  await userEvent.click(dialog.getByRole('button', { name: 'Back to the usual rows' }));
  await waitFor(() =>
    expect(chosen(calls)).toEqual([
      ['continue', 'recent', 'view-3'],
      ['continue', 'view-3', 'recent'],
      ['view-3', 'continue', 'recent'],
      ['view-3', 'continue'],
      null,
    ]),
  );
  await waitFor(() => expect(dialog.getByRole('button', { name: 'Back to the usual rows' })).toBeDisabled());
  stop();
});

test('each recommendation has its reasons, which lead on', async () => {
  const because = [
    { kind: 'person', id: 5, name: 'Vesta Orlan' },
    { kind: 'item', id: 9, name: 'Nine Rooms' },
  ];
  fakeServer({ 'GET /api/items/recommended': listingOf([{ ...tide, because }]) });
  await renderRoutes(shellRoute, homeRoutes, '/recommended');
  const item = within((await screen.findByRole('link', { name: 'Tide' })).closest('li') as HTMLElement);
  expect(item.getByText(/Because you liked/)).toBeVisible();
  expect(item.getByRole('link', { name: 'Nine Rooms' })).toHaveAttribute('href', '/items/9');
  expect(item.getByRole('link', { name: 'Vesta Orlan' })).toHaveAttribute('href', '/browse?person=5');
});
