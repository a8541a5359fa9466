import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { settingsRoutes } from './routes';

test('a new key is shown once, and revoking asks a second time', async () => {
  const keys = [
    {
      id: 4,
      name: 'phone',
      prefix: 'ls_ab',
      scope: 'read',
      created_at: '2026-05-01T11:00:00Z',
      used_at: null,
      expires_at: null,
    },
  ];
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin: true } },
    'GET /api/keys': () => ({ items: keys }),
    'POST /api/keys': { ...keys[0], id: 5, name: 'backup', key: 'ls_whole_key' },
    'DELETE /api/keys/4': () => {
      keys.pop();
    },
  });
  await renderRoutes(shellRoute, settingsRoutes, '/settings');
  await userEvent.type(await screen.findByLabelText('What the key is for'), 'backup');
  await userEvent.click(screen.getByRole('combobox', { name: 'What the key may do' }));
  await userEvent.click(await screen.findByRole('option', { name: 'Read only' }));
  await userEvent.click(screen.getByRole('combobox', { name: 'How long the key lasts' }));
  await userEvent.click(await screen.findByRole('option', { name: '30 days' }));
  await userEvent.click(screen.getByRole('button', { name: 'Make a key' }));
  expect(await screen.findByText('ls_whole_key')).toBeVisible();
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({
    name: 'backup',
    scope: 'read',
    expires_in: 2_592_000,
  });
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  expect(screen.queryByText('ls_whole_key')).toBeNull();

  await userEvent.click(screen.getByRole('button', { name: 'Revoke phone' }));
  expect(calls.some((call) => call.method === 'DELETE')).toBe(false);
  await userEvent.click(screen.getByRole('button', { name: 'Revoke it' }));
  await expect.poll(() => screen.queryByText('phone')).toBeNull();
});

const ADA = { id: 1, name: 'ada', admin: false, has_password: true, created_at: '', last_seen_at: null };

test('a wrong password until now is said at its field', async () => {
  let tries = 0;
  const calls = fakeServer({
    'GET /api/session': { user: ADA },
    'GET /api/me': ADA,
    'PUT /api/me/password': () => {
      tries += 1;
      return tries === 1 ? new Refused(422, { field: 'current', reason: 'this is not your password' }) : undefined;
    },
  });
  await renderRoutes(shellRoute, settingsRoutes, '/settings');
  await userEvent.type(await screen.findByLabelText('Current password'), 'nine green cows');
  await userEvent.type(screen.getByLabelText('New password'), 'ten blue horses');
  await userEvent.click(screen.getByRole('button', { name: 'Change password' }));
  expect(await screen.findByText('this is not your password')).toBeVisible();
  expect(screen.getByLabelText('Current password')).toHaveAccessibleDescription('this is not your password');
  await userEvent.click(screen.getByRole('button', { name: 'Change password' }));
  await waitFor(() => expect(screen.getByLabelText('New password')).toHaveValue(''));
  expect(calls.find(({ method }) => method === 'PUT')?.body).toEqual({
    current: 'nine green cows',
    password: 'ten blue horses',
  });
});

test('one session is ended, then all others', async () => {
  const session = (id: number, device: string, current = false) => ({
    id,
    device,
    address: '127.0.0.1',
    created_at: '2026-05-01T11:00:00Z',
    seen_at: '2026-05-01T11:00:00Z',
    expires_at: '2026-06-01T11:00:00Z',
    current,
  });
  let sessions = [session(1, 'Firefox/1 (Linux)', true), session(2, 'Chrome/1 (Windows)'), session(3, 'curl/8')];
  fakeServer({
    'GET /api/session': { user: ADA },
    'GET /api/me/sessions': () => ({ items: sessions }),
    'DELETE /api/me/sessions/2': () => {
      sessions = sessions.filter(({ id }) => id !== 2);
    },
    'DELETE /api/me/sessions': () => {
      sessions = sessions.filter(({ current }) => current);
    },
  });
  await renderRoutes(shellRoute, settingsRoutes, '/settings');
  expect(await screen.findByText('Firefox on Linux')).toHaveTextContent('This one');
  await userEvent.click(screen.getByRole('button', { name: 'End the session of Chrome on Windows' }));
  await waitFor(() => expect(screen.queryByText('Chrome on Windows')).toBeNull());
  expect(screen.getByText('curl')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'End all others' }));
  await waitFor(() => expect(screen.queryByText('curl')).toBeNull());
  expect(screen.queryByRole('button', { name: 'End all others' })).toBeNull();
  expect(screen.getByText('Firefox on Linux')).toBeVisible();
});

test('what one hid is shown again, with a way back', async () => {
  let hidden = [{ type: 'entity', id: 5, kind: 'tag', name: 'horror' }];
  const calls = fakeServer({
    'GET /api/hidden': () => ({ items: hidden, pagination: { total_count: hidden.length, has_next: false } }),
    'PUT /api/tags/5/me': () => {
      hidden = [];
      return {};
    },
  });
  await renderRoutes(shellRoute, settingsRoutes, '/hidden');
  const row = (await screen.findByText('horror')).closest('li') as HTMLElement;
  await userEvent.click(within(row).getByRole('button', { name: 'Show again: horror' }));
  expect(await screen.findByText('You hid nothing')).toBeVisible();
  await userEvent.click(await screen.findByRole('button', { name: 'Undo' }));
  await waitFor(() =>
    expect(calls.filter(({ method }) => method === 'PUT').map(({ body }) => body)).toEqual([
      { hidden: false },
      { hidden: true },
    ]),
  );
});

test('who could not be signed out is told so and stays', async () => {
  fakeServer({
    'GET /api/session': { user: ADA },
    'DELETE /api/session': () => new Refused(503, { detail: 'The server is closing.' }),
  });
  await renderRoutes(shellRoute, settingsRoutes, '/settings');
  await userEvent.click(await screen.findByRole('button', { name: 'Sign out' }));
  expect(await screen.findByText('You are still signed in')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Sign out' })).toBeVisible();
});
