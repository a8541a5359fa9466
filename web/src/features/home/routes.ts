import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { SearchRecord } from '@/core/searchParams';
import { shellRoute } from '@/ui/routing';

export const homeRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/',
    component: lazyRouteComponent(() => import('./HomePage'), 'HomePage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/continue',
    validateSearch: (search: Record<string, unknown>): SearchRecord => search as SearchRecord,
    component: lazyRouteComponent(() => import('./ContinuePage'), 'ContinuePage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/recommended',
    component: lazyRouteComponent(() => import('./RecommendedPage'), 'RecommendedPage'),
  }),
] as const;
