import { describe, expect, it } from 'vitest';
import { NetCost, prefetchTier } from './net';
import { planPages, planScroll, type Travel } from './prefetch';
import { Velocity } from './velocity';

const READING: Travel = {
  visible: [10, 11],
  lastPage: 99_999,
  velocity: 0,
  direction: 1,
  rowsPerPage: 16,
  costMs: 150,
  tier: 3,
  scrubbing: false,
};

describe('planScroll', () => {
  const cases: [string, Partial<Travel>, boolean, number[]][] = [
    ['at rest: one ahead, one behind', {}, true, [12, 9]],
    ['at rest after moving up', { direction: -1 }, true, [9, 12]],
    ['brisk: enough to stay ahead', { velocity: 100 }, true, [12, 13, 14]],
    ['brisk upwards', { velocity: -100, direction: -1 }, true, [9, 8, 7]],
    ['slow network holds back', { velocity: 20, costMs: 1_000, tier: 2 }, true, [12, 13]],
    ['very slow network', { tier: 1 }, true, [12]],
    ['saving data: only what is on screen', { tier: 0 }, true, []],
    ['too fast for any request to land', { velocity: 16 * 30, costMs: 150 }, false, []],
    ['the same speed on a fast network', { velocity: 16 * 30, costMs: 20 }, true, [12, 13]],
    ['scrubbing', { scrubbing: true }, false, []],
    ['at the end', { visible: [99_998, 99_999] }, true, [99_997]],
    ['at the start, moving up', { visible: [0, 1], direction: -1 }, true, [2]],
    ['before the geometry is known', { rowsPerPage: 0, velocity: 50 }, true, [12, 9]],
  ];
  it.each(cases)('%s', (_name, changes, fetchVisible, ahead) => {
    expect(planScroll({ ...READING, ...changes })).toEqual({ fetchVisible, ahead });
  });
});

describe('planPages', () => {
  it('takes the two next pages and the one before, within the result and the network', () => {
    expect(planPages(5, 100, 3)).toEqual([6, 7, 4]);
    expect(planPages(0, 100, 3)).toEqual([1, 2]);
    expect(planPages(100, 100, 3)).toEqual([99]);
    expect(planPages(5, 100, 1)).toEqual([6]);
    expect(planPages(5, 100, 0)).toEqual([]);
  });
});

describe('NetCost', () => {
  it('starts from an assumption, learns fast, then calmly', () => {
    const cost = new NetCost();
    expect(cost.ms).toBe(150);
    cost.add(400);
    expect(cost.ms).toBe(400);
    cost.add(200);
    cost.add(300);
    expect(cost.ms).toBe(300);
    cost.add(800);
    expect(cost.ms).toBe(400);
  });
});

describe('prefetchTier', () => {
  it.each([
    [100, {}, 3],
    [1_000, {}, 2],
    [3_000, {}, 1],
    [100, { effectiveType: '2g' }, 1],
    [100, { effectiveType: 'slow-2g' }, 0],
    [100, { saveData: true }, 0],
  ])('%d ms with %o', (cost, hints, tier) => {
    expect(prefetchTier(cost, hints)).toBe(tier);
  });

  it('needs no hints', () => {
    expect(prefetchTier(100)).toBe(3);
  });
});

describe('Velocity', () => {
  it('approaches a steady speed, in either direction', () => {
    const velocity = new Velocity();
    for (let frame = 0; frame < 60; frame++) velocity.push(frame * 2, frame * 20);
    expect(velocity.at(1_180)).toBeCloseTo(100, 0);
    expect(velocity.direction).toBe(1);
    for (let frame = 0; frame < 60; frame++) velocity.push(118 - frame * 2, 1_200 + frame * 20);
    expect(velocity.at(2_380)).toBeCloseTo(-100, 0);
    expect(velocity.direction).toBe(-1);
  });

  it('is zero after a rest, and keeps the direction', () => {
    const velocity = new Velocity();
    velocity.push(10, 0);
    velocity.push(8, 20);
    expect(velocity.at(200)).toBe(0);
    expect(velocity.direction).toBe(-1);
  });

  it('ignores a second event of the same instant and a stop keeps the direction', () => {
    const velocity = new Velocity();
    velocity.push(0, 0);
    velocity.push(5, 0);
    expect(velocity.at(0)).toBe(0);
    velocity.push(-5, 20);
    velocity.push(-5, 40);
    expect(velocity.direction).toBe(-1);
  });
});
