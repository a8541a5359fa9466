import { notifications } from '@mantine/notifications';
import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import type { Job, Library } from '@/api/types';
import { fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { matching } from './IssuesDrawer';
import { folderChanges, foldersIn, nameFor, scanOf, stateLook } from './libraryState';
import { libraryRoutes } from './routes';

const NOW = Date.parse('2026-05-01T12:00:00Z');

function libraryWith(changes: Partial<Library> = {}): Library {
  return {
    id: 1,
    name: 'Books',
    type: 'folder',
    state: 'ready',
    state_reason: null,
    item_count: 1200,
    issue_count: 0,
    created_at: '2026-05-01T11:00:00Z',
    scanned_at: '2026-05-01T11:30:00Z',
    folders: ['/srv/books'],
    options: {},
    ...changes,
  };
}

function jobWith(changes: Partial<Job> = {}): Job {
  return {
    id: 9,
    kind: 'scan',
    state: 'running',
    library_id: 1,
    priority: 0,
    attempts: 1,
    done: 512,
    total: 2048,
    rate: 400,
    eta_seconds: 4,
    message: null,
    errors: 0,
    created_at: '2026-05-01T11:59:00Z',
    started_at: '2026-05-01T11:59:00Z',
    finished_at: null,
    result: null,
    ...changes,
  };
}

const listing = <T,>(items: T[]) => ({
  items,
  pagination: { page: 1, page_size: 50, total_count: items.length, next_page: null, has_next: false },
  snapshot: '',
});

afterEach(() => notifications.clean());

async function show(answers: Record<string, unknown>, address = '/libraries') {
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin: true } },
    'GET /api/jobs': listing([]),
    ...answers,
  });
  return { calls, ...(await renderRoutes(shellRoute, libraryRoutes, address)) };
}

describe('the libraries page', () => {
  test('without any, invites to add the first', async () => {
    await show({ 'GET /api/libraries': listing([]) });
    expect(await screen.findByText('No library yet')).toBeVisible();
    await userEvent.click(await screen.findByRole('button', { name: 'Add a library' }));
    expect(await screen.findByRole('dialog', { name: 'Add a library' })).toBeVisible();
  });

  test('shows a running scan, and cancels it', async () => {
    const { calls } = await show({
      'GET /api/libraries': listing([libraryWith({ state: 'scanning' })]),
      'GET /api/jobs': listing([jobWith()]),
      'POST /api/jobs/9/cancel': jobWith({ state: 'cancelled', finished_at: '2026-05-01T12:00:00Z' }),
    });
    expect(await screen.findByText('512 of 2,048 · 400 a second · 4 s left')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(await screen.findByRole('button', { name: 'Scan now' })).toBeVisible();
    expect(calls.some((call) => call.path === '/api/jobs/9/cancel')).toBe(true);
  });

  test('an offline library says why, and that nothing is lost', async () => {
    const reason = '/srv/books is not mounted';
    await show({ 'GET /api/libraries': listing([libraryWith({ state: 'offline', state_reason: reason })]) });
    expect(await screen.findByText(reason)).toBeVisible();
    expect(screen.getByText(/Nothing was deleted/)).toBeVisible();
  });

  test('a folder the server does not know is told at its field, and the rest is kept', async () => {
    const { calls } = await show(
      {
        'GET /api/libraries': listing([]),
        'POST /api/libraries': new Refused(422, { field: 'folders', reason: '/srv/bokos is not a folder' }),
      },
      '/libraries?add=true',
    );
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.type(dialog.getByLabelText('Folders'), '/srv/bokos');
    expect(dialog.getByLabelText('Name')).toHaveValue('bokos');
    await userEvent.click(dialog.getByRole('button', { name: 'Add and scan' }));
    expect(await dialog.findByText('/srv/bokos is not a folder')).toBeVisible();
    const sent = calls.find((call) => call.method === 'POST');
    expect(sent?.body).toEqual({
      name: 'bokos',
      folders: ['/srv/bokos'],
      options: { audio: 'auto', follow_links: false, watch: true },
    });
  });

  test('lists problems with their reason, searchable by path and reason', async () => {
    const seen = { root: '/srv', first_seen_at: '2026-05-01T11:00:00Z', last_seen_at: '2026-05-01T11:00:00Z' };
    await show(
      {
        'GET /api/libraries': listing([libraryWith({ issue_count: 2 })]),
        'GET /api/libraries/1/issues': listing([
          { ...seen, path: 'a/bomb.epub', reason: 'the archive is a bomb' },
          { ...seen, path: 'b/cut.cbz', reason: 'the archive is cut short' },
        ]),
      },
      '/libraries?issues=1',
    );
    await userEvent.type(await screen.findByLabelText('Search the problems'), 'short cut');
    await waitFor(() => expect(screen.queryByText('a/bomb.epub')).toBeNull());
    expect(screen.getByText('b/cut.cbz')).toBeInTheDocument();
  });

  test('a library is edited: only what changed is sent, and what a scan will do is said first', async () => {
    const options = { audio: 'auto', follow_links: false, watch: true };
    const { calls } = await show({
      'GET /api/libraries': listing([libraryWith({ folders: ['/srv/books', '/srv/old'], options })]),
      'PATCH /api/libraries/1': libraryWith(),
    });
    await userEvent.click(await screen.findByRole('button', { name: 'More about Books' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Edit' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Edit Books' }));
    expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
    const folders = dialog.getByRole('textbox', { name: 'Folders' });
    await userEvent.clear(folders);
    await userEvent.type(folders, '/srv/books/{Enter}/srv/new');
    await userEvent.click(dialog.getByRole('switch', { name: /Follow links/ }));
    const said = within(dialog.getByRole('list', { name: 'What a scan will do' }));
    expect(said.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      '/srv/new will be read.',
      '/srv/old leaves: its items go with the scan that follows. Its files are not touched.',
    ]);
    await userEvent.click(dialog.getByRole('button', { name: 'Save and scan' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({
      folders: ['/srv/books/', '/srv/new'],
      options: { follow_links: true },
    });
  });

  test('a mirror has a name only', async () => {
    await show({ 'GET /api/libraries': listing([libraryWith({ type: 'stash', folders: [] })]) });
    expect(await screen.findByRole('button', { name: 'Sync now' })).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'More about Books' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Edit' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getAllByRole('textbox')).toHaveLength(1);
    expect(dialog.queryByRole('switch')).toBeNull();
  });

  test('removing is a job: how far it is is shown, and one that stopped half-way goes on', async () => {
    const removal = jobWith({ id: 11, kind: 'remove_library' });
    const { calls } = await show({
      'GET /api/libraries': listing([
        libraryWith({ state: 'removing' }),
        libraryWith({ id: 2, name: 'Films', state: 'removing' }),
      ]),
      'GET /api/jobs': listing([removal]),
      'DELETE /api/libraries/2': jobWith({ id: 12, kind: 'remove_library', library_id: 2 }),
    });
    expect(await screen.findByRole('progressbar', { name: 'Removal of Books' })).toBeVisible();
    expect(screen.queryByRole('button', { name: /More about/ })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Go on removing' }));
    expect(await screen.findByRole('progressbar', { name: 'Removal of Films' })).toBeVisible();
    expect(calls.at(-1)?.path).toBe('/api/libraries/2');
  });

  test('those who do not administer see no buttons', async () => {
    await show({
      'GET /api/session': { user: { id: 2, name: 'bob', admin: false } },
      'GET /api/libraries': listing([libraryWith({ folders: null })]),
    });
    expect(await screen.findByText('Books')).toBeVisible();
    expect(screen.queryByRole('button')).toBeNull();
  });
});

test('the state of a library in words', () => {
  expect(stateLook(libraryWith(), null, NOW)).toMatchObject({ label: 'Ready', text: 'Scanned 30 min ago' });
  expect(stateLook(libraryWith({ scanned_at: null, state: 'new' }), null, NOW).label).toBe('New');
  expect(stateLook(libraryWith(), jobWith(), NOW).label).toBe('Scanning');
  expect(stateLook(libraryWith(), jobWith({ started_at: null }), NOW).label).toBe('Waiting to be scanned');
  expect(stateLook(libraryWith({ state: 'offline' }), null, NOW).tone).toBe('bad');
});

test('of the scans of a library the running one counts, then the waiting one', () => {
  const waiting = jobWith({ id: 2, started_at: null });
  const done = jobWith({ id: 3, finished_at: '2026-05-01T12:00:00Z' });
  const elsewhere = jobWith({ id: 4, library_id: 2 });
  expect(scanOf(1, [done, elsewhere, waiting])).toBe(waiting);
  expect(scanOf(1, [waiting, jobWith({ id: 5 })])?.id).toBe(5);
  expect(scanOf(1, [done, elsewhere])).toBeNull();
});

test('folders are lines, each once; the name is guessed from the first', () => {
  expect(foldersIn(' /a \n\n/b\n/a')).toEqual(['/a', '/b']);
  expect(nameFor(['/srv/media/books/'])).toBe('books');
  expect(nameFor([])).toBe('');
});

test('problems match when every word is in the path or the reason', () => {
  const issue = { path: 'A/Cut.cbz', root: '', reason: 'cut short', first_seen_at: '', last_seen_at: '' };
  expect(matching([issue], 'SHORT a/')).toHaveLength(1);
  expect(matching([issue], 'short bomb')).toHaveLength(0);
  expect(matching([issue], ' ')).toHaveLength(1);
});

test('folders compare without the slash at their end', () => {
  expect(folderChanges(['/a', '/b'], ['/b/', '/c'])).toEqual({ added: ['/c'], left: ['/a'] });
  expect(folderChanges(['/'], ['/'])).toEqual({ added: [], left: [] });
});
