import { describe, expect, it } from 'vitest';
import * as format from './format';

describe('format', () => {
  it('counts', () => {
    expect(format.formatCount(3_412_901)).toBe('3,412,901');
    expect(format.formatCount(1000, true)).toBe('~1,000');
    expect([format.formatAtLeast(1000), format.formatAtLeast(1000, false)]).toEqual(['1,000+', '1,000']);
    expect(format.formatCompact(3_412_901)).toBe('3.4M');
    expect(format.plural(1, 'item')).toBe('1 item');
    expect(format.plural(0, 'item')).toBe('0 items');
    expect(format.plural(2, 'series', 'series')).toBe('2 series');
  });

  it.each([
    [null, ''],
    [-1, ''],
    [Number.NaN, ''],
    [0, '0:00'],
    [245, '4:05'],
    [39_729, '11:02:09'],
  ])('durations: %s', (seconds, text) => {
    expect(format.formatDuration(seconds)).toBe(text);
  });

  it.each([
    [null, ''],
    [-2, ''],
    [12.4, '12 s'],
    [240, '4 min'],
    [7_200, '2 h'],
    [7_500, '2 h 5 min'],
  ])('spans: %s', (seconds, text) => {
    expect(format.formatSpan(seconds)).toBe(text);
  });

  it.each([
    [null, ''],
    [-2, ''],
    [0, '0 B'],
    [999, '999 B'],
    [1_500, '1.5 kB'],
    [234_000_000, '234 MB'],
    [5e18, '5000 PB'],
  ])('sizes: %s', (bytes, text) => {
    expect(format.formatSize(bytes)).toBe(text);
  });

  it.each([
    [null, ''],
    ['2021', '2021'],
    ['2021-03', 'Mar 2021'],
    ['2021-03-04', '4 Mar 2021'],
    ['2021-03-04T10:00:00Z', '4 Mar 2021'],
    ['2021-13', '2021'],
    ['', ''],
  ])('dates: %s', (date, text) => {
    expect(format.formatDate(date)).toBe(text);
  });

  it('years', () => {
    expect(format.yearOf('2021-03')).toBe('2021');
    expect(format.yearOf(null)).toBe('');
  });

  it.each([
    [null, ''],
    ['2024-01-10T11:59:30Z', 'just now'],
    ['2024-01-10T11:55:00Z', '5 min ago'],
    ['2024-01-10T09:00:00Z', '3 h ago'],
    ['2024-01-09T10:00:00Z', '1 day ago'],
    ['2023-12-01T10:00:00Z', '1 Dec 2023'],
  ])('ago: %s', (time, text) => {
    expect(format.formatAgo(time, Date.parse('2024-01-10T12:00:00Z'))).toBe(text);
  });

  it('dimensions and percentages', () => {
    expect(format.formatDimensions(1920, 1080)).toBe('1920 × 1080');
    expect(format.formatDimensions(null, 1080)).toBe('');
    expect(format.formatDimensions(1, null)).toBe('');
    expect(format.percentOf(1, 3)).toBe(33);
    expect(format.percentOf(5, 3)).toBe(100);
    expect(format.percentOf(5, null)).toBeNull();
    expect(format.percentOf(5, 0)).toBeNull();
  });
});

it('what is to come is told coarsely', () => {
  const now = Date.parse('2026-05-01T12:00:00Z');
  const told = (seconds: number) => format.formatIn(new Date(now + seconds * 1000).toISOString(), now);
  expect([-5, 59, 60, 3_599, 3_600, 86_399, 86_400, 3 * 86_400].map(told)).toEqual([
    'now',
    'now',
    'in 1 min',
    'in 59 min',
    'in 1 h',
    'in 23 h',
    'in 1 day',
    'in 3 days',
  ]);
});
