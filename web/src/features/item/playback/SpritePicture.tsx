import classes from './Player.module.css';
import type { SpritePart } from './vtt';

interface SpritePictureProps {
  part: SpritePart;
  width: number;
}

/** A part of a large picture, as wide as asked for. */
export function SpritePicture({ part: { url, x, y, width: own, height }, width }: SpritePictureProps) {
  const scale = width / own;
  return (
    <span className={classes.spritePicture} style={{ width, height: Math.round(height * scale) }}>
      <span
        style={{
          width: own,
          height,
          background: `url("${url}") -${x}px -${y}px`,
          transform: `scale(${scale})`,
        }}
      />
    </span>
  );
}
