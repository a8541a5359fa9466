import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { act } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Display, type DisplayList, displaysPageQuery, hearDisplay } from '@/api/displays';
import { listingOf } from '@/test/cards';
import { type Call, fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { displayRoutes } from './routes';

beforeEach(() => vi.stubGlobal('PointerEvent', MouseEvent));
// Whole pages, on machines that do other things besides.
vi.setConfig({ testTimeout: 30_000 });
afterEach(() => vi.unstubAllGlobals());

function display(changes: Partial<Display> = {}): Display {
  return {
    id: 3,
    code: 'ABCD-EFGH',
    name: 'Hall',
    state: 'playing',
    online: true,
    last_seen_at: '2026-01-02T03:04:05Z',
    user: { id: 1, name: 'ada', disabled: false },
    playlist_id: 7,
    playlist_name: 'Morning',
    current: {
      slot: 11,
      generation: 1,
      block_id: 1,
      item: {
        id: 5,
        library_id: 1,
        kind: 'video',
        title: 'The Salt Road',
        subtitle: null,
        date: null,
        duration: 60,
        width: 16,
        height: 9,
        pages: null,
        cover: null,
        color: null,
      },
      position: 10,
      seconds: 60,
    },
    volume: 80,
    muted: false,
    settings: { dwell: 10, fit: 'contain', rotate: 0 },
    note: '',
    generation: 1,
    version: 20,
    created_at: '2026-01-02T03:04:05Z',
    claimed_at: '2026-01-02T03:04:05Z',
    ...changes,
  };
}

function listOf(items: Display[], changes: Partial<DisplayList['pagination']> = {}): DisplayList {
  return { ...listingOf(items, changes), online: items.filter(({ online }) => online).length };
}

async function show(start: Display[], answers: Record<string, unknown> = {}, address = '/displays') {
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin: true } },
    'GET /api/users': listingOf([]),
    'GET /api/playlists': listingOf([]),
    'GET /api/displays': listOf(start),
    ...answers,
  });
  const { client } = await renderRoutes(shellRoute, displayRoutes, address);
  await screen.findByRole('heading', { level: 1, name: 'Displays' });
  return { calls, client };
}

/** Keeps what is asked at that path from the server until it is let go. */
function holdBack(path: string): () => void {
  const ask = fetch;
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (url.endsWith(path)) await held;
    return ask(url, init);
  });
  return release;
}

const posts = (calls: Call[]) => calls.filter(({ method }) => method === 'POST');

describe('the remote control', () => {
  it('shows at once what was pressed, and then what the server says', async () => {
    const { calls } = await show([display()], {
      'POST /api/displays/3/pause': display({ state: 'stopped', version: 21 }),
    });
    const release = holdBack('/pause');
    await userEvent.click(await screen.findByRole('button', { name: 'Pause' }));
    expect(await screen.findByRole('button', { name: 'Play' })).toBeVisible();
    expect(screen.getByText('Paused')).toBeVisible();
    expect(posts(calls)).toEqual([]);
    release();
    expect(await screen.findByText('Stopped')).toBeVisible();
  });

  it('takes back what the server refused', async () => {
    await show([display()], { 'POST /api/displays/3/pause': new Refused(503, { title: 'Not now' }) });
    await userEvent.click(await screen.findByRole('button', { name: 'Pause' }));
    expect(await screen.findByText('The display was not told')).toBeVisible();
    expect(await screen.findByRole('button', { name: 'Pause' })).toBeVisible();
  });

  it('says which slot it saw when it skips, so that two presses at once skip one', async () => {
    const { calls } = await show([display()], { 'POST /api/displays/3/next': display({ version: 21 }) });
    await userEvent.click(await screen.findByRole('button', { name: 'Next' }));
    await waitFor(() => expect(posts(calls).map(({ body }) => body)).toEqual([{ slot_id: 11 }]));
  });

  it('jumps where the bar is let go', async () => {
    const { calls } = await show([display()], { 'POST /api/displays/3/seek': display({ version: 21 }) });
    const bar = await screen.findByRole('slider', { name: 'Place in it' });
    fireEvent.change(bar, { target: { value: '42' } });
    fireEvent.pointerUp(bar);
    await waitFor(() => expect(posts(calls).map(({ body }) => body)).toEqual([{ seconds: 42 }]));
  });

  it('says so when a screen is not there', async () => {
    await show([display({ online: false, last_seen_at: null, current: null, note: 'The playlist has no blocks' })]);
    expect(await screen.findByText('Never connected')).toBeVisible();
    expect(screen.getByText('The playlist has no blocks')).toBeVisible();
    expect(screen.getByText('1 display, 0 connected')).toBeVisible();
  });
});

describe('a display whose person is gone', () => {
  it.each([
    [{ id: 2, name: 'bob', disabled: true }, 'The account of bob is disabled.'],
    [null, 'The account it played as was removed.'],
  ])('says why it shows nothing, and lets another be chosen', async (user, reason) => {
    const gone = display({ user, current: null, note: 'Nothing to play: the account is gone or disabled.' });
    const mended = display({ version: 21 });
    const { calls } = await show([gone], {
      'GET /api/displays/3': gone,
      'GET /api/displays/3/timeline': { generation: 1, slots: [] },
      'GET /api/displays/3/history': listingOf([]),
      'PATCH /api/displays/3': mended,
    });
    expect(await screen.findByText(reason, { exact: false })).toBeVisible();
    await userEvent.click(screen.getByRole('link', { name: 'Choose another person' }));
    const person = await screen.findByRole('combobox', { name: 'Plays as' });
    expect(person).toBeInvalid();
    expect(person).toHaveValue(user?.name ?? '');
    await userEvent.click(person);
    await userEvent.click(await screen.findByRole('option', { name: 'ada (you)', hidden: true }));
    await waitFor(() =>
      expect(calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([{ user_id: 1 }]),
    );
    await waitFor(() => expect(screen.getByRole('combobox', { name: 'Plays as' })).toBeValid());
    expect(screen.queryByText(reason, { exact: false })).toBeNull();
  });
});

describe('what is heard of displays', () => {
  it('is shown, unless something newer is known', async () => {
    const { client } = await show([display()]);
    await screen.findByRole('button', { name: 'Pause' });
    act(() => hearDisplay(client, display({ name: 'Old', version: 19 })));
    expect(screen.getByRole('listitem', { name: 'Hall' })).toBeVisible();
    act(() => hearDisplay(client, display({ name: 'New', version: 22 })));
    expect(await screen.findByRole('listitem', { name: 'New' })).toBeVisible();
    act(() => hearDisplay(client, display({ id: 4, name: 'Shop', version: 23 })));
    expect(await screen.findByRole('listitem', { name: 'Shop' })).toBeVisible();
    expect(client.getQueryData(displaysPageQuery('', 1).queryKey)?.items).toHaveLength(2);
    expect(screen.getByText('2 displays, 2 connected')).toBeVisible();
  });

  it('counts who comes and goes', async () => {
    const { client } = await show([display()]);
    expect(await screen.findByText('1 display, 1 connected')).toBeVisible();
    act(() => hearDisplay(client, display({ online: false, version: 21 })));
    expect(await screen.findByText('1 display, 0 connected')).toBeVisible();
  });

  it('puts nothing onto a page that belongs on another, or was not looked for', async () => {
    const many = { total_pages: 3, total_count: 60 };
    const { client } = await show([display()], { 'GET /api/displays': listOf([display()], many) });
    await screen.findByRole('button', { name: 'Pause' });
    act(() => hearDisplay(client, display({ id: 4, name: 'Shop', version: 23 })));
    expect(client.getQueryData(displaysPageQuery('', 1).queryKey)?.items).toHaveLength(1);
    await userEvent.type(screen.getByLabelText('Find a display'), 'hall');
    await waitFor(() => expect(client.getQueryData(displaysPageQuery('hall', 1).queryKey)).toBeDefined());
    client.setQueryData(displaysPageQuery('hall', 1).queryKey, listOf([display()]));
    act(() => hearDisplay(client, display({ id: 4, name: 'Shop', version: 24 })));
    expect(client.getQueryData(displaysPageQuery('hall', 1).queryKey)?.items).toHaveLength(1);
  });
});

describe('many displays', () => {
  it('come in pages', async () => {
    const many = { total_pages: 3, total_count: 60 };
    await show([], { 'GET /api/displays': listOf([display()], many) }, '/displays?page=2');
    expect(await screen.findByText('Page 2 of 3')).toBeVisible();
    expect(screen.getByText('60 displays, 1 connected')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
    expect(await screen.findByText('Page 3 of 3')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Next page' })).toBeDisabled();
  });
});

describe('adding a display', () => {
  async function open(answers: Record<string, unknown> = {}) {
    const shown = await show([], answers);
    await userEvent.click(await screen.findByRole('button', { name: 'Add a display' }));
    return { ...shown, dialog: within(await screen.findByRole('dialog', { name: 'Add a display' })) };
  }

  it('takes a code as it is typed or pasted', async () => {
    const { calls, dialog } = await open({ 'POST /api/displays': display() });
    const code = dialog.getByLabelText('Code');
    await userEvent.type(code, 'ab3d');
    expect(code).toHaveValue('AB3D');
    await userEvent.type(code, 'e');
    expect(code).toHaveValue('AB3D-E');
    await userEvent.clear(code);
    await userEvent.click(code);
    await userEvent.paste(' k7mn pq4r ');
    expect(code).toHaveValue('K7MN-PQ4R');
    expect(dialog.getByRole('button', { name: 'Add' })).toBeDisabled();
    await userEvent.type(dialog.getByLabelText('Name'), 'Hall');
    await userEvent.click(dialog.getByRole('button', { name: 'Add' }));
    await waitFor(() => expect(posts(calls).map(({ body }) => body)).toEqual([{ code: 'K7MN-PQ4R', name: 'Hall' }]));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('shows at the code what is wrong with it', async () => {
    const reason = 'No screen shows this code. Look at the screen again';
    const { dialog } = await open({ 'POST /api/displays': new Refused(404, { title: 'Not found', detail: reason }) });
    await userEvent.click(dialog.getByLabelText('Code'));
    await userEvent.paste('ABCD-EFGH');
    await userEvent.type(dialog.getByLabelText('Name'), 'Hall');
    await userEvent.click(dialog.getByRole('button', { name: 'Add' }));
    expect(await dialog.findByText(reason)).toBeVisible();
    expect(dialog.getByLabelText('Code')).toBeInvalid();
  });
});
