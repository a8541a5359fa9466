import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

export interface StatisticsSearch {
  /** The whole server's instead of mine; for administrators. */
  of?: 'server' | undefined;
}

export const statisticsRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/statistics',
    validateSearch: (search: Record<string, unknown>): StatisticsSearch =>
      search.of === 'server' ? { of: 'server' } : {},
    component: lazyRouteComponent(() => import('./StatisticsPage'), 'StatisticsPage'),
  }),
] as const;
