import { useQuery } from '@tanstack/react-query';
import { usersQuery } from '@/api/people';
import type { Session } from '@/api/types';

/** Whom an administrator may act for, himself first; others only themselves. */
export function usePeople({ user }: Session): { value: string; label: string }[] {
  const { data } = useQuery({ ...usersQuery('', 1), enabled: user.admin });
  const others = (data?.items ?? []).filter(({ id }) => id !== user.id);
  return [
    { value: String(user.id), label: `${user.name} (you)` },
    ...others.map(({ id, name }) => ({ value: String(id), label: name })),
  ];
}
