import { describe, expect, test, vi } from 'vitest';
import { ProgressSaver } from './saver';

function saverWith(save: (progress: number) => Promise<void>) {
  let now = 0;
  const saver = new ProgressSaver(save, null, () => now);
  return { saver, wait: (ms: number) => (now += ms) };
}

describe('the progress saver', () => {
  test('sends at most every five seconds, the newest place', () => {
    const save = vi.fn(async () => {});
    const { saver, wait } = saverWith(save);
    for (let tick = 0; tick < 40; tick += 1) {
      wait(250);
      saver.at(tick / 100);
    }
    expect(save.mock.calls).toEqual([[0.19], [0.39]]);
  });
  test('sends at once when asked, and nothing twice', () => {
    const save = vi.fn(async () => {});
    const { saver } = saverWith(save);
    saver.at(0.5);
    saver.flush();
    saver.flush();
    saver.at(0.5);
    saver.flush();
    expect(save.mock.calls).toEqual([[0.5]]);
  });
  test('tries again with the next flush what the server did not take', async () => {
    const save = vi.fn(async () => {}).mockRejectedValueOnce(new Error('offline'));
    const { saver } = saverWith(save);
    saver.at(0.5);
    saver.flush();
    await Promise.resolve();
    await Promise.resolve();
    saver.flush();
    expect(save.mock.calls).toEqual([[0.5], [0.5]]);
  });
  test('a newer place replaces one that failed', async () => {
    const save = vi.fn(async () => {}).mockRejectedValueOnce(new Error('offline'));
    const { saver } = saverWith(save);
    saver.at(0.5);
    saver.flush();
    saver.at(0.6);
    await Promise.resolve();
    await Promise.resolve();
    saver.flush();
    expect(save.mock.calls).toEqual([[0.5], [0.6]]);
  });
});
