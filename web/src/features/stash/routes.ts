import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

/** `removed` shows page so much of what was removed upstream, `issues` the problems, `take` the dialog for one's own data. */
export interface StashSearch {
  removed?: number | undefined;
  take?: true | undefined;
}

export const stashRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/libraries/$libraryId/stash',
    validateSearch: (search: Record<string, unknown>): StashSearch => {
      const removed = Number(search.removed);
      return {
        removed: Number.isInteger(removed) && removed > 0 ? removed : undefined,
        take: String(search.take) === 'true' ? true : undefined,
      };
    },
    component: lazyRouteComponent(() => import('./StashPage'), 'StashPage'),
  }),
] as const;
