import { screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { fakeServer, Refused, renderRoutes } from '@/test/render';
import { bareRoute } from '@/ui/routing';
import { setupRoutes } from './routes';
import { strengthOf } from './strength';

async function fillIn() {
  await userEvent.type(await screen.findByLabelText('Your name'), 'ada');
  await userEvent.type(screen.getByLabelText('Password'), 'nine green horses');
  await userEvent.click(screen.getByRole('button', { name: 'Make the administrator' }));
}

test('takes the token from the address, and goes on to the first library', async () => {
  const calls = fakeServer({
    'GET /api/setup': { needed: true },
    'POST /api/setup': { user: { id: 1, name: 'ada', admin: true } },
    'GET /api/libraries': { items: [] },
  });
  const { router } = await renderRoutes(bareRoute, setupRoutes, '/setup?token=abc');
  await fillIn();
  await waitFor(() => expect(router.state.location.pathname).toBe('/libraries'));
  expect(router.state.location.search).toEqual({ add: 'true' });
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({
    token: 'abc',
    name: 'ada',
    password: 'nine green horses',
  });
});

test('a library that is there already leads home', async () => {
  fakeServer({
    'GET /api/setup': { needed: true },
    'POST /api/setup': { user: { id: 1, name: 'ada', admin: true } },
    'GET /api/libraries': { items: [{ id: 1, name: 'Demonstration' }] },
  });
  const { router } = await renderRoutes(bareRoute, setupRoutes, '/setup?token=abc');
  await fillIn();
  await waitFor(() => expect(router.state.location.pathname).toBe('/'));
});

test('a refused token is told at its field', async () => {
  fakeServer({
    'GET /api/setup': { needed: true },
    'POST /api/setup': new Refused(422, { field: 'token', reason: 'is not the one the server printed' }),
  });
  await renderRoutes(bareRoute, setupRoutes, '/setup?token=old');
  await fillIn();
  await waitFor(() => expect(screen.getByLabelText('Setup token')).toBeInvalid());
  expect(screen.getByText('is not the one the server printed')).toBeVisible();
});

test('is over once there is an administrator', async () => {
  fakeServer({ 'GET /api/setup': { needed: false } });
  await renderRoutes(bareRoute, setupRoutes, '/setup');
  expect(await screen.findByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/sign-in');
});

test.each([
  ['short', 0],
  ['password1', 1],
  ['abcdefgh', 1],
  ['aaaaaaaaaaaa', 1],
  ['ada is the best', 1],
  ['tram9ferry', 2],
  ['nine green horses', 3],
  ['nine green horses, one Kettle', 4],
])('"%s" has strength %d', (password, level) => {
  expect(strengthOf(password, 'ada').level).toBe(level);
});
