import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

/** Pages count from 1. */
export interface HistorySearch {
  page?: number | undefined;
}

export const historyRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/history',
    validateSearch: (search: Record<string, unknown>): HistorySearch => {
      const page = Number(search.page);
      return Number.isInteger(page) && page > 1 ? { page } : {};
    },
    component: lazyRouteComponent(() => import('./HistoryPage'), 'HistoryPage'),
  }),
] as const;
