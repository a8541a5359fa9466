import { notifications } from '@mantine/notifications';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import type { Entity } from '@/api/types';
import { listingOf } from '@/test/cards';
import { fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { entityEditsOf, entityFormOf } from './entityEdit';
import { mergeWords, namesOf } from './merging';
import { entityRoutes } from './routes';

function personWith(changes: Partial<Entity> = {}): Entity {
  return {
    id: 5,
    library_id: 1,
    kind: 'person',
    name: 'Ann Ash',
    sort_name: 'Ash, Ann',
    description: 'Writes.',
    item_count: 0,
    via_person_count: 0,
    parents: [],
    links: [],
    aliases: ['A. Ash'],
    image: null,
    me: { rating: null, favorite: false, hidden: false },
    ...changes,
  };
}

const JOB = { id: 9, kind: 'merge', state: 'queued', done: 0, total: null, finished_at: null, result: null };
const DONE = { ...JOB, state: 'done', finished_at: '2026-05-01T12:00:00Z' };
const MERGE = {
  id: 3,
  job_id: 2,
  kind: 'person',
  target: { id: 5, name: 'Ann Ash' },
  sources: [{ id: 6, name: 'Anne Ash' }],
  state: 'merged',
  links: 4,
  undoable: true,
  created_at: '2026-05-01T12:00:00Z',
};

afterEach(() => notifications.clean());

async function show(answers: Record<string, unknown> = {}, { admin = true } = {}) {
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin } },
    'GET /api/libraries': listingOf([{ id: 1, name: 'Books' }]),
    'GET /api/persons/5': personWith(),
    'GET /api/persons/5/merges': listingOf([]),
    'GET /api/persons/5/locks': listingOf([]),
    'GET /api/persons': listingOf([]),
    ...answers,
  });
  return { calls, ...(await renderRoutes(shellRoute, entityRoutes, '/persons/5')) };
}

test('only what was changed is sent, and a field that is given back is not written as well', async () => {
  const { calls } = await show({
    'GET /api/persons/5/locks': listingOf([
      { field: 'description', user_id: 1, user_name: 'ada', locked_at: '2026-05-01T12:00:00Z' },
    ]),
    'PATCH /api/persons/5': personWith({ name: 'Ann Birch' }),
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Edit Ann Ash' }));
  expect(await dialog.findByText(/Edited by ada/)).toBeInTheDocument();
  await userEvent.clear(dialog.getByLabelText('Name'));
  await userEvent.type(dialog.getByLabelText('Name'), 'Ann Birch');
  await userEvent.type(dialog.getByLabelText('Description'), ' And more.');
  await userEvent.click(dialog.getByRole('button', { name: 'Let the source decide again: Description' }));
  expect(dialog.getByLabelText('Description')).toBeDisabled();
  await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ name: 'Ann Birch', unlock: ['description'] });
});

test('a name somebody else has is told at its field', async () => {
  await show({ 'PATCH /api/persons/5': new Refused(409, { field: 'name', reason: 'there is an Ann Birch already' }) });
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.type(dialog.getByLabelText('Name'), '!');
  await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
  expect(await dialog.findByText('there is an Ann Birch already')).toBeVisible();
  expect(dialog.queryByRole('alert')).toBeNull();
});

test('one is merged into another that is looked for: said first, told at its end, and taken back', async () => {
  const { calls, router } = await show({
    'GET /api/persons': listingOf([
      personWith(),
      personWith({ id: 8, name: 'Ann Birch', item_count: 2 }),
      personWith({ id: 9, name: 'Ann Elsewhere', library_id: 2 }),
    ]),
    'GET /api/persons/8': personWith({ id: 8, name: 'Ann Birch' }),
    'POST /api/persons/8/merge': JOB,
    'GET /api/jobs/9': { ...DONE, result: { merge_id: 4, target_id: 8, links: 1 } },
    'POST /api/persons/8/merges/4/undo': { ...JOB, id: 10 },
    'GET /api/jobs/10': { ...DONE, id: 10, result: { merge_id: 4, moved: 1, left: 0 } },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Merge into…' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.click(dialog.getByRole('combobox', { name: 'The person that stays' }));
  await userEvent.click(await screen.findByRole('option', { name: 'Ann Birch' }));
  expect(screen.queryByRole('option', { name: 'Ann Elsewhere' })).toBeNull();
  expect(dialog.getByText(/Ann Ash will vanish into Ann Birch/)).toBeVisible();
  await userEvent.click(dialog.getByRole('button', { name: 'Merge into Ann Birch' }));
  expect(await screen.findByText('Ann Ash is now Ann Birch.')).toBeVisible();
  expect(calls.find(({ path }) => path === '/api/persons/8/merge')?.body).toEqual({ ids: [5] });
  expect(router.state.location.pathname).toBe('/persons/8');
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(await screen.findByText('As it was before.')).toBeVisible();
});

test('past merges can be undone, those that are for good cannot', async () => {
  let merges = [MERGE, { ...MERGE, id: 1, sources: [{ id: 4, name: 'Old Ash' }], state: 'final', undoable: false }];
  await show({
    'GET /api/persons/5/merges': () => listingOf(merges),
    'POST /api/persons/5/merges/3/undo': () => {
      merges = [{ ...MERGE, state: 'undone', undoable: false }];
      return { ...JOB, id: 11 };
    },
    'GET /api/jobs/11': { ...DONE, id: 11, result: { merge_id: 3, moved: 4, left: 0 } },
  });
  const list = within(await screen.findByRole('region', { name: 'Merged into this' }));
  expect(list.getByText(/Merged for good/)).toBeVisible();
  expect(list.getAllByRole('button')).toHaveLength(1);
  await userEvent.click(list.getByRole('button', { name: 'Undo the merge of Anne Ash' }));
  expect(await list.findByText(/Undone/)).toBeVisible();
  expect(await screen.findByText('As it was before.')).toBeVisible();
});

test('those who do not administer see what is known, and nothing to change it with', async () => {
  const { calls } = await show({}, { admin: false });
  expect(await screen.findByText('A. Ash')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Edit' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Merge into…' })).toBeNull();
  expect(calls.some(({ path }) => path.endsWith('/merges'))).toBe(false);
});

test('names and merges in words', () => {
  const named = (...names: string[]) => names.map((name) => ({ name }));
  expect(namesOf(named('A', 'B', 'C'))).toBe('A, B and C');
  expect(namesOf(named('A', 'B', 'C', 'D', 'E'))).toBe('A, B, C and 2 more');
  expect(
    mergeWords(
      [
        { name: 'A', item_count: 2 },
        { name: 'B', item_count: 1 },
      ],
      { name: 'C' },
      'tag',
    ),
  ).toContain('A and B will vanish into C. What carries them (3 items) carries C instead.');
  expect(mergeWords([{ name: 'A', item_count: 0 }], { name: 'C' }, 'tag')).toContain('Nothing carries it.');
});

test('parents and aliases are sent whole, and only when they changed', () => {
  const person = personWith({ parents: [{ id: 2, name: 'Two' }] });
  const form = entityFormOf(person);
  expect(entityEditsOf(person, form, new Set())).toEqual({});
  expect(entityEditsOf(person, { ...form, parents: [], aliases: ['B'] }, new Set())).toEqual({
    parents: [],
    aliases: ['B'],
  });
  expect(entityEditsOf(person, { ...form, parents: [] }, new Set(['parents']))).toEqual({ unlock: ['parents'] });
});

test('what stands above others without an item of its own leads to them and not to an empty list', async () => {
  const below = [
    personWith({ id: 8, name: 'Ann Birch', item_count: 3 }),
    personWith({ id: 9, name: 'Ann Elm', child_count: 2 }),
  ];
  const { calls } = await show({
    'GET /api/persons/5': personWith({ child_count: 2 }),
    'GET /api/persons': listingOf(below),
  });
  const list = within(await screen.findByRole('region', { name: 'Below it' }));
  expect(await list.findByRole('link', { name: 'Ann Birch' })).toHaveAttribute(
    'href',
    expect.stringContaining('/persons/8'),
  );
  expect(list.getByText('3 items')).toBeInTheDocument();
  expect(list.getByText('2 below')).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: /^Show/ })).toBeNull();
  expect(calls.filter(({ path }) => path === '/api/persons')).toHaveLength(1);
});

test('a picture is sent as it is, and one that was given can be taken away again', async () => {
  const { calls } = await show({
    'GET /api/persons/5': personWith({ image: 'thumb/entity/5?v=1', image_given: true }),
    'PUT /api/persons/5/image': personWith({ image: 'thumb/entity/5?v=2', image_given: true }),
    'DELETE /api/persons/5/image': () => undefined,
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }));
  await screen.findByRole('dialog', { name: 'Edit Ann Ash' });
  const file = new File(['bytes'], 'ann.png', { type: 'image/png' });
  await userEvent.upload(document.querySelector('input[type="file"]') as HTMLInputElement, file);
  await waitFor(() => expect(calls.some(({ method, path }) => method === 'PUT' && path.endsWith('/image'))).toBe(true));
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
  await waitFor(() =>
    expect(calls.some(({ method, path }) => method === 'DELETE' && path.endsWith('/image'))).toBe(true),
  );
});

test('a picture the server refuses says why', async () => {
  await show({
    'PUT /api/persons/5/image': new Refused(422, {
      title: 'Invalid',
      detail: 'not a picture in a format Longshelf knows',
    }),
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }));
  await screen.findByRole('dialog', { name: 'Edit Ann Ash' });
  const file = new File(['bytes'], 'ann.png', { type: 'image/png' });
  await userEvent.upload(document.querySelector('input[type="file"]') as HTMLInputElement, file);
  expect(await screen.findByRole('alert')).toHaveTextContent('not a picture');
});

test('a group can be turned round where it has another side', async () => {
  const group = {
    ...personWith({ image: 'thumb/entity/5?v=1', image_back: 'thumb/entity/5/back?v=1' }),
    kind: 'group',
  };
  fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin: false } },
    'GET /api/libraries': listingOf([{ id: 1, name: 'Films' }]),
    'GET /api/groups/5': group,
  });
  await renderRoutes(shellRoute, entityRoutes, '/groups/5');
  expect(await screen.findByRole('img', { name: 'Front' })).toHaveAttribute('src', 'thumb/entity/5?v=1&w=768');
  await userEvent.click(screen.getByRole('button', { name: 'Show the back' }));
  expect(screen.getByRole('img', { name: 'Back' })).toHaveAttribute('src', 'thumb/entity/5/back?v=1&w=768');
  fireEvent.error(screen.getByRole('img', { name: 'Back' }));
  expect(screen.getByText('This picture cannot be had now.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Show the front' }));
  expect(screen.getByRole('img', { name: 'Front' })).toBeVisible();
});

test('one with a single side is not turned', async () => {
  await show({ 'GET /api/persons/5': personWith({ image: 'thumb/entity/5?v=1' }) });
  expect(await screen.findByText('A. Ash')).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Show the/ })).toBeNull();
});
