import { describe, expect, test } from 'vitest';
import {
  isFinished,
  isStarted,
  progressOfPage,
  progressOfSection,
  progressOfTime,
  resumePage,
  resumeSection,
  resumeTime,
} from './progress';

describe('time', () => {
  test('goes on where it was left', () => {
    expect(resumeTime(0.25, 400)).toBe(100);
  });
  test.each([
    ['untouched', null, 400],
    ['at the start', 0, 400],
    ['finished', 0.99, 400],
    ['of unknown length', 0.5, null],
  ])('starts over when %s', (_, progress, total) => {
    expect(resumeTime(progress, total)).toBe(0);
  });
  test('is a fraction that survives the way there and back to the second', () => {
    const day = 24 * 3600;
    expect(Math.round(resumeTime(progressOfTime(41_235, day), day))).toBeCloseTo(41_235, -0.5);
  });
  test('is nothing without a length, and never above 1', () => {
    expect(progressOfTime(5, null)).toBeNull();
    expect(progressOfTime(5, 0)).toBeNull();
    expect(progressOfTime(61, 60)).toBe(1);
  });
});

describe('pages', () => {
  test('the page that was open is the page that opens again', () => {
    for (const pages of [2, 3, 8, 97, 1_000]) {
      for (let page = 0; page < pages && !isFinished(progressOfPage(page, pages)); page += 1) {
        expect(resumePage(progressOfPage(page, pages), pages)).toBe(page);
      }
    }
  });
  test('the last page makes it finished, and finished starts over', () => {
    expect(progressOfPage(7, 8)).toBe(1);
    expect(resumePage(1, 8)).toBe(0);
    expect(resumePage(null, 8)).toBe(0);
  });
  test('a book without pages has no progress', () => {
    expect(progressOfPage(0, 0)).toBe(0);
  });
});

describe('sections', () => {
  test('the place in a section comes back', () => {
    const { section, within } = resumeSection(progressOfSection(3, 0.4, 10), 10);
    expect(section).toBe(3);
    expect(within).toBeCloseTo(0.4, 3);
  });
  test('the end of the last section is the end', () => {
    expect(isFinished(progressOfSection(9, 1, 10))).toBe(true);
    expect(resumeSection(1, 10)).toEqual({ section: 0, within: 0 });
  });
});

test('between nothing and the end it is started', () => {
  expect([null, 0, 0.01, 0.94, 0.95, 1].map(isStarted)).toEqual([false, false, true, true, false, false]);
});
