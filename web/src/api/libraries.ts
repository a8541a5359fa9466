import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { Library, Listing } from './types';

export const librariesQuery = queryOptions({
  queryKey: ['libraries'],
  queryFn: ({ signal }) => api.get<Listing<Library>>('libraries', { signal }),
  staleTime: 5_000,
});
