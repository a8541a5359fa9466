import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { liveEvents } from '@/api/events';
import type { Block, Playlist } from '@/api/playlists';
import { cardWith } from '@/test/cards';
import { type Call, fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import { playlistRoutes } from './routes';

// Whole pages, on machines that do other things besides.
vi.setConfig({ testTimeout: 30_000 });
afterEach(() => vi.unstubAllGlobals());

function block(id: number, changes: Partial<Block> = {}): Block {
  return {
    id,
    position: id,
    title: `Block ${id}`,
    q: '',
    filter: '',
    view_id: null,
    view_name: null,
    count: 10,
    order: 'newest',
    format: 'mixed',
    dwell: null,
    available: 5321,
    seen: 120,
    short: false,
    stale: false,
    problem: '',
    ...changes,
  };
}

function playlist(changes: Partial<Playlist> = {}): Playlist {
  return {
    id: 7,
    name: 'Hall',
    kind: 'blocks',
    owner: { id: 1, name: 'ada' },
    shared: false,
    mine: true,
    editable: true,
    display_id: null,
    active: false,
    version: 4,
    created_at: '2026-01-02T03:04:05Z',
    updated_at: '2026-01-02T03:04:05Z',
    blocks: [block(1), block(2), block(3)],
    item_count: 0,
    ...changes,
  };
}

const PREVIEW = { available: 5321, seen: 120, short: false, stale: false, items: [cardWith()], total: 5321 };

async function show(start: Playlist, answers: Record<string, unknown> = {}): Promise<Call[]> {
  let now = start;
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin: false } },
    'GET /api/views': { items: [] },
    'GET /api/playlists/7': () => now,
    'POST /api/playlists/blocks/preview': PREVIEW,
    'PUT /api/playlists/7/blocks/order': ({ body }: Call) => {
      const { ids } = body as { ids: number[] };
      now = {
        ...now,
        version: now.version + 1,
        blocks: ids.flatMap((id) => now.blocks.find((one) => one.id === id) ?? []),
      };
      return now;
    },
    ...answers,
  });
  await renderRoutes(shellRoute, playlistRoutes, '/playlists/7');
  await screen.findByRole('heading', { level: 1, name: start.name });
  return calls;
}

const titles = () =>
  screen.getAllByRole('textbox', { name: /^Title of block/ }).map((one) => (one as HTMLInputElement).value);

describe('the counts of blocks', () => {
  const unknown = { ...PREVIEW, available: null, stale: true };
  const previews = (calls: Call[]) => calls.filter(({ path }) => path.endsWith('/preview')).length;

  it('are asked for again until they are known', async () => {
    let asked = 0;
    await show(playlist({ blocks: [block(1)] }), {
      'POST /api/playlists/blocks/preview': () => {
        asked += 1;
        return asked < 3 ? unknown : PREVIEW;
      },
    });
    expect(await screen.findByText('Not counted just now')).toBeVisible();
    expect(await screen.findByText('5,321 items match', {}, { timeout: 10_000 })).toBeVisible();
  });

  it('follow what their display plays, and no other', async () => {
    const on = vi.spyOn(liveEvents, 'on');
    const calls = await show(playlist({ display_id: 3, blocks: [block(1)] }));
    await screen.findByText('120 seen of 5,321');
    const heard = (id: number) => {
      for (const [name, hear] of on.mock.calls)
        if (name === 'display') (hear as (display: { id: number }) => void)({ id });
    };
    const before = previews(calls);
    vi.useFakeTimers();
    heard(4);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(previews(calls)).toBe(before);
    heard(3);
    heard(3);
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    expect(previews(calls)).toBe(before + 1);
    on.mockRestore();
  });
});

describe('a playlist of blocks', () => {
  it('counts what a block may draw from', async () => {
    await show(playlist());
    expect((await screen.findAllByText('5,321 items match'))[0]).toBeVisible();
    expect(screen.getByText('3 blocks · 30 items a loop', { exact: false })).toBeVisible();
  });

  it('is put in order by keys, each change made to the version the one before left', async () => {
    const calls = await show(playlist());
    const handle = screen.getByRole('button', { name: /^Move Block 1/ });
    handle.focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    expect(titles()).toEqual(['Block 2', 'Block 3', 'Block 1']);
    expect(screen.getByText('Block 1 is now 3 of 3')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: /^Move Block 1/ })).toHaveFocus();
    await waitFor(() => expect(calls.filter(({ method }) => method === 'PUT')).toHaveLength(2));
    expect(calls.filter(({ method }) => method === 'PUT').map(({ body }) => body)).toEqual([
      { ids: [2, 1, 3], version: 4 },
      { ids: [2, 3, 1], version: 5 },
    ]);
    await userEvent.keyboard('{End}');
    expect(screen.getByText('Block 1 is the last already')).toBeInTheDocument();
  });

  it('saves a field in a pause of the typing, once', async () => {
    const calls = await show(playlist(), {
      'PATCH /api/playlists/7/blocks/1': playlist({ version: 5, blocks: [block(1, { title: 'Sea' }), block(2)] }),
    });
    const [title] = screen.getAllByRole('textbox', { name: 'Title of block 1' });
    if (!title) throw new Error('no title');
    // Both within a pause, however slow the machine.
    fireEvent.change(title, { target: { value: 'Se' } });
    fireEvent.change(title, { target: { value: 'Sea' } });
    await waitFor(() => expect(calls.some(({ method }) => method === 'PATCH')).toBe(true));
    const saves = calls.filter(({ method }) => method === 'PATCH');
    expect(saves.map(({ body }) => body)).toEqual([{ title: 'Sea', version: 4 }]);
    expect(title).toHaveValue('Sea');
  });

  it('says when somebody else was there before, and reads it anew', async () => {
    let name = 'Hall';
    const calls = await show(playlist(), {
      'GET /api/playlists/7': () => playlist({ name, version: name === 'Hall' ? 4 : 9 }),
      'PATCH /api/playlists/7/blocks/1': () => {
        name = 'Changed by her';
        return new Refused(409, { title: 'Somebody else has changed it' });
      },
    });
    const [title] = screen.getAllByRole('textbox', { name: 'Title of block 1' });
    if (!title) throw new Error('no title');
    await userEvent.type(title, '!');
    await userEvent.tab();
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Your last change is not saved');
    await userEvent.click(within(alert).getByRole('button', { name: 'Read it anew' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Changed by her' })).toBeInTheDocument();
    expect(titles()[0]).toBe('Block 1');
    expect(calls.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('shows nobody else how it is made', async () => {
    await show(playlist({ editable: false, mine: false, owner: { id: 2, name: 'Mia' } }));
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(screen.getAllByText('5,321 items match')).toHaveLength(3);
    expect(screen.getByText('by Mia', { exact: false })).toBeVisible();
  });

  it('says that there is none where there is none for the reader', async () => {
    fakeServer({});
    await renderRoutes(shellRoute, playlistRoutes, '/playlists/7');
    expect(await screen.findByRole('heading', { name: 'There is no such playlist' })).toBeVisible();
  });
});
