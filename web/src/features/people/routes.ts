import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

export interface UsersSearch {
  q?: string | undefined;
  page?: number | undefined;
}

function pageOf(value: unknown): number | undefined {
  const page = Number(value);
  return Number.isInteger(page) && page > 1 ? page : undefined;
}

export const peopleRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/users',
    validateSearch: (search: Record<string, unknown>): UsersSearch => ({
      q: typeof search.q === 'string' && search.q ? search.q : undefined,
      page: pageOf(search.page),
    }),
    component: lazyRouteComponent(() => import('./UsersPage'), 'UsersPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/users/$userId',
    component: lazyRouteComponent(() => import('./UserPage'), 'UserPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/users/$userId/restrictions',
    component: lazyRouteComponent(() => import('./UserRestrictionsPage'), 'UserRestrictionsPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/profiles',
    component: lazyRouteComponent(() => import('./ProfilesPage'), 'ProfilesPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/profiles/$profileId',
    component: lazyRouteComponent(() => import('./ProfilePage'), 'ProfilePage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/items/$itemId/visibility',
    component: lazyRouteComponent(() => import('./VisibilityPage'), 'VisibilityPage'),
  }),
] as const;
