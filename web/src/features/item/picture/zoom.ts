/** Zooming and panning a picture in a box. `scale` 1 is "fits the box"; offsets are pixels from the centre. */
import { clamp } from '../progress';

export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const FITTED: View = { scale: 1, x: 0, y: 0 };
const LARGEST = 12;

/** The picture as it lies in the box at scale 1: never enlarged beyond its own pixels. */
export function fittedSize(picture: Size, box: Size): Size {
  const shrink = Math.min(1, box.width / picture.width, box.height / picture.height);
  return { width: picture.width * shrink, height: picture.height * shrink };
}

/** The point under the fingers or the pointer, from the centre of the box, stays where it is. */
export function zoomAt(view: View, factor: number, point: { x: number; y: number }, fitted: Size, box: Size): View {
  const scale = clamp(view.scale * factor, 1, LARGEST);
  const ratio = scale / view.scale;
  const moved = { scale, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio };
  return kept(moved, fitted, box);
}

export function panned(view: View, dx: number, dy: number, fitted: Size, box: Size): View {
  return kept({ ...view, x: view.x + dx, y: view.y + dy }, fitted, box);
}

/** The scale at which one pixel of the picture is one of the screen; at least twice the fit, so that it does something. */
export function naturalScale(picture: Size, fitted: Size, pixelRatio: number): number {
  return clamp(picture.width / fitted.width / pixelRatio, 2, LARGEST);
}

/** No edge of the picture comes inside the box while it is larger than the box; smaller sides stay centred. */
function kept(view: View, fitted: Size, box: Size): View {
  const roomX = Math.max(0, (fitted.width * view.scale - box.width) / 2);
  const roomY = Math.max(0, (fitted.height * view.scale - box.height) / 2);
  return { scale: view.scale, x: clamp(view.x, -roomX, roomX), y: clamp(view.y, -roomY, roomY) };
}
