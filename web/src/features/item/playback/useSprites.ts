import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { serverUrl } from '@/api/client';
import { textQuery } from './playbackInfo';
import { cueAt, type SpritePart, spriteParts } from './vtt';

export interface Sprites {
  /** Somebody points at the seek bar: now they are worth loading. */
  want: () => void;
  at: (time: number) => SpritePart | null;
}

/** Small pictures of the film by the second; nothing where there are none. */
export function useSprites(url: string | null | undefined): Sprites {
  const [wanted, setWanted] = useState(false);
  const { data } = useQuery({ ...textQuery(url ?? ''), enabled: wanted && Boolean(url) });
  const parts = useMemo(() => (url && data ? spriteParts(data, serverUrl(url)) : []), [url, data]);
  return {
    want: () => setWanted(true),
    at: (time) =>
      cueAt(parts, time) ?? (parts.length > 0 && time >= (parts.at(-1)?.end ?? 0) ? (parts.at(-1) ?? null) : null),
  };
}
