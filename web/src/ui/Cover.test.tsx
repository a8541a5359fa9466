import { fireEvent, render } from '@testing-library/react';
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

test('a picture that cannot be had gives way to the placeholder, until the item has another', () => {
  const { container, rerender, queryByText } = render(<Cover item={picture} width={200} />);
  const img = container.querySelector('img');
  if (img === null) throw new Error('no picture');
  fireEvent.error(img);
  expect(container.querySelector('img')).toBeNull();
  expect(queryByText('A')).not.toBeNull();
  rerender(<Cover item={{ ...picture, cover: 'thumb/1?v=b' }} width={200} />);
  expect(container.querySelector('img')).not.toBeNull();
});
