import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { type Call, fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { accountWith, listOf, NO_RULES } from './fixtures';
import { peopleRoutes } from './routes';

const ADA = accountWith({});
const MIA = accountWith({ id: 3, name: 'Mia', admin: false });
const KEY = {
  id: 7,
  user: { id: 3, name: 'Mia', admin: false },
  name: 'phone',
  prefix: 'ls_ab',
  scope: 'read',
  created_at: '2026-05-01T11:00:00Z',
  used_at: null,
  expires_at: null,
};

function serve(answers: Record<string, unknown> = {}) {
  return fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin: true } },
    'GET /api/users': listOf([ADA, MIA]),
    'GET /api/users/1': ADA,
    'GET /api/users/3': MIA,
    'GET /api/users/1/keys': listOf([]),
    'GET /api/users/3/keys': listOf([KEY]),
    'GET /api/users/1/restrictions': { ...NO_RULES, profile_id: null },
    'GET /api/users/3/restrictions': { ...NO_RULES, age_rating_max: 12, profile_id: 8 },
    'GET /api/profiles': listOf([{ id: 8, name: 'Children', users: [3], ...NO_RULES, libraries: [1] }]),
    ...answers,
  });
}

test('a person is added, and a name that is taken is said at the name', async () => {
  let tries = 0;
  const calls = serve({
    'POST /api/users': () => {
      tries += 1;
      return tries === 1 ? new Refused(409, { title: 'Conflict', detail: 'Somebody has this name.' }) : MIA;
    },
  });
  const { router } = await renderRoutes(shellRoute, peopleRoutes, '/users');
  await userEvent.click(await screen.findByRole('button', { name: 'Add a user' }));
  const dialog = await screen.findByRole('dialog', { name: 'Add a user' });
  await userEvent.type(within(dialog).getByRole('textbox', { name: 'Name' }), 'Mia');
  await userEvent.type(within(dialog).getByLabelText('Password'), 'nine green horses');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Add' }));
  expect(await within(dialog).findByText('Somebody has this name.')).toBeVisible();
  expect(within(dialog).getByRole('textbox', { name: 'Name' })).toHaveAttribute('aria-invalid', 'true');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Add' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/users/3'));
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({
    name: 'Mia',
    password: 'nine green horses',
    admin: false,
  });
});

test('the last administrator stays one, and the reason stands at the switch', async () => {
  serve({ 'PATCH /api/users/1': new Refused(409, { title: 'Conflict', detail: 'Nobody could administer any more.' }) });
  await renderRoutes(shellRoute, peopleRoutes, '/users/1');
  await userEvent.click(await screen.findByRole('switch', { name: /Administrator/ }));
  expect(await screen.findByText('Nobody could administer any more.')).toBeVisible();
  expect(screen.getByRole('switch', { name: /Administrator/ })).toBeChecked();
  expect(screen.queryByRole('button', { name: /Remove/ })).toBeNull();
});

test('a person is disabled, renamed, signed out, and a key of his withdrawn', async () => {
  const changed: unknown[] = [];
  const calls = serve({
    'PATCH /api/users/3': ({ body }: Call) => {
      changed.push(body);
      return { ...MIA, ...(body as object) };
    },
    'DELETE /api/users/3/sessions': undefined,
    'DELETE /api/users/3/keys/7': () => undefined,
  });
  await renderRoutes(shellRoute, peopleRoutes, '/users/3');
  await userEvent.click(await screen.findByRole('switch', { name: /Disabled/ }));
  await waitFor(() => expect(screen.getByRole('switch', { name: /Disabled/ })).toBeChecked());
  const name = screen.getByRole('textbox', { name: 'Name' });
  await userEvent.clear(name);
  await userEvent.type(name, 'Mia M.');
  await userEvent.click(screen.getByRole('button', { name: 'Rename' }));
  await waitFor(() => expect(changed).toEqual([{ disabled: true }, { name: 'Mia M.' }]));
  await userEvent.click(await screen.findByRole('button', { name: 'Withdraw phone' }));
  await userEvent.click(screen.getByRole('button', { name: 'Withdraw it' }));
  await waitFor(() => expect(calls.some(({ path }) => path === '/api/users/3/keys/7')).toBe(true));
});

test('what is kept from him is said in short, and removing says what goes', async () => {
  const calls = serve({ 'DELETE /api/users/3': () => undefined });
  const { router } = await renderRoutes(shellRoute, peopleRoutes, '/users/3');
  expect(await screen.findByText('Their own: up to age 12')).toBeVisible();
  expect(await screen.findByText('And the shared profile Children: 1 library')).toBeVisible();
  await screen.findByText('phone');
  await userEvent.click(screen.getByRole('button', { name: 'Remove Mia' }));
  const dialog = await screen.findByRole('dialog', { name: 'Remove Mia?' });
  expect(dialog).toHaveTextContent('ratings, favourites');
  expect(dialog).toHaveTextContent('every session and 1 API key');
  expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/users'));
});

test('who sees an item is said for everybody, with the way from the rule to the item', async () => {
  const answers = [
    { item_id: 4, user_id: 1, visible: true, reasons: [] },
    {
      item_id: 4,
      user_id: 3,
      visible: false,
      reasons: [
        {
          source: 'profile',
          part: 'rule',
          rule: 1,
          about: 'rule 2 of the shared profile hides a tag',
          path: [
            { type: 'entity', id: 5, kind: 'tag', name: 'horror' },
            { type: 'entity', id: 6, kind: 'person', name: 'Vincent' },
            { type: 'item', id: 4, kind: 'video', name: 'Night Film' },
          ],
        },
        { source: 'own', part: 'hidden', rule: null, about: 'hidden by the person himself', path: [] },
      ],
    },
  ];
  let asked = 0;
  serve({
    'GET /api/items/4': { id: 4, title: 'Night Film' },
    'GET /api/items/4/why-hidden': () => answers[asked++],
  });
  await renderRoutes(shellRoute, peopleRoutes, '/items/4/visibility');
  expect(await within(await screen.findByRole('listitem', { name: 'ada' })).findByText('Sees it')).toBeVisible();
  const mia = screen.getByRole('listitem', { name: 'Mia' });
  expect(await within(mia).findByText('Hidden')).toBeVisible();
  expect(mia).toHaveTextContent('Rule 2 of the shared profile:');
  expect(mia).toHaveTextContent(/tag ?horror.*person ?Vincent.*Night Film/);
  expect(mia).toHaveTextContent('Mia hid it');
});
