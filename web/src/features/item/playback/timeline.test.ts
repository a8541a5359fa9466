import { describe, expect, test } from 'vitest';
import { chapterWith, fileWith, itemWith } from '../fixtures';
import { chapterAt, nextStart, previousStart, Timeline, timedChapters } from './timeline';

describe('the timeline', () => {
  const three = new Timeline([60, 30, 90]);
  test.each([
    [0, 0, 0],
    [59.9, 0, 59.9],
    [60, 1, 0],
    [89, 1, 29],
    [90, 2, 0],
    [500, 2, 410],
    [-3, 0, 0],
  ])('second %d lies in file %d at %d', (time, file, offset) => {
    const spot = three.locate(time);
    expect(spot.file).toBe(file);
    expect(spot.offset).toBeCloseTo(offset);
  });
  test('places and times are inverse', () => {
    for (const time of [0, 1, 60, 75.5, 179]) expect(three.timeOf(three.locate(time))).toBeCloseTo(time);
    expect(three.total).toBe(180);
  });
  test('while lengths are unknown, playing begins with the first file', () => {
    const unknown = new Timeline([null, null, null]);
    expect(unknown.total).toBeNull();
    expect(unknown.locate(0)).toEqual({ file: 0, offset: 0 });
  });
  test('learns lengths by opening files', () => {
    const learnt = new Timeline([60, null]).with(1, 40);
    expect(learnt.total).toBe(100);
    expect(learnt.locate(70)).toEqual({ file: 1, offset: 10 });
    expect(new Timeline([60]).with(0, 61.5).total).toBe(61.5);
  });
  test('keeps the measure that chapters were counted with', () => {
    expect(new Timeline([60, 30]).with(0, 59.9).timeOf({ file: 1, offset: 0 })).toBe(60);
  });
});

describe('chapters', () => {
  const chapters = [
    { title: 'One', start: 10 },
    { title: 'Two', start: 50 },
    { title: 'Three', start: 80 },
  ];
  test.each([
    [0, -1],
    [10, 0],
    [49.97, 1],
    [79, 1],
    [999, 2],
  ])('at second %d chapter %d plays', (time, index) => {
    expect(chapterAt(chapters, time)).toBe(index);
  });
  test('"previous" restarts the chapter, or goes one back at its very start', () => {
    expect(previousStart(chapters, 70)).toBe(50);
    expect(previousStart(chapters, 51)).toBe(10);
    expect(previousStart(chapters, 11)).toBe(0);
  });
  test('"next" ends with the last chapter', () => {
    expect(nextStart(chapters, 20)).toBe(50);
    expect(nextStart(chapters, 90)).toBeNull();
  });
});

describe('the chapters of an item', () => {
  test('are those with a time, in order', () => {
    const item = itemWith({
      chapters: [
        chapterWith({ title: 'Later', start: 30 }),
        chapterWith({ title: 'First', start: 0 }),
        chapterWith({ page: 4 }),
      ],
    });
    expect(timedChapters(item).map((one) => one.title)).toEqual(['First', 'Later']);
  });
  test('are the files when nobody named any', () => {
    const item = itemWith({
      files: [
        fileWith({ name: '01 - Fog.mp3' }),
        fileWith({ index: 1, name: '02 - Ice.mp3', duration: 30 }),
        fileWith({ index: 2 }),
      ],
    });
    expect(timedChapters(item)).toEqual([
      { title: '01 - Fog', start: 0 },
      { title: '02 - Ice', start: 60 },
      { title: '3', start: 90 },
    ]);
  });
  test('are none for a single file without chapters', () => {
    expect(timedChapters(itemWith({ files: [fileWith()] }))).toEqual([]);
  });
});
