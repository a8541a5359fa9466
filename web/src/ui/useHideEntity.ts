import { useQueryClient } from '@tanstack/react-query';
import { setHidden } from '@/api/hiding';
import type { Entity } from '@/api/types';
import { offerUndo } from './undo';
import { reportRefusal } from './useItemKeys';

/** Hides a person, tag, series … and all that carries it from me, with a way back. Resolves to whether it worked. */
export function useHideEntity(): (entity: Pick<Entity, 'id' | 'kind' | 'name'>) => Promise<boolean> {
  const client = useQueryClient();
  return async ({ id, kind, name }) => {
    const thing = { type: 'entity', id, kind } as const;
    try {
      await setHidden(client, thing, true);
    } catch (error) {
      reportRefusal(error);
      return false;
    }
    offerUndo(`${name}, and all that belongs to it, is hidden from you.`, () => setHidden(client, thing, false));
    return true;
  };
}
