import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { type Call, fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { accountWith, listOf, NO_RULES, tagWith } from './fixtures';
import { peopleRoutes } from './routes';

const MIA = accountWith({ id: 3, name: 'Mia', admin: false });

/** Each id that a rule hides counts 602 items. */
function counted({ body }: Call) {
  const { rules } = body as { rules: { ids: number[] }[] };
  const hidden = rules.flatMap(({ ids }) => ids).length * 602;
  return {
    hidden_items: hidden,
    visible_items: 10_000 - hidden,
    hidden_by_rule: rules.map(({ ids }, rule) => ({
      part: 'rule',
      rule,
      source: 'restrictions',
      about: '',
      hidden_items: ids.length * 602,
      missing: [],
    })),
  };
}

function serve(answers: Record<string, unknown> = {}) {
  return fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin: true } },
    'GET /api/users/3': MIA,
    'GET /api/users/3/keys': listOf([]),
    'GET /api/users/3/restrictions': { ...NO_RULES, profile_id: null },
    'PUT /api/users/3/restrictions': ({ body }: Call) => body,
    'POST /api/users/3/restrictions/preview': counted,
    'GET /api/profiles': listOf([{ id: 8, name: 'Children', users: [], ...NO_RULES, age_rating_max: 6 }]),
    'POST /api/profiles/preview': counted,
    'GET /api/libraries': listOf([{ id: 1, name: 'Films' }]),
    'GET /api/tags': listOf([tagWith({}), tagWith({ id: 6, name: 'gore' })]),
    'GET /api/tags/5': tagWith({}),
    'GET /api/tags/6': tagWith({ id: 6, name: 'gore' }),
    ...answers,
  });
}

async function choose(name: string) {
  await userEvent.click(screen.getByRole('textbox', { name: 'Hidden tags' }));
  await userEvent.click(await screen.findByRole('option', { name: new RegExp(`^${name}`), hidden: true }));
}

test('a rule is made by hand, its effect shown before it is saved, and sent as a whole', async () => {
  const calls = serve();
  await renderRoutes(shellRoute, peopleRoutes, '/users/3/restrictions');
  expect(await screen.findByText('This hides none of 10,000 items')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();

  await userEvent.click(screen.getByRole('button', { name: 'Add a rule' }));
  await choose('horror');
  await choose('gore');
  expect(await screen.findByText('This would hide 1,204 of 10,000 items')).toBeVisible();
  const rule = screen.getByRole('listitem', { name: 'Rule 1' });
  expect(rule).toHaveTextContent('Hides everything with the tags horror or gore');
  expect(rule).toHaveTextContent('By itself: 1,204 items hidden.');
  expect(calls.some(({ method }) => method === 'PUT')).toBe(false);

  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('This hides 1,204 of 10,000 items')).toBeVisible();
  expect(calls.find(({ method }) => method === 'PUT')?.body).toEqual({
    ...NO_RULES,
    rules: [{ kind: 'tag', mode: 'exclude', ids: [5, 6], restrict_empty: false }],
    profile_id: null,
  });
});

test('a refusal stands at the rule it is about', async () => {
  serve({
    'GET /api/users/3/restrictions': {
      ...NO_RULES,
      rules: [
        { kind: 'tag', mode: 'exclude', ids: [5], restrict_empty: false },
        { kind: 'tag', mode: 'exclude', ids: [6], restrict_empty: false },
      ],
      profile_id: null,
    },
    'PUT /api/users/3/restrictions': new Refused(422, {
      title: 'x',
      field: 'rules[1].ids',
      reason: '6 is a person, and the rule is about the kind tag',
    }),
  });
  await renderRoutes(shellRoute, peopleRoutes, '/users/3/restrictions');
  await userEvent.click(await screen.findByRole('switch', { name: 'Only up to an age' }));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  const second = screen.getByRole('listitem', { name: 'Rule 2' });
  expect(await within(second).findByText('6 is a person, and the rule is about the kind tag')).toBeVisible();
  expect(within(screen.getByRole('listitem', { name: 'Rule 1' })).queryByText(/6 is a person/)).toBeNull();
});

test('nobody loses changes by leaving', async () => {
  serve();
  const { router } = await renderRoutes(shellRoute, peopleRoutes, '/users/3/restrictions');
  await userEvent.click(await screen.findByRole('button', { name: 'Add a rule' }));
  await userEvent.click(screen.getByRole('link', { name: 'Mia' }));
  const dialog = await screen.findByRole('dialog', { name: 'Leave without saving?' });
  await userEvent.click(within(dialog).getByRole('button', { name: 'Stay' }));
  expect(router.state.location.pathname).toBe('/users/3/restrictions');
  await userEvent.click(screen.getByRole('button', { name: 'Discard' }));
  await userEvent.click(screen.getByRole('link', { name: 'Mia' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/users/3'));
});

test('a new shared profile is made, and a name that is taken is said at the name', async () => {
  let tries = 0;
  const calls = serve({
    'POST /api/profiles': ({ body }: Call) => {
      tries += 1;
      return tries === 1
        ? new Refused(409, { title: 'Conflict', detail: 'The name is taken.' })
        : { id: 9, users: [], ...(body as object) };
    },
  });
  const { router } = await renderRoutes(shellRoute, peopleRoutes, '/profiles/new');
  await userEvent.type(await screen.findByLabelText('Name of the profile'), 'Children');
  await userEvent.click(screen.getByRole('switch', { name: 'Only up to an age' }));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('The name is taken.')).toBeVisible();
  await userEvent.type(screen.getByLabelText('Name of the profile'), ' 2');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/profiles/9'));
  expect(calls.filter(({ path, method }) => method === 'POST' && path === '/api/profiles').at(-1)?.body).toEqual({
    ...NO_RULES,
    age_rating_max: 12,
    name: 'Children 2',
  });
});
