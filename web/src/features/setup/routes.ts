import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { bareRoute } from '@/ui/routing';

export const setupRoutes = [
  createRoute({
    getParentRoute: () => bareRoute,
    path: '/setup',
    /** The server prints an address with the token in it. */
    validateSearch: (search: Record<string, unknown>): { token?: string | undefined } => ({
      token: typeof search.token === 'string' ? search.token : undefined,
    }),
    component: lazyRouteComponent(() => import('./SetupPage'), 'SetupPage'),
  }),
] as const;
