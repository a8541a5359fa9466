/** What is a person's own: the home page, history, statistics, and what players say. Shapes are the server's own words. */
import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Carousel = Schemas['Carousel'];
export type Home = Schemas['Home'];
export type HistoryEntry = Schemas['HistoryEntry'];
export type HistoryList = Schemas['HistoryList'];
export type Because = Schemas['Because'];
export type RecommendedItem = Schemas['RecommendedItem'];
export type PersonalStatistics = Schemas['PersonalStatistics'];
export type ServerStatistics = Schemas['ServerStatistics'];
/** What is left out has its default. */
export type WatchPing = Pick<Schemas['WatchPing'], 'session' | 'seq'> & Partial<Schemas['WatchPing']>;
export type Watched = Schemas['Watched'];

export const homeQuery = queryOptions({
  queryKey: ['home'],
  queryFn: ({ signal }) => api.get<Home>('home', { signal }),
});

/** The whole page in order; null for the usual one. */
export const chooseHome = (carousels: { id: string; title: string | null }[] | null) =>
  api.put<Home>('home', { carousels });

export const sendPing = (itemId: number, ping: WatchPing) =>
  api.post<Watched>(`items/${itemId}/progress`, ping, { keepalive: true });
