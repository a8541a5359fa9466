import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScreenSlot } from '@/api/screens';
import { MediaShelf } from './shelf';
import { Stage, type StageOptions } from './stage';

const card = (id: number, seconds: number): ScreenSlot => ({
  id,
  generation: 1,
  item: { id, kind: 'post', title: `Words ${id}`, subtitle: 'Below' } as ScreenSlot['item'],
  seconds,
  position: 0,
  media: null,
  converted: [],
  mime: null,
  parts: 0,
  thumb: null,
});

let stage: Stage;
let host: HTMLElement;
let ended: [number, string, number][];

beforeEach(() => {
  vi.useFakeTimers();
  host = document.createElement('div');
  ended = [];
  const shelf = new MediaShelf(() => {});
  const options: StageOptions = {
    source: (slot, part) => shelf.source(slot, part),
    thumb: () => null,
    reachable: async () => true,
    onStarted: () => {},
    onEnded: (...what) => ended.push(what),
    onLost: () => {},
    onSilenced: () => {},
    isUseless: () => false,
    onUseless: () => {},
  };
  stage = new Stage(host, {}, options);
});

afterEach(() => {
  stage.close();
  vi.useRealTimers();
});

const front = () => host.querySelector<HTMLElement>('[data-front]');

it('shows the title of what has neither file nor picture for its seconds, and says that it was played', async () => {
  stage.show({ key: 1, slot: card(5, 4), startAt: 0 });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(front()?.dataset.as).toBe('card');
  expect(front()?.textContent).toBe('Words 5Below');
  expect(front()?.querySelector('img')?.hasAttribute('src')).toBe(false);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(ended).toEqual([[1, 'played', expect.closeTo(4, 0)]]);
});

it('stands still on a title while it is paused, and goes on where it was told', async () => {
  stage.show({ key: 1, slot: card(5, 4), startAt: 3 });
  stage.pause(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ended).toEqual([]);
  expect(stage.position()).toBeCloseTo(3, 1);
  stage.pause(false);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(ended).toHaveLength(1);
});

it('makes a title ready without a network, and changes over to it', async () => {
  stage.setOnline(false);
  stage.show({ key: 1, slot: card(5, 4), startAt: 0 });
  await vi.advanceTimersByTimeAsync(1_000);
  stage.prepare(card(6, 4));
  await vi.advanceTimersByTimeAsync(0);
  expect(host.textContent).toContain('Words 6');
  stage.show({ key: 2, slot: card(6, 4), startAt: 0 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(front()?.textContent).toBe('Words 6Below');
});
