import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Account, type ChangeAccount, changeUser, userQuery } from '@/api/people';
import { sessionQuery } from '@/api/session';

/** Changes a person; whatever shows him follows, one's own menu too. */
export function useChangeUser(user: Account) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: ChangeAccount) => changeUser(user.id, changes),
    onSuccess: (changed) => {
      client.setQueryData(userQuery(user.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ['users', 'list'] });
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
  });
}
