import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { HistoryList } from '@/api/personal';

export const PAGE_SIZE = 50;

export const historyQuery = (page: number) =>
  queryOptions({
    queryKey: ['history', page],
    queryFn: ({ signal }) => api.get<HistoryList>('history', { query: { page, page_size: PAGE_SIZE }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 0, // what was played a moment ago is in it
  });

export const forgetOne = (id: number) => api.delete<void>(`history/${id}`);
export const forgetAll = () => api.delete<void>('history');
