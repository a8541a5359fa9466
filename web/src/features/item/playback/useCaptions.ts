import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Playback } from './playback';
import { type CaptionTrack, textQuery } from './playbackInfo';
import { cueAt, parseVtt, plainText } from './vtt';

const KEY = 'longshelf-captions';
const NAMELESS = '00'; // what Stash writes for a language it does not know

export interface Captions {
  tracks: readonly CaptionTrack[];
  /** Index of the track that is read; null for none. */
  chosen: number | null;
  choose: (index: number | null) => void;
  line: string;
}

/**
 * The words to show now. They are drawn by the page, not by the element: a film that is converted from its middle on begins
 * at 0 for the element, and its own captions would come too early.
 */
export function useCaptions(tracks: readonly CaptionTrack[], playback: Playback): Captions {
  const [own, setOwn] = useState<number | null | undefined>(undefined);
  const remembered = tracks.findIndex(({ language }) => language === recall());
  const chosen = own === undefined ? (remembered < 0 ? null : remembered) : own;
  const url = chosen === null ? undefined : tracks[chosen]?.url;
  const { data } = useQuery({ ...textQuery(url ?? ''), enabled: url !== undefined });
  const cues = useMemo(() => (url && data ? parseVtt(data) : []), [url, data]);
  const [line, setLine] = useState('');
  useEffect(() => {
    setLine('');
    if (cues.length === 0) return;
    let frame = 0;
    const follow = () => {
      setLine(plainText(cueAt(cues, playback.now())?.text ?? ''));
      frame = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [cues, playback]);
  const choose = (index: number | null) => {
    setOwn(index);
    remember(index === null ? '' : (tracks[index]?.language ?? ''));
  };
  return { tracks, chosen, choose, line };
}

/** "de" as people say it in the language of the page. */
export function languageName(code: string): string {
  if (code === NAMELESS || code === '') return 'Unknown language';
  try {
    return new Intl.DisplayNames(undefined, { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

function recall(): string | null {
  try {
    return localStorage.getItem(KEY) || null;
  } catch {
    return null;
  }
}

function remember(language: string): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Storage is full or forbidden: the next film begins without captions.
  }
}
