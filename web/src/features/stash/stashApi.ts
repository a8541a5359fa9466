/** Mirrored Stash servers. Shapes are the server's own words. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { components } from '@/api/schema';
import type { Job, Library } from '@/api/types';

type Schemas = components['schemas'];

export type MirrorStatus = Omit<Schemas['MirrorStatus'], 'last_sync'> & { last_sync: Job | null };
export type KindKept = Schemas['KindKept'];
export type PushBackState = Schemas['PushBackState'];
export type RemovedEntry = Schemas['RemovedEntry'];
type RemovedList = Schemas['RemovedList'];
export type ServerProbe = Schemas['ServerProbe'];
export type Trouble = NonNullable<ServerProbe['trouble']>;
export type UserDataState = Omit<Schemas['UserDataState'], 'job'> & { job: Job | null };
export type DataKind = NonNullable<Schemas['ImportUserData']['kinds']>[number];
export type SyncMode = 'incremental' | 'reconcile' | 'full';

export interface NewStash {
  name: string;
  stash: { url: string; api_key: string; poll_minutes: number; listen: boolean };
}

export type StashChanges = Partial<NewStash['stash']> & { reconcile_hours?: number };

const LIVE_MS = 2_000;
const REMOVED_PAGE = 50;

/** Asked again and again while a sync is under way: how far each kind is stands only there. */
export const stashQuery = (id: number, live = false) =>
  queryOptions({
    queryKey: ['libraries', id, 'stash'],
    queryFn: ({ signal }) => api.get<MirrorStatus>(`libraries/${id}/stash`, { signal }),
    refetchInterval: live ? LIVE_MS : false,
  });

export const removedQuery = (id: number, page: number) =>
  queryOptions({
    queryKey: ['libraries', id, 'removed', page],
    queryFn: ({ signal }) =>
      api.get<RemovedList>(`libraries/${id}/removed`, { query: { page, page_size: REMOVED_PAGE }, signal }),
    placeholderData: keepPreviousData,
  });

export const userDataQuery = (id: number, userId: number | null) =>
  queryOptions({
    queryKey: ['libraries', id, 'user-data', userId],
    queryFn: ({ signal }) =>
      api.get<UserDataState>(`libraries/${id}/user-data`, { query: { user_id: userId }, signal }),
    refetchInterval: ({ state }) => (state.data?.job && state.data.job.finished_at === null ? 1_000 : false),
  });

/** Nothing of it is kept, the key least of all. */
export const probeQuery = (url: string, key: string | null, libraryId: number | null) =>
  queryOptions({
    queryKey: ['probe', url, key, libraryId],
    queryFn: ({ signal }) =>
      api.post<ServerProbe>('libraries/probe', { url, api_key: key, library_id: libraryId }, { signal }),
    gcTime: 0,
    staleTime: 30_000,
    retry: false,
  });

export const addStash = (library: NewStash) => api.post<Library>('libraries', library);
export const changeStash = (id: number, changes: StashChanges) => api.put<Library>(`libraries/${id}/stash`, changes);
export const syncStash = (id: number, mode: SyncMode, allowRemovals = false) =>
  api.post<Job>(`libraries/${id}/sync`, { mode, allow_removals: allowRemovals });
export const changeHook = (id: number) => api.post<MirrorStatus>(`libraries/${id}/hook`, {});
export const importUserData = (id: number, kinds: DataKind[], overwrite: boolean, userId: number | null) =>
  api.post<Job>(`libraries/${id}/user-data`, { kinds, overwrite, user_id: userId });
export const setPushBack = (id: number, body: Schemas['SetPushBack']) =>
  api.put<PushBackState>(`libraries/${id}/push-back`, body);
