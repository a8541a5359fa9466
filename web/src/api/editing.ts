/** What administrators change about many things at once, and taking it back. All of the work is jobs. Shapes are the server's own words. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { OfflineError } from './errors';
import { liveEvents } from './events';
import { entityLists, itemLists } from './listing';
import type { components } from './schema';
import { ENTITY_PATHS, type Entity, type EntityKind, type Job } from './types';

type Schemas = components['schemas'];

export type Lock = Schemas['Lock'];
export type LockList = Schemas['LockList'];
export type Merge = Schemas['Merge'];
export type MergeList = Schemas['MergeList'];
export type EntityEdit = Partial<Schemas['EditEntity']>;
export type BulkCount = Schemas['BulkCount'];

/** What to do with each item. As `BulkEdit`, of which nothing has to be said. */
export interface BulkChanges {
  set?: Partial<Schemas['BulkSet']>;
  add?: Partial<Schemas['BulkAdd']>;
  remove?: Partial<Schemas['BulkRemove']>;
  unlock?: string[];
  me?: Partial<Schemas['BulkMe']>;
}

/** Which items: these, or all a list's address finds. */
export type BulkTarget = { ids: number[] } | { query: string };

const MERGES_SHOWN = 50;
const FIRST_LOOK_MS = 250; // most jobs here are over by then
const POLL_MS = 1_000;

export const entityQuery = (kind: EntityKind, id: number) =>
  queryOptions({
    queryKey: ['entity', kind, String(id), 'whole'],
    queryFn: ({ signal }) => api.get<Entity>(`${ENTITY_PATHS[kind]}/${id}`, { signal }),
  });

export const entityLocksQuery = (kind: EntityKind, id: number) =>
  queryOptions({
    queryKey: ['entity', kind, String(id), 'locks'],
    queryFn: ({ signal }) => api.get<LockList>(`${ENTITY_PATHS[kind]}/${id}/locks`, { signal }),
    staleTime: 0,
  });

export const itemLocksQuery = (id: number) =>
  queryOptions({
    queryKey: ['item', id, 'locks'],
    queryFn: ({ signal }) => api.get<LockList>(`items/${id}/locks`, { signal }),
    staleTime: 0,
  });

export const mergesQuery = (kind: EntityKind, id: number) =>
  queryOptions({
    queryKey: ['entity', kind, String(id), 'merges'],
    queryFn: ({ signal }) =>
      api.get<MergeList>(`${ENTITY_PATHS[kind]}/${id}/merges`, { query: { page_size: MERGES_SHOWN }, signal }),
    staleTime: 0,
  });

/** `body` is JSON, so that equal questions are one. */
export const bulkCountQuery = (body: string) =>
  queryOptions({
    queryKey: ['bulk-count', body],
    queryFn: ({ signal }) => api.post<BulkCount>('items/bulk/count', JSON.parse(body), { signal }),
    staleTime: 0,
  });

export const editEntity = (kind: EntityKind, id: number, changes: EntityEdit) =>
  api.patch<Entity>(`${ENTITY_PATHS[kind]}/${id}`, changes);
export const mergeEntities = (kind: EntityKind, target: number, ids: readonly number[]) =>
  api.post<Job>(`${ENTITY_PATHS[kind]}/${target}/merge`, { ids });
export const undoMerge = (kind: EntityKind, target: number, merge: number) =>
  api.post<Job>(`${ENTITY_PATHS[kind]}/${target}/merges/${merge}/undo`);
export const bulkEdit = (target: BulkTarget, changes: BulkChanges) =>
  api.post<Job>('items/bulk', { ...target, ...changes });
export const undoJob = (id: number) => api.post<Job>(`jobs/${id}/undo`);

const followers = new Set<() => void>();

/** Calls back when items or entities were changed in bulk, and lists on screen should be read anew. Returns how to stop. */
export function followEdits(follower: () => void): () => void {
  followers.add(follower);
  return () => followers.delete(follower);
}

/** What was fetched before knows the old state: it is asked for again, on screen at once and elsewhere when it is next wanted. */
export function announceEdits(client: QueryClient): void {
  itemLists.clear();
  entityLists.clear();
  for (const key of ['item', 'entity', 'facets', 'rail', 'row', 'libraries']) {
    void client.invalidateQueries({ queryKey: [key] });
  }
  for (const follower of followers) follower();
}

/**
 * The job once it has ended; `onProgress` hears of it meanwhile. Live events tell administrators at once; everybody asks as well,
 * because nobody else is sent any.
 */
export function watchJob(job: Job, onProgress: (job: Job) => void = () => {}): Promise<Job> {
  return new Promise((resolve, reject) => {
    let ended = false;
    let timer = 0;
    const end = (settle: () => void) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      unfollow();
      settle();
    };
    const heard = (news: Job) => {
      if (news.id !== job.id || ended) return;
      if (news.finished_at === null) onProgress(news);
      else end(() => resolve(news));
    };
    const ask = async () => {
      try {
        heard(await api.get<Job>(`jobs/${job.id}`));
      } catch (error) {
        if (!(error instanceof OfflineError)) end(() => reject(error));
      }
      if (!ended) timer = window.setTimeout(ask, POLL_MS);
    };
    const unfollow = liveEvents.on('job', heard);
    heard(job);
    if (!ended) timer = window.setTimeout(ask, FIRST_LOOK_MS);
  });
}
