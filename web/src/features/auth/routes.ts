import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { bareRoute } from '@/ui/routing';

export const authRoutes = [
  createRoute({
    getParentRoute: () => bareRoute,
    path: '/sign-in',
    /** `next` is the path to return to after signing in. What is left out here stays as it came, so it is set to undefined. */
    validateSearch: (search: Record<string, unknown>): { next?: string | undefined } => ({
      next: typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? search.next : undefined,
    }),
    component: lazyRouteComponent(() => import('./SignInPage'), 'SignInPage'),
  }),
] as const;
