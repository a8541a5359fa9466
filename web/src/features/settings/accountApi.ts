import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Account } from '@/api/people';
import type { components } from '@/api/schema';

export type OpenSession = components['schemas']['OpenSession'];
type SessionList = components['schemas']['SessionList'];

const MANY = 1_000;

export const accountQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api.get<Account>('me', { signal }),
});

export const sessionsQuery = queryOptions({
  queryKey: ['me', 'sessions'],
  queryFn: async ({ signal }) =>
    (await api.get<SessionList>('me/sessions', { query: { page_size: MANY }, signal })).items,
});

export const changePassword = (current: string, password: string) =>
  api.put<void>('me/password', { current, password });
export const endSession = (id: number) => api.delete<void>(`me/sessions/${id}`);
export const endOtherSessions = () => api.delete<void>('me/sessions');
