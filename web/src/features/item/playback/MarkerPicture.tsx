import { useState } from 'react';
import { coverUrl } from '@/ui/Cover';
import classes from './Player.module.css';
import type { MarkerPictures } from './playbackInfo';
import { SpritePicture } from './SpritePicture';
import type { Sprites } from './useSprites';

const WIDTH = 96;

interface MarkerPictureProps {
  marker: MarkerPictures;
  start: number;
  /** Somebody points at it: show how it goes on. */
  lively: boolean;
  sprites?: Sprites | undefined;
}

/** What is seen at a marker. Its server makes these pictures only when it is told to: without one, the film's small pictures have to do. */
export function MarkerPicture({ marker, start, lively, sprites }: MarkerPictureProps) {
  const [lost, setLost] = useState<ReadonlySet<string>>(new Set());
  const moving = lively && !lost.has(marker.preview) && !matchMedia('(prefers-reduced-motion: reduce)').matches;
  const shown = moving ? marker.preview : marker.picture;
  const part = lost.has(shown) ? sprites?.at(start) : null;
  const lose = () => {
    setLost((before) => new Set(before).add(shown));
    if (!moving) sprites?.want();
  };
  return (
    <span className={classes.markerPicture}>
      {part && <SpritePicture part={part} width={WIDTH} />}
      {!lost.has(shown) && (
        <img src={moving ? shown : coverUrl(shown, 192)} alt="" loading="lazy" decoding="async" onError={lose} />
      )}
    </span>
  );
}
