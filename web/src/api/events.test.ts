import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveEvents, liveEvents } from './events';
import { followJobs, jobsQuery, merged } from './jobs';
import type { Job } from './types';

/** Every stream that was opened, and what the server may do with it. */
class FakeSource extends EventTarget {
  static readonly opened: FakeSource[] = [];
  static get last(): FakeSource {
    return FakeSource.opened.at(-1) as FakeSource;
  }
  readonly url: string;
  closed = false;
  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.opened.push(this);
  }
  close() {
    this.closed = true;
  }
  say(name: string, data: unknown, lastEventId = '') {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data), lastEventId }));
  }
  break() {
    this.dispatchEvent(new Event('error'));
  }
}

let visible = true;
const show = (now: boolean) => {
  visible = now;
  document.dispatchEvent(new Event('visibilitychange'));
};
const job = (id: number, done = 0): Job => ({ id, done, kind: 'scan', started_at: 'now', finished_at: null }) as Job;
const jobsAnswer = (jobs: Job[]) => new Response(JSON.stringify({ items: jobs }));

let events: LiveEvents;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeSource);
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => (visible ? 'visible' : 'hidden'));
  FakeSource.opened.length = 0;
  visible = true;
  events = new LiveEvents();
});
afterEach(() => {
  events.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('live events', () => {
  it('hold one stream, however often started, and reach their listeners', () => {
    const heard = vi.fn();
    const forget = events.on('library', heard);
    events.start();
    events.start();
    expect(FakeSource.opened).toHaveLength(1);
    FakeSource.last.say('library', { library_id: 1, revision: 7 });
    forget();
    FakeSource.last.say('library', { library_id: 1, revision: 8 });
    expect(heard.mock.calls).toEqual([[{ library_id: 1, revision: 7 }]]);
  });

  it('let go of the stream while the tab is hidden and go on after the last event', () => {
    events.start();
    FakeSource.last.say('hello', { revision: 1 }, '41');
    show(false);
    expect(FakeSource.last.closed).toBe(true);
    show(true);
    expect(FakeSource.opened).toHaveLength(2);
    expect(FakeSource.last.url).toContain('last_event_id=41');
  });

  it('come back with growing pauses, and at once again after a success', () => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => jobsAnswer([]));
    events.start();
    FakeSource.last.break();
    vi.advanceTimersByTime(1_000);
    expect(FakeSource.opened).toHaveLength(2);
    FakeSource.last.break();
    vi.advanceTimersByTime(1_000);
    expect(FakeSource.opened).toHaveLength(2);
    vi.advanceTimersByTime(1_000);
    expect(FakeSource.opened).toHaveLength(3);
    FakeSource.last.say('hello', { revision: 1 });
    FakeSource.last.break();
    vi.advanceTimersByTime(1_000);
    expect(FakeSource.opened).toHaveLength(4);
  });

  it('are asked for when a proxy swallows the stream, until it speaks', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => jobsAnswer([job(1)]));
    const heard = vi.fn();
    events.on('job', heard);
    events.start();
    await vi.advanceTimersByTimeAsync(13_500);
    expect(heard).toHaveBeenCalledWith(job(1));
    FakeSource.last.say('hello', { revision: 1 });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it('stop for good', () => {
    events.start();
    events.stop();
    show(true);
    FakeSource.last.break();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.opened).toHaveLength(1);
  });
});

describe('the list of jobs', () => {
  it('puts new ones first and known ones where they are', () => {
    expect(merged([job(2), job(1)], job(3)).map((one) => one.id)).toEqual([3, 2, 1]);
    expect(merged([job(2), job(1)], job(1, 50))).toEqual([job(2), job(1, 50)]);
  });

  it('loses no event that comes while it is being fetched', async () => {
    vi.useRealTimers();
    const client = new QueryClient();
    const unfollow = followJobs(client);
    liveEvents.start();
    let arrive: (response: Response) => void = () => {};
    vi.spyOn(globalThis, 'fetch').mockImplementation(() => new Promise((resolve) => (arrive = resolve)));
    const fetched = client.fetchQuery(jobsQuery);
    await Promise.resolve();
    FakeSource.last.say('job', job(1, 50));
    arrive(jobsAnswer([job(1, 10)]));
    expect(await fetched).toEqual([job(1, 50)]);
    unfollow();
    liveEvents.stop();
  });
});
