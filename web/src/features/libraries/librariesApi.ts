import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Job, Library, Listing, ScanIssue } from '@/api/types';

export type AudioMode = 'auto' | 'audiobook' | 'track';

export interface NewLibrary {
  name: string;
  folders: string[];
  options: { audio: AudioMode; follow_links: boolean; watch: boolean };
}

/** What is left out stays. */
export interface LibraryChanges {
  name?: string;
  folders?: string[];
  options?: Partial<NewLibrary['options']>;
}

const ISSUES_PAGE = 500;

export const issuesQuery = (libraryId: number) =>
  infiniteQueryOptions({
    queryKey: ['libraries', libraryId, 'issues'],
    queryFn: ({ pageParam, signal }) =>
      api.get<Listing<ScanIssue>>(`libraries/${libraryId}/issues`, {
        query: { page: pageParam, page_size: ISSUES_PAGE },
        signal,
      }),
    initialPageParam: 1,
    getNextPageParam: ({ pagination }) => pagination.next_page,
  });

export const addLibrary = (library: NewLibrary) => api.post<Library>('libraries', library);
export const editLibrary = (id: number, changes: LibraryChanges) => api.patch<Library>(`libraries/${id}`, changes);
/** The job that takes it out. */
export const removeLibrary = (id: number) => api.delete<Job>(`libraries/${id}`);
export const scanLibrary = (id: number, full: boolean) => api.post<Job>(`libraries/${id}/scan`, { full });
export const syncLibrary = (id: number, full: boolean) =>
  api.post<Job>(`libraries/${id}/sync`, { mode: full ? 'full' : 'incremental' });
