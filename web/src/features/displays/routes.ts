import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

export interface DisplaySearch {
  page?: number | undefined;
}

export const displayRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/displays',
    component: lazyRouteComponent(() => import('./DisplaysPage'), 'DisplaysPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/displays/$displayId',
    validateSearch: (search: Record<string, unknown>): DisplaySearch => {
      const page = Number(search.page);
      return { page: Number.isInteger(page) && page > 1 ? page : undefined };
    },
    component: lazyRouteComponent(() => import('./DisplayPage'), 'DisplayPage'),
  }),
] as const;
