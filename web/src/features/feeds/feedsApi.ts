/** Libraries of feeds. Shapes are the server's own words. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { components } from '@/api/schema';
import type { Job, Library } from '@/api/types';

type Schemas = components['schemas'];

export type Feed = Schemas['FeedInfo'];
export type FeedProbe = Schemas['FeedProbe'];
type FeedList = Schemas['FeedList'];

export interface NewFeeds {
  urls: string[];
  /** An OPML document, or "". */
  opml: string;
}

const LIVE_MS = 2_000;
const PROBE_KEPT_MS = 60_000;

/** Asked again and again while feeds are being read. */
export const feedsQuery = (libraryId: number, live = false) =>
  queryOptions({
    queryKey: ['libraries', libraryId, 'feeds'],
    queryFn: async ({ signal }) => (await api.get<FeedList>(`libraries/${libraryId}/feeds`, { signal })).feeds,
    refetchInterval: live ? LIVE_MS : false,
  });

export const feedProbeQuery = (url: string) =>
  queryOptions({
    queryKey: ['feeds', 'probe', url],
    queryFn: () => api.post<FeedProbe>('feeds/probe', { url }),
    retry: false,
    staleTime: PROBE_KEPT_MS,
  });

export const addFeedLibrary = (name: string, { urls, opml }: NewFeeds) =>
  api.post<Library>('libraries', { name, feeds: urls, opml });
export const addFeeds = async (libraryId: number, feeds: NewFeeds) =>
  (await api.post<FeedList>(`libraries/${libraryId}/feeds`, feeds)).feeds;
export const removeFeed = (libraryId: number, feedId: number) =>
  api.delete<undefined>(`libraries/${libraryId}/feeds/${feedId}`);
/** Asks every feed of the library now. */
export const readFeeds = (libraryId: number) => api.post<Job>(`libraries/${libraryId}/sync`, {});
