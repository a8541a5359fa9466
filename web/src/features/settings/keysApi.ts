import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Listing } from '@/api/types';

export interface ApiKey {
  id: number;
  name: string;
  /** How the key begins: enough to tell it from others, too little to use it. */
  prefix: string;
  created_at: string;
  used_at: string | null;
}

/** The only time the whole key is seen. */
export interface NewApiKey extends ApiKey {
  key: string;
}

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: async ({ signal }) => (await api.get<Listing<ApiKey>>('keys', { signal })).items,
});

export const createKey = (name: string) => api.post<NewApiKey>('keys', { name });
export const revokeKey = (id: number) => api.delete<void>(`keys/${id}`);
