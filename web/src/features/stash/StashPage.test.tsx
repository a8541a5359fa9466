import { notifications } from '@mantine/notifications';
import { configure, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Job } from '@/api/types';
import { libraryRoutes } from '@/features/libraries/routes';
import { fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { saidText } from './RemovedDrawer';
import { stashRoutes } from './routes';
import type { MirrorStatus, ServerProbe, UserDataState } from './stashApi';
import { countsText, looksLikeUrl, pollProblem, pollText, takenText } from './stashWords';
import { next } from './useRates';

// Whole pages with dialogs, and a pause before a server is tried: slow on a busy machine.
vi.setConfig({ testTimeout: 30_000 });
configure({ asyncUtilTimeout: 8_000 });

const listing = <T,>(items: T[], more: object = {}) => ({
  items,
  pagination: { page: 1, page_size: 50, total_count: items.length, has_next: false, has_previous: false, ...more },
  snapshot: '',
});

const LIBRARY = {
  id: 7,
  name: 'Stash',
  type: 'stash',
  state: 'ready',
  state_reason: null,
  item_count: 300,
  issue_count: 0,
  created_at: '2026-05-01T11:00:00Z',
  scanned_at: '2026-05-01T11:30:00Z',
  folders: [],
  options: {},
  url: 'http://stash.lan:9999',
};

const STATUS: MirrorStatus = {
  library_id: 7,
  url: 'http://stash.lan:9999',
  has_key: true,
  poll_minutes: 60,
  reconcile_hours: 24,
  listen: true,
  hook: '/api/hooks/stash/abc123',
  state: 'ready',
  state_reason: null,
  mode: null,
  synced_at: '2026-05-01T11:30:00Z',
  reconciled_at: null,
  next_sync_at: new Date(Date.now() + 40 * 60_000).toISOString(),
  kinds: [
    { kind: 'tag', count: 40, removed: 0, seen: null, read: false },
    { kind: 'scene', count: 260, removed: 3, seen: null, read: false },
  ],
  last_sync: null,
  push_back: {
    enabled: false,
    user_id: null,
    user_name: null,
    kinds: [],
    pushed: {},
    pushed_at: null,
    waiting: null,
    problems: [],
  },
};

const MINE: UserDataState = {
  library_id: 7,
  user_id: 1,
  job: null,
  figures: { rated: 12, played: 5, in_progress: 2, o_items: 0, o_total: 0 },
};

const GOOD: ServerProbe = {
  url: 'http://stash.lan:9999',
  trouble: null,
  message: null,
  version: 'v0.30.0',
  counts: { scene: 1204, image: 1, gallery: 0 },
  missing: [],
  milliseconds: 12,
};

function job(changes: Partial<Job>): Job {
  return {
    id: 9,
    kind: 'sync',
    state: 'running',
    library_id: 7,
    priority: 0,
    attempts: 1,
    done: 100,
    total: 400,
    rate: 50,
    eta_seconds: 6,
    message: 'mirroring',
    errors: 0,
    created_at: '2026-05-01T11:59:00Z',
    started_at: '2026-05-01T11:59:00Z',
    finished_at: null,
    result: null,
    ...changes,
  };
}

async function show(answers: Record<string, unknown> = {}, { admin = true, address = '/libraries/7/stash' } = {}) {
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin } },
    'GET /api/jobs': listing([]),
    'GET /api/libraries': listing([LIBRARY]),
    'GET /api/libraries/7/stash': STATUS,
    'GET /api/libraries/7/user-data': MINE,
    'GET /api/users': listing([]),
    ...answers,
  });
  return { calls, ...(await renderRoutes(shellRoute, [...libraryRoutes, ...stashRoutes], address)) };
}

/** As people do with addresses; typing takes a test's time. */
async function paste(field: HTMLElement, text: string) {
  await userEvent.click(field);
  await userEvent.paste(text);
}

afterEach(() => notifications.clean());

describe('the page of a Stash', () => {
  test('says how the mirror is, and starts a sync', async () => {
    const { calls } = await show({ 'POST /api/libraries/7/sync': job({ state: 'queued', started_at: null }) });
    const sync = within(await screen.findByRole('region', { name: 'Sync' }));
    expect(sync.getByText('in 39 min')).toBeVisible();
    const kinds = within(screen.getByRole('region', { name: 'What is mirrored' }));
    expect(kinds.getByRole('row', { name: 'Scenes 260 3' })).toBeVisible();
    expect(kinds.getByText(/3 were removed upstream/)).toBeVisible();
    await userEvent.click(sync.getByRole('button', { name: 'Sync now' }));
    await waitFor(() => expect(calls.at(-1)?.body).toEqual({ mode: 'incremental', allow_removals: false }));
    expect(await sync.findByRole('button', { name: 'Cancel' })).toBeVisible();
  });

  test('while everything is read, says how far each kind is', async () => {
    await show({
      'GET /api/jobs': listing([job({})]),
      'GET /api/libraries/7/stash': {
        ...STATUS,
        mode: 'reconcile',
        kinds: [
          { kind: 'tag', count: 40, removed: 0, seen: 40, read: true },
          { kind: 'scene', count: 260, removed: 0, seen: 130, read: false },
          { kind: 'image', count: 9, removed: 0, seen: null, read: false },
        ],
      },
    });
    expect(await screen.findByText(/100 of 400 · 50 a second · 6 s left/)).toBeVisible();
    expect(screen.getByRole('row', { name: /Tags 40 .*all of.* 40/ })).toBeVisible();
    expect(screen.getByRole('progressbar', { name: 'Scenes read' })).toHaveAttribute('aria-valuenow', '50');
    expect(screen.getByRole('row', { name: /Images 9 waits/ })).toBeVisible();
  });

  test('offline says why, and what goes on', async () => {
    await show({
      'GET /api/libraries/7/stash': {
        ...STATUS,
        state: 'offline',
        state_reason: 'The Stash server cannot be reached.',
      },
    });
    expect(await screen.findByText('The Stash server cannot be reached.')).toBeVisible();
    expect(screen.getByText(/Browsing, search and everything personal go on/)).toBeVisible();
  });

  test('says what is wrong besides', async () => {
    await show({
      'GET /api/libraries': listing([{ ...LIBRARY, issue_count: 2 }]),
      'GET /api/libraries/7/stash': {
        ...STATUS,
        state_reason: '3 were removed upstream; what people said about them is kept.',
        last_sync: job({
          state: 'failed',
          message: 'It holds another library than before.',
          finished_at: '2026-05-01T12:00:00Z',
          result: { missing_fields: ['Scene.captions'] },
        }),
      },
    });
    const issues = within(await screen.findByRole('list', { name: 'Issues' }));
    expect(issues.getByText(/It holds another library than before/)).toBeVisible();
    expect(issues.getByText(/lacks Scene.captions/)).toBeVisible();
    expect(issues.getByRole('link', { name: '2 things could not be taken in' })).toBeVisible();
    expect(screen.getAllByText(/removed upstream\. What people/)).toHaveLength(1);
  });

  test('believes that much is gone only when asked twice', async () => {
    const { calls } = await show({
      'GET /api/libraries/7/stash': {
        ...STATUS,
        state_reason: '900 of 1000 scenes are not on the server any more.',
        last_sync: job({ state: 'done', finished_at: '2026-05-01T12:00:00Z', result: { held: ['900 of 1000'] } }),
      },
      'POST /api/libraries/7/sync': job({}),
    });
    await userEvent.click(await screen.findByRole('button', { name: 'They are gone, take them out' }));
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Take them out' }));
    await waitFor(() => expect(calls.at(-1)?.body).toEqual({ mode: 'reconcile', allow_removals: true }));
  });

  test('lists what was removed upstream, with what I said of it', async () => {
    await show(
      {
        'GET /api/libraries/7/removed': listing([
          {
            kind: 'scene',
            id: 4,
            title: 'Tide',
            removed_at: '2026-05-01T11:00:00Z',
            rating: 80,
            favorite: true,
            play_count: 2,
          },
          {
            kind: 'scene',
            id: 5,
            title: '',
            removed_at: '2026-05-01T11:00:00Z',
            merged_into: 6,
            merged_title: 'Whole',
            play_count: 0,
          },
        ]),
      },
      { address: '/libraries/7/stash?removed=1' },
    );
    const drawer = within(await screen.findByRole('dialog', { name: 'Removed upstream' }));
    expect(await drawer.findByText(/kept: favourite, rated 4 of 5, 2 plays/)).toBeVisible();
    expect(drawer.getByRole('link', { name: 'Whole' })).toHaveAttribute('href', '/items/6');
  });

  test('the webhook is shown whole, and can be changed', async () => {
    const { calls } = await show({
      'POST /api/libraries/7/hook': { ...STATUS, hook: '/api/hooks/stash/another' },
    });
    const card = within(await screen.findByRole('region', { name: 'Webhook' }));
    expect(card.getByText(/^http.*\/api\/hooks\/stash\/abc123$/)).toBeVisible();
    await userEvent.click(card.getByRole('button', { name: 'Another address' }));
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Change it' }));
    expect(await card.findByText(/another$/)).toBeVisible();
    expect(calls.some((call) => call.method === 'POST' && call.path.endsWith('/hook'))).toBe(true);
  });

  test('changes only what was changed, and tries a new address first', async () => {
    const { calls } = await show({
      'POST /api/libraries/probe': { ...GOOD, trouble: 'refused', message: 'The server does not accept the API key.' },
      'PUT /api/libraries/7/stash': LIBRARY,
    });
    const card = within(await screen.findByRole('region', { name: 'Server and schedule' }));
    await userEvent.type(card.getByLabelText('API key'), 'new');
    expect(await card.findByText('The key is refused')).toBeVisible();
    await userEvent.click(card.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(calls.find((call) => call.method === 'PUT')?.body).toEqual({ api_key: 'new' }));
  });

  test('takes over the kinds that are chosen, and says what came of it', async () => {
    const { calls } = await show(
      { 'POST /api/libraries/7/user-data': job({ id: 12, kind: 'import_user_data', done: 0, total: 100 }) },
      { address: '/libraries/7/stash?take=true' },
    );
    const dialog = within(await screen.findByRole('dialog', { name: 'Take over from Stash' }));
    await userEvent.click(dialog.getByRole('checkbox', { name: 'O-counter' }));
    await userEvent.click(dialog.getByRole('button', { name: 'Take over' }));
    await waitFor(() =>
      expect(calls.find((call) => call.method === 'POST')?.body).toEqual({
        kinds: ['rating', 'favorite', 'plays', 'progress'],
        overwrite: false,
        user_id: null,
      }),
    );
    expect(await dialog.findByRole('progressbar', { name: 'Taking over' })).toBeVisible();
  });

  test('pushing back is off until it is switched on', async () => {
    const { calls } = await show({
      'PUT /api/libraries/7/push-back': {
        enabled: true,
        user_id: 1,
        user_name: 'ada',
        kinds: ['rating', 'favorite', 'plays', 'progress'],
        pushed: { rating: 3 },
        pushed_at: '2026-05-01T11:00:00Z',
        waiting: 'The Stash server cannot be reached.',
        problems: [],
      },
    });
    const card = within(await screen.findByRole('region', { name: 'Back to Stash' }));
    expect(card.getByText(/^Off:/)).toBeVisible();
    await userEvent.click(card.getByRole('button', { name: 'Switch on' }));
    await waitFor(() =>
      expect(calls.find((call) => call.method === 'PUT')?.body).toMatchObject({ enabled: true, all_said: false }),
    );
    expect(await card.findByText(/Waits: The Stash server cannot be reached/)).toBeVisible();
    expect(card.getByText(/3 ratings/)).toBeVisible();
  });

  test('people who do not administer it find their own data only', async () => {
    const { calls } = await show({}, { admin: false });
    expect(await screen.findByRole('region', { name: 'Your ratings and plays' })).toBeVisible();
    expect(screen.queryByRole('region', { name: 'Sync' })).toBeNull();
    expect(calls.some((call) => call.path.endsWith('/stash'))).toBe(false);
  });

  test('a library that is no Stash is not here', async () => {
    await show({ 'GET /api/libraries': listing([{ ...LIBRARY, type: 'folder' }]) });
    expect(await screen.findByText('There is nothing here')).toBeVisible();
  });
});

describe('adding one', () => {
  test('tries the address while it is typed, and adds it', async () => {
    const { calls } = await show(
      { 'POST /api/libraries/probe': GOOD, 'POST /api/libraries': LIBRARY },
      { address: '/libraries?add=true' },
    );
    const dialog = within(await screen.findByRole('dialog', { name: 'Add a library' }));
    await userEvent.click(dialog.getByRole('radio', { name: 'Stash server' }));
    await paste(await dialog.findByLabelText('Address'), 'http://stash.lan:9999');
    expect(await dialog.findByText('Stash v0.30.0 answers')).toBeVisible();
    expect(dialog.getByText('1,204 scenes · 1 image')).toBeVisible();
    await userEvent.click(dialog.getByRole('button', { name: 'Add and mirror' }));
    await waitFor(() =>
      expect(calls.find((call) => call.method === 'POST' && call.path.endsWith('/libraries'))?.body).toEqual({
        name: 'Stash',
        stash: { url: 'http://stash.lan:9999', api_key: '', poll_minutes: 60, listen: true },
      }),
    );
  });

  test('an address that may not be called is not added', async () => {
    await show(
      {
        'POST /api/libraries/probe': {
          ...GOOD,
          version: null,
          trouble: 'private',
          message: '10.0.0.1 is in a private network.',
        },
      },
      { address: '/libraries?add=true' },
    );
    const dialog = within(await screen.findByRole('dialog', { name: 'Add a library' }));
    await userEvent.click(dialog.getByRole('radio', { name: 'Stash server' }));
    await paste(await dialog.findByLabelText('Address'), 'http://10.0.0.1:9999');
    expect(await dialog.findByText(/LONGSHELF_PRIVATE_URLS=yes/)).toBeVisible();
    expect(dialog.getByRole('button', { name: 'Add it all the same' })).toBeDisabled();
  });

  test('a refusal of the server stands at its field', async () => {
    await show(
      {
        'POST /api/libraries/probe': { ...GOOD, version: null, trouble: 'offline', message: 'It cannot be reached.' },
        'POST /api/libraries': new Refused(409, {
          title: 'Conflict',
          detail: 'There already is a library called Stash.',
        }),
      },
      { address: '/libraries?add=true' },
    );
    const dialog = within(await screen.findByRole('dialog', { name: 'Add a library' }));
    await userEvent.click(dialog.getByRole('radio', { name: 'Stash server' }));
    await paste(await dialog.findByLabelText('Address'), 'http://stash.lan:9999');
    await userEvent.click(await dialog.findByRole('button', { name: 'Add it all the same' }));
    expect(await dialog.findByText(/already is a library/)).toBeVisible();
  });
});

describe('words', () => {
  test('counts, rhythms and addresses', () => {
    expect(countsText({ scene: 2, gallery: 2, image: 0 })).toBe('2 scenes · 2 galleries');
    expect([pollText(60), pollText(90)]).toEqual(['every hour', 'every 90 minutes']);
    expect([5, 10_080, 4, 10_081, '', 7.5].map((each) => pollProblem(each) === null)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(['http://a', 'http://a:1/x', 'https://[::1]:9999'].every(looksLikeUrl)).toBe(true);
    expect(['http://', 'a', 'http://a b', 'ftp://a'].some(looksLikeUrl)).toBe(false);
  });

  test('what an import brought; nothing where no numbers are told', () => {
    expect(takenText({ read: 10, rating: 3, plays: 1, favorite: 0 })).toBe('New: ratings of 3, plays of 1.');
    expect(takenText({ read: 10, rating: 0 })).toBe('Nothing new.');
    expect(takenText({ seconds: 1 })).toBe('');
    expect(saidText({ rating: null, favorite: false, play_count: 0 })).toBe('');
  });

  test('rows a second, from one look to the next', () => {
    const kinds = [{ kind: 'scene', count: 9, removed: 0, seen: 300, read: false }];
    expect(next(new Map(), kinds, new Map([['scene', { seen: 100, at: 0 }]]), 2_000).get('scene')).toBe(100);
    expect(
      next(new Map([['scene', 5]]), [{ kind: 'scene', count: 9, removed: 0, seen: 300, read: true }], new Map(), 2_000)
        .size,
    ).toBe(0);
  });
});
