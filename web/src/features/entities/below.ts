import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import { ENTITY_PATHS, type Entity, type Listing } from '@/api/types';

const SHOWN = 200;

/** Those right below an entity, by name. */
export const belowQuery = ({ kind, id }: Pick<Entity, 'kind' | 'id'>) =>
  queryOptions({
    queryKey: ['entity', kind, String(id), 'below'],
    queryFn: ({ signal }) =>
      api.get<Listing<Entity>>(ENTITY_PATHS[kind], { query: { parent: id, page_size: SHOWN }, signal }),
  });
