import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { signOut } from '@/api/session';

/** Ends the session, here and on the server. Who is still signed in afterwards is told so: they may be about to walk away. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return () =>
    void signOut().then(
      () => {
        client.clear();
        return navigate({ to: '/sign-in' });
      },
      (error: Error) => notifications.show({ color: 'red', title: 'You are still signed in', message: error.message }),
    );
}
