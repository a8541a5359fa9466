import { fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { ChapterList } from './ChapterList';
import type { MarkerPictures } from './playbackInfo';

const CHAPTERS = [
  { title: 'The tide', start: 10, position: 0 },
  { title: 'The lamp', start: 50, position: 1 },
];
const MARKER: MarkerPictures = {
  position: 1,
  picture: 'media/7/marker/4/picture?v=1',
  preview: 'media/7/marker/4/preview',
  film: 'media/7/marker/4/stream',
};
const PART = { start: 48, end: 52, url: 'media/7/sprite', x: 160, y: 0, width: 160, height: 90 };

afterEach(() => vi.unstubAllGlobals());

function show({ still = false } = {}) {
  vi.stubGlobal('matchMedia', () => ({ matches: still }));
  const sprites = { want: vi.fn(), at: vi.fn(() => PART) };
  const onPick = vi.fn();
  const { container } = render(
    <ChapterList chapters={CHAPTERS} current={0} onPick={onPick} markers={[MARKER]} sprites={sprites} />,
  );
  const picture = () => container.querySelector('img');
  return { sprites, onPick, picture, row: screen.getByRole('button', { name: /The lamp/ }) };
}

test('a marker shows its picture, and moves while somebody points at it', () => {
  const { picture, row, onPick } = show();
  expect(document.querySelectorAll('img')).toHaveLength(1);
  expect(picture()).toHaveAttribute('src', `${MARKER.picture}&w=192`);
  fireEvent.pointerEnter(row);
  expect(picture()).toHaveAttribute('src', MARKER.preview);
  fireEvent.pointerLeave(row);
  expect(picture()).toHaveAttribute('src', `${MARKER.picture}&w=192`);
  fireEvent.click(row);
  expect(onPick).toHaveBeenCalledWith(50);
});

test('one that does not move keeps its picture', () => {
  const { picture, row, sprites } = show();
  fireEvent.focus(row);
  fireEvent.error(picture() as Element);
  expect(picture()).toHaveAttribute('src', `${MARKER.picture}&w=192`);
  expect(sprites.want).not.toHaveBeenCalled();
});

test('without a picture of its own the small pictures of the film have to do', () => {
  const { picture, row, sprites } = show();
  fireEvent.error(picture() as Element);
  expect(picture()).toBeNull();
  expect(sprites.want).toHaveBeenCalledOnce();
  expect(sprites.at).toHaveBeenCalledWith(50);
  expect(row.innerHTML).toContain('media/7/sprite');
});

test('nothing moves for who does not want it', () => {
  const { picture, row } = show({ still: true });
  fireEvent.pointerEnter(row);
  expect(picture()).toHaveAttribute('src', `${MARKER.picture}&w=192`);
});
