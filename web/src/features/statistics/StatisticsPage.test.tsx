import { screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { PersonalStatistics, ServerStatistics } from '@/api/personal';
import { fakeServer, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { statisticsRoutes } from './routes';

const mine: PersonalStatistics = {
  items: 3,
  plays: 5,
  seconds: 9000,
  weeks: [{ start: '2026-11-23', plays: 5, seconds: 9000 }],
  kinds: [{ kind: 'video', plays: 5, seconds: 9000 }],
  persons: [{ id: 4, kind: 'person', name: 'Vesta Orlan', items: 2, plays: 4, seconds: 8000 }],
  studios: [],
  series: [],
  tags: [],
  genres: [],
  top_items: [{ id: 8, kind: 'video', title: 'Tide', cover: null, plays: 3, seconds: 5000 }],
  streak: { current: 2, longest: 1 },
};
const server: ServerStatistics = {
  items: 78,
  growth: [{ month: '2026-11', added: 78, total: 78 }],
  libraries: [{ id: 1, name: 'Films', items: 78, size: 2_000_000, duration: 7200 }],
  users: { total: 4, day: 1, week: 2, month: 3 },
};

async function show(admin: boolean, own: PersonalStatistics = mine) {
  fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin } },
    'GET /api/me/statistics': own,
    'GET /api/statistics': server,
  });
  return renderRoutes(shellRoute, statisticsRoutes, '/statistics');
}

test('what I watch: how long, how often, of whom', async () => {
  await show(false);
  expect(await screen.findByText('2 h 30 min')).toBeVisible();
  expect(screen.getByText('1 day at most this year')).toBeVisible();
  expect(screen.getByRole('img', { name: /^Hours a week/ })).toBeVisible();
  const people = within(screen.getByRole('region', { name: 'People' }));
  expect(people.getByRole('link', { name: 'Vesta Orlan' })).toHaveAttribute('href', '/browse?person=4');
  expect(people.getByText('4 plays · 2 h 13 min')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Tide' })).toHaveAttribute('href', '/items/8');
  expect(screen.queryByRole('region', { name: 'Studios' })).toBeNull();
  expect(screen.queryByRole('tab')).toBeNull();
});

test('who has watched nothing is told what will stand here', async () => {
  await show(false, { ...mine, items: 0, plays: 0, seconds: 0 });
  expect(await screen.findByText('Nothing to count yet')).toBeVisible();
});

test('an administrator sees the server, too, by its own address', async () => {
  const { router } = await show(true);
  await userEvent.click(await screen.findByRole('tab', { name: 'The server' }));
  expect(await screen.findByRole('img', { name: /^Items in the library/ })).toBeVisible();
  expect(router.state.location.search).toEqual({ of: 'server' });
  const films = within(screen.getByRole('table')).getByRole('row', { name: /Films/ });
  expect(films).toHaveTextContent('Films782.0 MB2 h');
  expect(screen.getByText('2 in a week, 3 in a month')).toBeVisible();
});
