import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { SearchRecord } from '@/core/searchParams';
import { shellRoute } from '@/ui/routing';

export const browseRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/browse',
    validateSearch: (search: Record<string, unknown>): SearchRecord => search as SearchRecord,
    component: lazyRouteComponent(() => import('./BrowsePage'), 'BrowsePage'),
  }),
] as const;
