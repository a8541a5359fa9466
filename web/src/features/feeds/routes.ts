import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

export const feedRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/libraries/$libraryId/feeds',
    component: lazyRouteComponent(() => import('./FeedsPage'), 'FeedsPage'),
  }),
] as const;
