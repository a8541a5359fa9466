import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { PersonalStatistics, ServerStatistics } from '@/api/personal';

export const myStatisticsQuery = queryOptions({
  queryKey: ['statistics', 'mine'],
  queryFn: ({ signal }) => api.get<PersonalStatistics>('me/statistics', { signal }),
  staleTime: 0,
});

export const serverStatisticsQuery = queryOptions({
  queryKey: ['statistics', 'server'],
  queryFn: ({ signal }) => api.get<ServerStatistics>('statistics', { signal }),
  staleTime: 0,
});
