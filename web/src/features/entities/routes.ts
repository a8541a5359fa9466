import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { SearchRecord } from '@/core/searchParams';
import { shellRoute } from '@/ui/routing';

/** One page for every entity kind; each kind has its own address so that links and the navigation stay plain. */
function entityRoute<const Path extends string>(path: Path) {
  return createRoute({
    getParentRoute: () => shellRoute,
    path,
    validateSearch: (search: Record<string, unknown>): SearchRecord => search as SearchRecord,
    component: lazyRouteComponent(() => import('./EntitiesPage'), 'EntitiesPage'),
  });
}

export const entityRoutes = [
  entityRoute('/persons'),
  entityRoute('/studios'),
  entityRoute('/tags'),
  entityRoute('/genres'),
  entityRoute('/series'),
  entityRoute('/groups'),
  entityRoute('/galleries'),
  entityRoute('/publishers'),
] as const;
