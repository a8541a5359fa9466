import { screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { fakeServer, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { settingsRoutes } from './routes';

test('a new key is shown once, and revoking asks a second time', async () => {
  const keys = [{ id: 4, name: 'phone', prefix: 'ls_ab', created_at: '2026-05-01T11:00:00Z', used_at: null }];
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
  await userEvent.click(screen.getByRole('button', { name: 'Make a key' }));
  expect(await screen.findByText('ls_whole_key')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  expect(screen.queryByText('ls_whole_key')).toBeNull();

  await userEvent.click(screen.getByRole('button', { name: 'Revoke phone' }));
  expect(calls.some((call) => call.method === 'DELETE')).toBe(false);
  await userEvent.click(screen.getByRole('button', { name: 'Revoke it' }));
  await expect.poll(() => screen.queryByText('phone')).toBeNull();
});
