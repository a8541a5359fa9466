import { render } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { Cover, drawnWidth } from './Cover';

const picture = {
  cover: 'thumb/1?v=a',
  color: '#102030',
  kind: 'image',
  title: 'A',
  width: 1600,
  height: 900,
} as const;

describe('how wide a picture is drawn', () => {
  test('a wide one in a poster box is cropped, so more of it is fetched', () => {
    expect(drawnWidth(picture, 200, 2 / 3, 'cover')).toBe(533);
  });
  test('a tall one, one shown whole, and one of unknown size fit the box', () => {
    expect(drawnWidth({ ...picture, width: 600, height: 900 }, 200, 2 / 3, 'cover')).toBe(200);
    expect(drawnWidth(picture, 200, 2 / 3, 'contain')).toBe(200);
    expect(drawnWidth({ ...picture, width: null }, 200, 2 / 3, 'cover')).toBe(200);
    expect(drawnWidth({ ...picture, height: 0 }, 200, 2 / 3, 'cover')).toBe(200);
  });
});

test('covers of sound are shown whole, others fill their box', () => {
  const fits = (['audiobook', 'book'] as const).map((kind) => {
    const { container } = render(<Cover item={{ ...picture, kind }} width={200} />);
    return container.querySelector('img')?.dataset.fit;
  });
  expect(fits).toEqual(['contain', 'cover']);
});
