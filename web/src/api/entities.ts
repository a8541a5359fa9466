/** Names: of an entity or a library by id, and entities by what is typed. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { ENTITY_PATHS, type Entity, type EntityKind, type Library, type Listing } from './types';

const FOUND = 20;

export const entityNameQuery = (kind: EntityKind, id: string) =>
  queryOptions({
    queryKey: ['entity', kind, id],
    queryFn: ({ signal }) => api.get<Entity>(`${ENTITY_PATHS[kind]}/${id}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The most used first. */
export const entitySearchQuery = (kind: EntityKind, text: string) =>
  queryOptions({
    queryKey: ['entity', kind, 'search', text],
    queryFn: async ({ signal }) => {
      const query = { q: text || null, sort: 'count', page_size: FOUND };
      return (await api.get<Listing<Entity>>(ENTITY_PATHS[kind], { query, signal })).items;
    },
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const libraryNamesQuery = queryOptions({
  queryKey: ['libraries'],
  queryFn: ({ signal }) => api.get<Listing<Library>>('libraries', { query: { page_size: 1000 }, signal }),
  staleTime: 60_000,
});
