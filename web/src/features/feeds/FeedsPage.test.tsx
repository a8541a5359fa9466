import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { libraryRoutes } from '@/features/libraries/routes';
import { stashRoutes } from '@/features/stash/routes';
import { fakeServer, Refused, renderRoutes } from '@/test/render';
import { shellRoute } from '@/ui/routing';
import type { Feed, FeedProbe } from './feedsApi';
import { addressesIn, feedLook, feedTimes, nameFor } from './feedWords';
import { feedRoutes } from './routes';

const listing = <T,>(items: T[]) => ({
  items,
  pagination: { page: 1, page_size: 50, total_count: items.length, has_next: false, has_previous: false },
  snapshot: '',
});

const LIBRARY = {
  id: 7,
  name: 'News',
  type: 'feed',
  state: 'ready',
  state_reason: '1 of 2 feeds fails',
  item_count: 300,
  issue_count: 0,
  created_at: '2026-05-01T11:00:00Z',
  scanned_at: '2026-05-01T11:30:00Z',
  folders: [],
  options: {},
  url: null,
};

const FEED: Feed = {
  id: 1,
  url: 'https://news.example/feed',
  given_url: 'https://news.example/feed',
  title: 'The news',
  site: 'https://news.example/',
  format: 'rss',
  state: 'ready',
  reason: null,
  failures: 0,
  entries: 20,
  newest_at: '2026-05-01T10:00:00Z',
  asked_at: '2026-05-01T11:30:00Z',
  answered_at: '2026-05-01T11:30:00Z',
  next_at: '2026-05-01T12:30:00Z',
  every_seconds: 3600,
};

const BROKEN: Feed = {
  ...FEED,
  id: 2,
  url: 'https://new.example/feed',
  given_url: 'https://old.example/feed',
  title: null,
  state: 'failing',
  reason: 'The server answers with status 500.',
  failures: 3,
  answered_at: null,
};

const PROBE: FeedProbe = {
  url: FEED.url,
  trouble: null,
  title: 'The news',
  site: null,
  format: 'rss',
  entries: 20,
  newest_at: new Date().toISOString(),
  newest_title: 'What happened',
};

async function show(address: string, answers: Record<string, unknown> = {}) {
  const calls = fakeServer({
    'GET /api/session': { user: { id: 1, name: 'ada', admin: true } },
    'GET /api/jobs': listing([]),
    'GET /api/libraries': listing([LIBRARY]),
    'GET /api/libraries/7/feeds': { feeds: [FEED, BROKEN] },
    'POST /api/feeds/probe': PROBE,
    ...answers,
  });
  await renderRoutes(shellRoute, [...libraryRoutes, ...stashRoutes, ...feedRoutes], address);
  return calls;
}

async function paste(field: HTMLElement, text: string) {
  await userEvent.click(field);
  await userEvent.paste(text);
}

describe('the page of feeds', () => {
  test('says how each is, and why one fails', async () => {
    await show('/libraries/7/feeds');
    const [fine, broken] = await screen.findAllByRole('listitem');
    expect(fine).toHaveTextContent('The news Fine');
    expect(fine).toHaveTextContent('20 entries in it');
    expect(broken).toHaveTextContent('Failed 3 times');
    expect(broken).toHaveTextContent('The server answers with status 500.');
    expect(broken).toHaveTextContent('Moved from https://old.example/feed');
  });

  test('reads all of them now', async () => {
    const calls = await show('/libraries/7/feeds', {
      'POST /api/libraries/7/sync': { id: 3, kind: 'feeds', state: 'queued', library_id: 7, message: null },
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Read all now' }));
    await waitFor(() => expect(calls.some((call) => call.path === '/api/libraries/7/sync')).toBe(true));
  });

  test('removes one only when asked twice', async () => {
    const calls = await show('/libraries/7/feeds', { 'DELETE /api/libraries/7/feeds/1': undefined });
    await userEvent.click(await screen.findByRole('button', { name: 'Remove The news' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText(/What it brought stays/)).toBeVisible();
    expect(calls.some((call) => call.method === 'DELETE')).toBe(false);
    await userEvent.click(dialog.getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(calls.some((call) => call.path === '/api/libraries/7/feeds/1')).toBe(true));
  });
});

describe('adding feeds', () => {
  async function form(answers: Record<string, unknown> = {}) {
    const calls = await show('/libraries', answers);
    await userEvent.click(await screen.findByRole('button', { name: 'Add a library' }));
    await userEvent.click(await screen.findByRole('radio', { name: 'Feeds' }));
    return { calls, addresses: await screen.findByRole('textbox', { name: 'Addresses' }) };
  }

  test('tries an address, takes its title for a name, and shows the feeds', async () => {
    const { calls, addresses } = await form({ 'POST /api/libraries': { ...LIBRARY, state: 'new' } });
    await paste(addresses, FEED.url);
    expect(await screen.findByText(/20 entries, the newest just now: What happened/)).toBeVisible();
    expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('The news');
    await userEvent.click(screen.getByRole('button', { name: 'Add and read' }));
    expect(await screen.findByRole('button', { name: 'Read all now' })).toBeVisible();
    const made = calls.find((call) => call.method === 'POST' && call.path === '/api/libraries');
    expect(made?.body).toEqual({ name: 'The news', feeds: [FEED.url], opml: '' });
  });

  test('says why an address is no feed, and lets it be added all the same', async () => {
    const { addresses } = await form({
      'POST /api/feeds/probe': { ...PROBE, trouble: 'It is a web page, not a feed.' },
    });
    await paste(addresses, FEED.url);
    expect(await screen.findByText('It is a web page, not a feed.')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Add it all the same' })).toBeVisible();
  });

  test('takes several, and says at the field what is wrong with one', async () => {
    const { calls, addresses } = await form({
      'POST /api/libraries': new Refused(422, { title: 'Invalid', detail: 'begin it with http://', field: 'feeds' }),
    });
    await paste(addresses, 'https://a.example/\nhttps://b.example/');
    expect(calls.some((call) => call.path === '/api/feeds/probe')).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: 'Add and read' }));
    expect(await screen.findByText('begin it with http://')).toBeVisible();
  });
});

describe('words', () => {
  test('addresses are taken one a line, each once', () => {
    expect(addressesIn(' https://a\n\nhttps://b https://a')).toEqual(['https://a', 'https://b']);
    expect(nameFor('The news', 1)).toBe('The news');
    expect(nameFor('The news', 2)).toBe('Feeds');
  });

  test('one that is gone is not asked again', () => {
    const gone: Feed = { ...FEED, state: 'gone', next_at: null };
    expect(feedLook(gone)).toEqual({ label: 'Gone', tone: 'bad' });
    expect(feedTimes(gone, Date.parse('2026-05-01T12:00:00Z'))).toBe('Asked 30 min ago · not again by itself');
    expect(feedTimes(FEED, Date.parse('2026-05-01T12:00:00Z'))).toBe(
      'Asked 30 min ago · again in 30 min · about every 1 h',
    );
  });
});
