import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { bareRoute } from '@/ui/routing';

export interface SignInSearch {
  /** The path to return to after signing in. */
  next?: string | undefined;
  /** Why the sign-in service sent somebody back. */
  problem?: string | undefined;
}

export const authRoutes = [
  createRoute({
    getParentRoute: () => bareRoute,
    path: '/sign-in',
    /** What is left out here stays as it came, so it is set to undefined. */
    validateSearch: (search: Record<string, unknown>): SignInSearch => ({
      next: typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? search.next : undefined,
      problem: typeof search.problem === 'string' ? search.problem : undefined,
    }),
    component: lazyRouteComponent(() => import('./SignInPage'), 'SignInPage'),
  }),
] as const;
