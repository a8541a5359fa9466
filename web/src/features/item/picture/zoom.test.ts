import { expect, test } from 'vitest';
import { FITTED, fittedSize, naturalScale, panned, zoomAt } from './zoom';

const box = { width: 1000, height: 500 };

test('a large picture is fitted, a small one is left at its own size', () => {
  expect(fittedSize({ width: 4000, height: 1000 }, box)).toEqual({ width: 1000, height: 250 });
  expect(fittedSize({ width: 100, height: 80 }, box)).toEqual({ width: 100, height: 80 });
});

test('the point under the pointer stays where it is', () => {
  const fitted = { width: 1000, height: 500 };
  const point = { x: 200, y: -100 };
  const before = FITTED;
  const after = zoomAt(before, 3, point, fitted, box);
  const under = (view: typeof FITTED) => (point.x - view.x) / view.scale;
  expect(under(after)).toBeCloseTo(under(before));
});

test('zooming out ends at the fit, centred', () => {
  const fitted = { width: 1000, height: 500 };
  const far = zoomAt(FITTED, 4, { x: 400, y: 200 }, fitted, box);
  expect(zoomAt(far, 0.01, { x: 400, y: 200 }, fitted, box)).toEqual({ scale: 1, x: 0, y: 0 });
});

test('no edge is dragged into the box, and sides that fit stay centred', () => {
  const fitted = { width: 1000, height: 100 };
  const view = panned({ scale: 2, x: 0, y: 0 }, 9999, 9999, fitted, box);
  expect(view).toEqual({ scale: 2, x: 500, y: 0 });
});

test('"real size" depends on the screen, and is never less than twice the fit', () => {
  expect(naturalScale({ width: 4000, height: 2000 }, { width: 1000, height: 500 }, 1)).toBe(4);
  expect(naturalScale({ width: 4000, height: 2000 }, { width: 1000, height: 500 }, 2)).toBe(2);
  expect(naturalScale({ width: 900, height: 400 }, { width: 900, height: 400 }, 1)).toBe(2);
});
