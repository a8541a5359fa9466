import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { ApiKey, KeyList, Scope } from '@/api/people';
import type { components } from '@/api/schema';

/** The only time the whole key is seen. */
export type NewApiKey = components['schemas']['NewKey'];

const MANY = 1_000;

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: async ({ signal }): Promise<ApiKey[]> =>
    (await api.get<KeyList>('keys', { query: { page_size: MANY }, signal })).items,
});

/** `expiresIn` in seconds; null for a key without an end. */
export const createKey = (name: string, scope: Scope, expiresIn: number | null) =>
  api.post<NewApiKey>('keys', { name, scope, expires_in: expiresIn });
export const revokeKey = (id: number) => api.delete<void>(`keys/${id}`);
