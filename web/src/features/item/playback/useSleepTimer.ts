import { useEffect, useState } from 'react';
import type { Playback } from './playback';

/** Minutes, the end of this chapter, or never. */
export type Sleep = number | 'chapter' | null;

export const SLEEP_CHOICES: readonly Sleep[] = [null, 5, 15, 30, 45, 60, 'chapter'];

export function sleepLabel(sleep: Sleep): string {
  if (sleep === null) return 'Off';
  return sleep === 'chapter' ? 'End of chapter' : `${sleep} min`;
}

/** Pauses after the chosen time, or when playing reaches another chapter than the one it was set in. */
export function useSleepTimer(playback: Playback, chapter: number) {
  const [chosen, setChosen] = useState<Sleep>(null);
  const [setIn, setSetIn] = useState(chapter);

  useEffect(() => {
    if (typeof chosen !== 'number') return;
    const timer = setTimeout(() => {
      playback.pause();
      setChosen(null);
    }, chosen * 60_000);
    return () => clearTimeout(timer);
  }, [chosen, playback]);

  useEffect(() => {
    if (chosen !== 'chapter' || chapter === setIn) return;
    playback.pause();
    setChosen(null);
  }, [chosen, chapter, setIn, playback]);

  const choose = (sleep: Sleep) => {
    setSetIn(chapter);
    setChosen(sleep);
  };
  return { chosen, choose };
}
