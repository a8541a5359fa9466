import { describe, expect, it } from 'vitest';
import { type GridShape, gridGeometry, moved, rowsOf, samePlace } from './gridGeometry';
import { labelAt, scrubGain, spacedMarks } from './rail';

const POSTERS: GridShape = { minCell: 160, gap: 14, ratio: 1.5, text: 44, minColumns: 2, maxColumns: 20 };

describe('gridGeometry', () => {
  it('fits as many whole-pixel cells as there is room for', () => {
    expect(gridGeometry(1_000, POSTERS)).toEqual({ columns: 5, cellWidth: 188, pictureHeight: 282, rowHeight: 340 });
  });

  it('keeps two columns on a narrow phone and never divides by a hidden container', () => {
    expect(gridGeometry(300, POSTERS)?.columns).toBe(2);
    expect(gridGeometry(0, POSTERS)).toBeNull();
  });

  it('makes rows of fixed height for lists', () => {
    const list = { ...POSTERS, ratio: 0, text: 64, gap: 0, minColumns: 1, maxColumns: 1 };
    expect(gridGeometry(900, list)).toEqual({ columns: 1, cellWidth: 900, pictureHeight: 0, rowHeight: 64 });
  });

  it('counts rows and keeps the first item in place when the columns change', () => {
    expect(rowsOf(10_000_000, 6)).toBe(1_666_667);
    expect(samePlace(600.5, 6, 4)).toBe(900.5);
  });
});

describe('moved', () => {
  it.each([
    ['right', 0, 1],
    ['left', 0, 0],
    ['right', 22, 22],
    ['down', 0, 5],
    ['down', 19, 22],
    ['down', 21, 21],
    ['up', 3, 3],
    ['up', 8, 3],
    ['pageDown', 0, 10],
    ['pageUp', 12, 2],
    ['first', 17, 0],
    ['last', 3, 22],
  ] as const)('%s from %d goes to %d of 23 in 5 columns', (move, from, to) => {
    expect(moved(from, move, 23, 5, 2.7)).toBe(to);
  });
});

describe('the rail', () => {
  const years = Array.from({ length: 30 }, (_, at) => ({ pos: at * 10, label: String(2024 - at) }));

  it('knows the label of any position', () => {
    expect(labelAt(years, 0)).toBe('2024');
    expect(labelAt(years, 19)).toBe('2023');
    expect(labelAt(years, 9_999)).toBe('1995');
    expect(labelAt([{ pos: 5, label: 'B' }], 2)).toBe('');
  });

  it('shows marks that can be read, and always both ends', () => {
    const shown = spacedMarks(years, 300, 0.1).map((mark) => mark.label);
    expect(shown).toEqual(['2024', '2021', '2018', '2015', '2012', '2009', '2006', '2003', '2000', '1995']);
    expect(spacedMarks(years.slice(0, 1), 300, 0.1)).toHaveLength(1);
    expect(spacedMarks(years.slice(0, 2), 300, 0.1)).toHaveLength(1);
    expect(spacedMarks([], 300, 0.1)).toEqual([]);
    expect(spacedMarks(years, 0, 0.1)).toEqual([]);
  });

  it('gets finer away from the rail', () => {
    expect(scrubGain(0)).toBe(1);
    expect(scrubGain(-20)).toBe(1);
    expect(scrubGain(160)).toBeCloseTo(1 / 25, 6);
  });
});
