import { useQueries } from '@tanstack/react-query';
import { entityNameQuery } from '@/api/entities';
import type { Entity, EntityKind } from '@/api/types';

/** Names by id, as far as they are here. Null for those that are gone, or hidden from whoever asks. */
export function useEntityNames(kind: EntityKind, ids: readonly number[]): ReadonlyMap<number, string | null> {
  return useQueries({
    queries: ids.map((id) => entityNameQuery(kind, String(id))),
    combine: (answers) =>
      new Map(
        answers.flatMap(({ data, isError }, at): [number, string | null][] => {
          const id = ids[at];
          if (id === undefined || (data === undefined && !isError)) return [];
          return [[id, data === undefined ? null : (data as Entity).name]];
        }),
      ),
  });
}
