import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { setHidden } from '@/api/hiding';
import type { Item } from '@/api/types';
import { offerUndo } from '@/ui/undo';
import { reportRefusal } from '@/ui/useItemKeys';

/** Hides the item from me. For me it is not there any more, so its page is left, by the way one came. */
export function useHide({ id, kind, title }: Item): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { history } = useRouter();
  return async () => {
    const thing = { type: 'item', id, kind } as const;
    try {
      await setHidden(client, thing, true);
      if (history.canGoBack()) history.back();
      else await navigate({ to: '/browse' });
      client.removeQueries({ queryKey: ['item', id] });
      offerUndo(`${title} is hidden from you.`, () => setHidden(client, thing, false));
    } catch (error) {
      reportRefusal(error);
    }
  };
}
