import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ack, ScreenState } from '@/api/screens';
import { Link, type LinkOptions } from './link';

const OLD = 'AAAA-AAAA';
const ACK: Ack = { slot_id: 1, generation: 1, outcome: 'played', seconds: 5 };
const AT = { slot_id: 1, generation: 1, position: 1, paused: false };

/** What the server, or something before it, says to a request. */
type Say = () => Response | Promise<Response>;

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  json({ type: `urn:longshelf:problem:${code}`, title: code, status, code }, status, {
    'content-type': 'application/problem+json',
    ...headers,
  });
const unknown: Say = () => problem(404, 'not_found');
const proxy404: Say = () => new Response('<h1>404</h1>', { status: 404, headers: { 'content-type': 'text/html' } });
const playing =
  (changes: Partial<ScreenState> = {}): Say =>
  () =>
    json({ state: 'playing', version: 1, poll_seconds: 8, ...changes });
const pairing: Say = () => json({ state: 'pairing', poll_seconds: 8 });
const away: Say = () => Promise.reject(new TypeError('network'));

let says: Record<string, Say>;
let asked: string[];
let opened: number;
let streams: FakeStream[];
let link: Link | null;

class FakeStream extends EventTarget {
  constructor() {
    super();
    streams.push(this);
  }
  close() {}
}

/** `code` or `code/at`. */
const count = (what: string) => asked.filter((one) => one === what).length;

beforeEach(() => {
  says = {};
  asked = [];
  opened = 0;
  streams = [];
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeStream);
  vi.stubGlobal('fetch', async (url: string) => {
    const what = new URL(url).pathname.replace(/^.*\/api\/screens\/?/, '');
    asked.push(what);
    await Promise.resolve();
    if (what !== '') return (says[what] ?? unknown)();
    opened += 1;
    says[`NEW${opened}`] ??= pairing;
    return (says[''] ?? (() => json({ code: `NEW${opened}` })))();
  });
});

afterEach(() => {
  link?.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(changes: Partial<LinkOptions> = {}) {
  const log = {
    code: OLD as string | null,
    former: null as string | null,
    states: [] as ScreenState[],
    answers: [] as [Ack, ScreenState | null][],
    online: true,
    doubtful: false,
    forgotten: 0,
    acks: [] as Ack[],
  };
  link = new Link({
    code: OLD,
    former: null,
    acks: () => log.acks,
    onCode: (code) => {
      log.code = code;
    },
    onFormer: (former) => {
      log.former = former;
    },
    onState: (state) => log.states.push(state),
    onAnswer: (ack, state) => {
      log.answers.push([ack, state]);
      log.acks = log.acks.filter((one) => one !== ack);
    },
    onOnline: (online) => {
      log.online = online;
    },
    onDoubt: (doubtful) => {
      log.doubtful = doubtful;
    },
    onForgotten: () => {
      log.forgotten += 1;
    },
    ...changes,
  });
  return { link, log };
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

describe('a code that is not known', () => {
  it('is kept through any number of words of a proxy, for as long as an update takes', async () => {
    says[OLD] = proxy404;
    const { log } = open();
    await pass(600);
    expect(log).toMatchObject({ code: OLD, forgotten: 0, online: false, former: null });
    says[OLD] = playing();
    await pass(25);
    expect(log.online).toBe(true);
    expect(log.states.at(-1)?.state).toBe('playing');
  });

  it('is kept when the server says so for less than a minute', async () => {
    const { log } = open();
    await pass(55);
    says[OLD] = playing();
    await pass(30);
    expect(log).toMatchObject({ code: OLD, forgotten: 0, doubtful: false, online: true });
  });

  it('is given up after a minute of it, and few wrong codes were sent', async () => {
    const { log } = open();
    await pass(95);
    expect(log).toMatchObject({ code: 'NEW1', forgotten: 1, former: OLD, doubtful: false });
    expect(count(OLD)).toBeLessThanOrEqual(5);
    expect(log.states.at(-1)?.state).toBe('pairing');
  });

  it('begins the minute anew after every silence', async () => {
    const { log } = open();
    for (let turn = 0; turn < 10; turn += 1) {
      says[OLD] = unknown;
      await pass(40);
      says[OLD] = turn % 2 === 0 ? away : proxy404;
      await pass(40);
    }
    expect(log).toMatchObject({ code: OLD, forgotten: 0 });
  });

  it('stops everything else until that is decided', async () => {
    says[OLD] = playing();
    const { link: open1, log } = open();
    await pass(2);
    says[OLD] = unknown;
    log.acks = [ACK];
    says[`${OLD}/played`] = unknown;
    await pass(3);
    expect(log.doubtful).toBe(true);
    asked = [];
    streams.at(-1)?.dispatchEvent(new Event('error'));
    const streamed = streams.length;
    for (let turn = 0; turn < 30; turn += 1) {
      await open1.where(AT);
      await open1.send();
      expect(await open1.reachable('http://localhost/api/screens/x/media/1')).toBe(false);
      await pass(1);
    }
    expect(asked.filter((one) => one !== OLD)).toEqual([]);
    expect(count(OLD)).toBeLessThanOrEqual(2);
    expect(streams).toHaveLength(streamed);
    expect(log.answers).toEqual([]);
    says[OLD] = playing();
    says[`${OLD}/played`] = playing({ version: 2 });
    await pass(25);
    expect(log.answers).toHaveLength(1);
    expect(streams.length).toBeGreaterThan(streamed);
  });

  it('is gone back to when the server remembers it and nobody claimed the new one', async () => {
    const { log } = open();
    await pass(95);
    says[OLD] = playing({ name: 'Hall' });
    await pass(300);
    expect(log).toMatchObject({ code: OLD, former: null });
    expect(log.states.at(-1)).toMatchObject({ state: 'playing', name: 'Hall' });
  });

  it('is let go of once the new one is claimed', async () => {
    const { log } = open();
    await pass(95);
    says.NEW1 = playing();
    says[OLD] = playing();
    await pass(20);
    expect(log).toMatchObject({ code: 'NEW1', former: null });
    asked = [];
    await pass(3600);
    expect(count(OLD)).toBe(0);
    expect(log.code).toBe('NEW1');
  });

  it('is asked for seldom, as wrong codes are counted', async () => {
    open();
    await pass(95);
    asked = [];
    await pass(3600);
    expect(count(OLD)).toBeGreaterThan(1);
    expect(count(OLD)).toBeLessThanOrEqual(4);
  });

  it('is asked for at once after a restart, and when the new one is unknown', async () => {
    says.NEW9 = pairing;
    const { log } = open({ code: 'NEW9', former: OLD });
    await pass(3);
    expect(count(OLD)).toBe(1);
    says.NEW9 = unknown;
    says[OLD] = playing();
    await pass(120);
    expect(log).toMatchObject({ code: OLD, former: null });
  });
});

describe('a display that was removed', () => {
  const removed: Say = () => problem(410, 'screen_removed');

  it('gives its screen a new code within seconds, and is never asked for again', async () => {
    says[OLD] = playing();
    const { log } = open();
    await pass(1);
    says[OLD] = removed;
    streams.at(-1)?.dispatchEvent(new Event('open'));
    streams.at(-1)?.dispatchEvent(new Event('error'));
    await pass(3);
    expect(log).toMatchObject({ code: 'NEW1', former: null, forgotten: 1, online: true, doubtful: false });
    expect(log.states.at(-1)?.state).toBe('pairing');
    asked = [];
    await pass(3600);
    expect(count(OLD)).toBe(0);
  });

  it('is believed wherever it is said first', async () => {
    says[OLD] = playing();
    says[`${OLD}/at`] = removed;
    const { link: talking, log } = open();
    await pass(1);
    await talking.where(AT);
    await pass(3);
    expect(log).toMatchObject({ code: 'NEW1', forgotten: 1 });
  });

  it('is learnt of soon where it happened within another question', async () => {
    says[OLD] = playing();
    says[`${OLD}/at`] = unknown;
    const { link: talking, log } = open();
    await pass(1);
    says[OLD] = removed;
    await talking.where(AT);
    await pass(5);
    expect(log).toMatchObject({ code: 'NEW1', former: null, forgotten: 1 });
  });

  it('is not asked for any more where it had only been forgotten', async () => {
    const { log } = open();
    await pass(95);
    says[OLD] = removed;
    await pass(600);
    expect(log).toMatchObject({ code: 'NEW1', former: null });
  });

  it.each([
    ['gone, in the words of a proxy', () => new Response('<h1>410 Gone</h1>', { status: 410 })],
    ['gone, as a problem of somebody else', () => problem(410, 'gone')],
    ['the word with another status', () => problem(404, 'screen_removed')],
    ['a page of another site', () => new Response('<!doctype html><title>Welcome</title>', { status: 200 })],
    ['a friendly word that means nothing', () => json({ status: 'ok' })],
    ['nothing at all', () => new Response('', { status: 200 })],
    ['a gateway without a server', () => new Response('', { status: 502 })],
    ['a gate that wants a name', () => new Response('<h1>401</h1>', { status: 401 })],
    ['a wall', () => new Response('<h1>403</h1>', { status: 403 })],
  ])('is not what something else says: %s', async (_, say) => {
    says[OLD] = playing();
    const { log } = open();
    await pass(1);
    says[OLD] = says[`${OLD}/at`] = say;
    streams.at(-1)?.dispatchEvent(new Event('open'));
    streams.at(-1)?.dispatchEvent(new Event('error'));
    await pass(600);
    expect(log).toMatchObject({ code: OLD, forgotten: 0 });
    says[OLD] = playing({ version: 9 });
    await pass(30);
    expect(log.states.at(-1)?.version).toBe(9);
  });
});

describe('hearing', () => {
  it('hears what is wanted in the answer to where it is, though the stream is silent', async () => {
    says[OLD] = playing();
    const { link: talking, log } = open();
    await pass(1);
    says[`${OLD}/at`] = playing({ version: 7, state: 'paused' });
    await talking.where(AT);
    expect(log.states.at(-1)).toMatchObject({ version: 7, state: 'paused' });
  });

  it('goes on asking when where it is does not get answered with the state', async () => {
    says[OLD] = playing();
    says[`${OLD}/at`] = () => problem(409, 'conflict');
    const { link: talking } = open();
    await pass(1);
    asked = [];
    for (let turn = 0; turn < 8; turn += 1) {
      await talking.where(AT);
      await pass(5);
    }
    expect(count(OLD)).toBeGreaterThanOrEqual(3);
  });
});

describe('who is to blame', () => {
  it.each([
    ['too many requests', () => problem(429, 'too_many_attempts')],
    ['a server in trouble', () => problem(503, 'store_unavailable')],
    ['a proxy', proxy404],
    ['nobody there', away],
  ])('keeps what it has to say: %s', async (_, say) => {
    says[OLD] = playing();
    says[`${OLD}/played`] = say;
    const { log } = open();
    await pass(1);
    log.acks = [ACK];
    await pass(10);
    expect(log.answers).toEqual([]);
    says[`${OLD}/played`] = playing({ version: 2 });
    await pass(25);
    expect(log.answers).toHaveLength(1);
    expect(log.answers[0]?.[1]?.version).toBe(2);
  });

  it('takes the refusal of the server itself as dealt with', async () => {
    says[OLD] = playing();
    says[`${OLD}/played`] = () => problem(422, 'invalid');
    const { log } = open();
    await pass(1);
    log.acks = [ACK];
    await pass(3);
    expect(log.answers).toEqual([[ACK, null]]);
    expect(log.online).toBe(true);
  });

  it('says nothing at all for as long as it is asked to', async () => {
    says[OLD] = () => problem(429, 'too_many_attempts', { 'retry-after': '120' });
    const { link: talking, log } = open();
    log.acks = [ACK];
    await pass(1);
    asked = [];
    await talking.where(AT);
    await pass(115);
    expect(asked).toEqual([]);
    expect(log).toMatchObject({ code: OLD, online: false });
    says[OLD] = says[`${OLD}/played`] = playing();
    await pass(10);
    expect(log).toMatchObject({ online: true, acks: [] });
  });

  it('asks a server that answers with failures ever more rarely', async () => {
    says[OLD] = () => problem(500, 'internal');
    open();
    await pass(30);
    asked = [];
    await pass(120);
    expect(asked.length).toBeLessThanOrEqual(9);
  });

  it.each([
    [true, 'the media', () => new Response('x', { status: 206 })],
    [true, 'the word of the server that they are gone', unknown],
    [false, 'too many requests', () => problem(429, 'too_many_attempts')],
    [false, 'a server in trouble', () => problem(502, 'source_refused')],
    [false, 'a proxy', proxy404],
    [false, 'nothing', away],
  ])('takes media as there (%s) when the answer is %s', async (there, _, say) => {
    says[OLD] = playing();
    says[`${OLD}/media/1`] = say;
    const { link: asking } = open();
    await pass(1);
    expect(await asking.reachable(`http://localhost/api/screens/${OLD}/media/1`)).toBe(there);
  });
});
