import { screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { fakeServer, Refused, renderRoutes } from '@/test/render';
import { bareRoute } from '@/ui/routing';
import { authRoutes } from './routes';

async function signInAt(address: string) {
  const { router } = await renderRoutes(bareRoute, authRoutes, address);
  await userEvent.type(await screen.findByLabelText('Name'), 'ada');
  await userEvent.type(screen.getByLabelText('Password'), 'wrong horse');
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  return router;
}

test('a wrong password is told in the words of the server, and typing takes it away', async () => {
  const detail = 'The name or the password is wrong.';
  fakeServer({ 'POST /api/session': new Refused(401, { title: 'Sign in first', detail, code: 'wrong_password' }) });
  await signInAt('/sign-in');
  expect(await screen.findByRole('alert')).toHaveTextContent(detail);
  await userEvent.type(screen.getByLabelText('Password'), '!');
  expect(screen.queryByRole('alert')).toBeNull();
});

test('leads back to where one wanted to go', async () => {
  const calls = fakeServer({ 'POST /api/session': { user: { id: 1, name: 'ada', admin: true } } });
  const router = await signInAt('/sign-in?next=%2Fitems%2F7%3Ftag%3D1%26tag%3D-2');
  await waitFor(() => expect(router.state.location.pathname).toBe('/items/7'));
  expect(router.state.location.search).toEqual({ tag: ['1', '-2'] });
  expect(calls[0]?.body).toEqual({ name: 'ada', password: 'wrong horse' });
});

test('never leads to another site', async () => {
  fakeServer({ 'POST /api/session': { user: { id: 1, name: 'ada', admin: true } } });
  const router = await signInAt('/sign-in?next=%2F%2Fevil.example%2Fpath');
  await waitFor(() => expect(router.state.location.pathname).toBe('/'));
});
