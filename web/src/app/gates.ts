import { api, installGates } from '@/api/client';
import { setupQuery } from '@/api/session';
import type { SetupState } from '@/api/types';
import { queryClient } from './providers';
import { router } from './router';

// A screen has no account, and nobody stands before it who could sign in.
const OUTSIDE = new Set(['/sign-in', '/setup', '/screen']);

/** A refused visitor is led to the door: first-run setup while the server has no administrator, else signing in. */
export function guardRoutes(): void {
  installGates({ signIn: () => void leadOut(), setup: () => void router.navigate({ to: '/setup' }) });
}

async function leadOut(): Promise<void> {
  if (OUTSIDE.has(router.state.location.pathname)) return;
  const next = router.state.location.href;
  const needed = await setupNeeded();
  if (OUTSIDE.has(router.state.location.pathname)) return;
  await (needed
    ? router.navigate({ to: '/setup', replace: true })
    : router.navigate({ to: '/sign-in', search: next === '/' ? {} : { next }, replace: true }));
}

async function setupNeeded(): Promise<boolean> {
  try {
    const state = await queryClient.fetchQuery({
      ...setupQuery,
      queryFn: () => api.get<SetupState>('setup'),
      staleTime: 0,
    });
    return state.needed;
  } catch {
    return false;
  }
}
