import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

export interface DisplaysSearch {
  q?: string | undefined;
  page?: number | undefined;
}

export interface DisplaySearch {
  page?: number | undefined;
}

function pageOf(value: unknown): number | undefined {
  const page = Number(value);
  return Number.isInteger(page) && page > 1 ? page : undefined;
}

export const displayRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/displays',
    validateSearch: (search: Record<string, unknown>): DisplaysSearch => ({
      q: typeof search.q === 'string' && search.q ? search.q : undefined,
      page: pageOf(search.page),
    }),
    component: lazyRouteComponent(() => import('./DisplaysPage'), 'DisplaysPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/displays/$displayId',
    validateSearch: (search: Record<string, unknown>): DisplaySearch => ({ page: pageOf(search.page) }),
    component: lazyRouteComponent(() => import('./DisplayPage'), 'DisplayPage'),
  }),
] as const;
