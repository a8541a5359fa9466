import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { WatchPing } from '@/api/personal';
import { type Place, sessionWord, Watch } from './watch';

const SECOND = 1_000;
const at = (position: number): Place => ({ said: { position }, fraction: position / 100 });

function watching(send: (ping: WatchPing) => Promise<unknown> = async () => {}) {
  const said: WatchPing[] = [];
  const shown: number[] = [];
  const watch = new Watch({
    session: 'word',
    send: (ping) => {
      said.push(ping);
      return send(ping);
    },
    show: (fraction) => shown.push(fraction),
    now: () => Date.now(),
  });
  const brief = () => said.map(({ seq, event, position }) => [seq, event, position]);
  return { watch, said, shown, brief };
}

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

describe('what a player says', () => {
  test('is nothing before something is played', () => {
    const { watch, said } = watching();
    watch.at(at(5));
    watch.flush();
    watch.pause();
    watch.close();
    expect(said).toEqual([]);
  });

  test('begins with a start, goes on every ten seconds, and ends with a pause', () => {
    const { watch, said, brief } = watching();
    watch.start(at(5));
    watch.start(at(5));
    for (let second = 1; second <= 25; second += 1) {
      vi.advanceTimersByTime(SECOND);
      watch.at(at(5 + second));
    }
    watch.pause();
    watch.pause();
    expect(brief()).toEqual([
      [0, 'start', 5],
      [1, 'ping', 15],
      [2, 'ping', 25],
      [3, 'pause', 30],
    ]);
    expect(new Set(said.map(({ session }) => session))).toEqual(new Set(['word']));
  });

  test('is one jump for a slider that is dragged, told once it rests', () => {
    const { watch, brief } = watching();
    watch.start(at(0));
    for (let place = 10; place <= 90; place += 10) {
      watch.seek(at(place));
      vi.advanceTimersByTime(100);
    }
    expect(brief()).toHaveLength(1);
    vi.advanceTimersByTime(SECOND);
    expect(brief().slice(1)).toEqual([[1, 'seek', 90]]);
  });

  test('tells a jump before what comes after it, and one made while it rests', () => {
    const { watch, brief } = watching();
    watch.seek(at(40));
    watch.start(at(40));
    watch.seek(at(60));
    watch.pause();
    expect(brief().map(([, event]) => event)).toEqual(['seek', 'start', 'seek', 'pause']);
  });

  test('tells a new speed at once: the time before went by the old one', () => {
    const { watch, said } = watching();
    watch.start(at(0), 1);
    watch.setRate(1);
    watch.setRate(2);
    expect(said.map(({ event, rate }) => [event, rate])).toEqual([
      ['start', 1],
      ['ping', 2],
    ]);
  });

  test('shows my progress at once, but not on the way in', () => {
    const { watch, shown } = watching();
    watch.start(at(0));
    watch.end(at(100));
    expect(shown).toEqual([1]);
  });

  test('is said again as it was when nobody heard it, unless something newer was said', async () => {
    const lost = vi.fn().mockRejectedValueOnce(new Error('offline')).mockResolvedValue(undefined);
    const { watch, brief } = watching(lost);
    watch.start(at(5));
    await vi.advanceTimersByTimeAsync(6 * SECOND);
    expect(brief()).toEqual([
      [0, 'start', 5],
      [0, 'start', 5],
    ]);
    lost.mockRejectedValueOnce(new Error('offline'));
    watch.flush();
    watch.pause();
    await vi.advanceTimersByTimeAsync(20 * SECOND);
    expect(brief().slice(2)).toEqual([
      [1, 'ping', 5],
      [2, 'pause', 5],
    ]);
  });

  test('is not said again after a refusal', async () => {
    const { watch, said } = watching(async () => {
      throw Object.assign(new Error('gone'), { status: 404 });
    });
    watch.start(at(5));
    await vi.advanceTimersByTimeAsync(60 * SECOND);
    expect(said).toHaveLength(1);
  });
});

test('every opening has a word of its own', () => {
  expect(sessionWord()).toMatch(/^[0-9a-f]{24}$/);
  expect(sessionWord()).not.toBe(sessionWord());
});
