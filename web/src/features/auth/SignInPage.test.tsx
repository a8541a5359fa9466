import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
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
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ name: 'ada', password: 'wrong horse' });
});

test('never leads to another site', async () => {
  fakeServer({ 'POST /api/session': { user: { id: 1, name: 'ada', admin: true } } });
  const router = await signInAt('/sign-in?next=%2F%2Fevil.example%2Fpath');
  await waitFor(() => expect(router.state.location.pathname).toBe('/'));
});

afterEach(() => {
  vi.useRealTimers();
});

test('after too many attempts it says when to try again, and waits', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const detail = 'Too many failed attempts. Try again in 90 s.';
  fakeServer({
    'POST /api/session': new Refused(429, { title: 'Wait', detail, code: 'too_many' }, { 'retry-after': '90' }),
  });
  await signInAt('/sign-in');
  expect(await screen.findByRole('alert')).toHaveTextContent('Too many failed attempts.');
  expect(screen.getByRole('button', { name: 'Try again in 2 min' })).toBeDisabled();
  for (let second = 0; second < 60; second++) await act(() => vi.advanceTimersByTimeAsync(1_000));
  expect(screen.getByRole('button', { name: /Try again in (2|3)\d s/ })).toBeDisabled();
  for (let second = 0; second < 40; second++) await act(() => vi.advanceTimersByTimeAsync(1_000));
  expect(screen.getByRole('button', { name: 'Sign in' })).toBeEnabled();
});

test('the sign-in service is offered, and comes back to where one wanted to go', async () => {
  fakeServer({ 'GET /api/session/ways': { password: true, oidc: 'api/oidc/start', oidc_name: 'Acme' } });
  await renderRoutes(bareRoute, authRoutes, '/sign-in?next=%2Fitems%2F7&problem=unknown');
  const link = await screen.findByRole('link', { name: 'Sign in with Acme' });
  expect(link.getAttribute('href')).toMatch(/\/api\/oidc\/start\?next=%2Fitems%2F7$/);
  expect(screen.getByRole('alert')).toHaveTextContent('Nobody here belongs to that account.');
  expect(screen.getByLabelText('Name')).toBeVisible();
});

test('without passwords the sign-in service is the only way', async () => {
  fakeServer({ 'GET /api/session/ways': { password: false, oidc: 'api/oidc/start', oidc_name: null } });
  await renderRoutes(bareRoute, authRoutes, '/sign-in');
  await screen.findByRole('link', { name: 'Sign in with the sign-in service' });
  expect(screen.queryByLabelText('Password')).toBeNull();
});
