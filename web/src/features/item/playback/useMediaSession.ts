import { useEffect } from 'react';
import type { Item } from '@/api/types';
import { coverUrl } from '@/ui/Cover';
import { creatorNames } from '../facts';
import type { Playback, PlaybackState } from './playback';

/** Titles, artwork and buttons on the lock screen, the headset and the keyboard's media keys. */
export function useMediaSession(
  item: Item,
  playback: Playback,
  state: PlaybackState,
  chapter: string | undefined,
): void {
  useEffect(() => {
    if (!('mediaSession' in navigator)) return;
    const session = navigator.mediaSession;
    session.metadata = new MediaMetadata({
      title: chapter ?? item.title,
      album: item.title,
      artist: creatorNames(item.links),
      artwork: item.cover ? [{ src: coverUrl(item.cover, 384), sizes: '384x384' }] : [],
    });
    const actions: [MediaSessionAction, (details: MediaSessionActionDetails) => void][] = [
      ['play', playback.play],
      ['pause', playback.pause],
      ['seekbackward', (details) => playback.skip(-(details.seekOffset ?? 30))],
      ['seekforward', (details) => playback.skip(details.seekOffset ?? 30)],
      ['seekto', (details) => playback.seek(details.seekTime ?? 0)],
    ];
    for (const [action, handler] of actions) session.setActionHandler(action, handler);
    return () => {
      session.metadata = null;
      for (const [action] of actions) session.setActionHandler(action, null);
    };
  }, [item, playback, chapter]);

  const { playing } = state;
  useEffect(() => {
    if ('mediaSession' in navigator) navigator.mediaSession.playbackState = playing ? 'playing' : 'paused';
  }, [playing]);
}
