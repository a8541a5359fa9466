import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

/** `add` opens the dialog, `issues` is the library whose problems are listed. */
export interface LibrariesSearch {
  add?: true | undefined;
  issues?: number | undefined;
}

export const libraryRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/libraries',
    validateSearch: (search: Record<string, unknown>): LibrariesSearch => {
      const issues = Number(search.issues);
      return {
        add: String(search.add) === 'true' ? true : undefined,
        issues: Number.isInteger(issues) && issues > 0 ? issues : undefined,
      };
    },
    component: lazyRouteComponent(() => import('./LibrariesPage'), 'LibrariesPage'),
  }),
] as const;
