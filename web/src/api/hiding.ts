/** What a person hides from himself: an item, or everything of a tag, person, series … It is gone everywhere at once, and can be had back. */
import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { entityLists, itemLists } from './listing';
import { patchMine } from './me';
import { renewRows } from './rows';
import type { components } from './schema';
import { ENTITY_PATHS, type EntityKind } from './types';

export type HiddenThing = components['schemas']['HiddenThing'];
type HiddenList = components['schemas']['HiddenList'];

const HIDDEN_PAGE = 100;

export const hiddenQuery = (page: number, size = HIDDEN_PAGE) =>
  queryOptions({
    queryKey: ['hidden', page, size],
    queryFn: ({ signal }) => api.get<HiddenList>('hidden', { query: { page, page_size: size }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

type Named = Pick<HiddenThing, 'type' | 'id' | 'kind'>;

/** Hides it from me, or shows it to me again. */
export async function setHidden(client: QueryClient, thing: Named, hidden: boolean): Promise<void> {
  const path = thing.type === 'item' ? 'items' : ENTITY_PATHS[thing.kind as EntityKind];
  await api.put(`${path}/${thing.id}/me`, { hidden });
  if (thing.type === 'item') patchMine(thing.id, { hidden });
  hiddenChanged(client);
}

/** Which items and names there are for me is another set now. */
function hiddenChanged(client: QueryClient): void {
  itemLists.clear();
  entityLists.clear();
  void renewRows(client);
  for (const key of ['hidden', 'item', 'facets', 'rail', 'entity', 'home']) {
    void client.invalidateQueries({ queryKey: [key] });
  }
}
