import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { components } from './schema';
import type { Session, SetupState } from './types';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => api.get<Session>('session', { signal }),
  staleTime: 5 * 60_000,
  retry: false,
});

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => api.get<SetupState>('setup', { signal }),
  retry: false,
});

export type SignInWays = components['schemas']['SignInWays'];

export const waysQuery = queryOptions({
  queryKey: ['session', 'ways'],
  queryFn: ({ signal }) => api.get<SignInWays>('session/ways', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

export const signIn = (name: string, password: string) => api.post<Session>('session', { name, password });
export const signOut = () => api.delete<void>('session');
export const completeSetup = (token: string, name: string, password: string) =>
  api.post<Session>('setup', { token, name, password });
