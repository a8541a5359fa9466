/** How an item is best played, as the server tells: its file, what it can be converted into, and the texts beside it. */
import { queryOptions } from '@tanstack/react-query';
import { api, serverUrl } from '@/api/client';
import type { components } from '@/api/schema';

export type PlaybackInfo = components['schemas']['Playback'];
export type MarkerPictures = components['schemas']['PlayableMarker'];
export type CaptionTrack = components['schemas']['PlayableCaptions'];

/** It follows from what is kept of the item, so it is asked for once a visit; without it the file alone is played. */
export const playbackInfoQuery = (itemId: number) =>
  queryOptions({
    queryKey: ['item', itemId, 'playback'],
    queryFn: ({ signal }) => api.get<PlaybackInfo>(`items/${itemId}/playback`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** A text of the server's, by its relative address. */
export const textQuery = (url: string) =>
  queryOptions({
    queryKey: ['text', url],
    queryFn: async ({ signal }) => {
      const answer = await fetch(serverUrl(url), { signal, credentials: 'same-origin' });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return answer.text();
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
