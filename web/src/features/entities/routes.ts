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

/** What is known of one of them. */
function oneRoute<const Path extends string>(path: Path) {
  return createRoute({
    getParentRoute: () => shellRoute,
    path,
    component: lazyRouteComponent(() => import('./EntityPage'), 'EntityPage'),
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
  oneRoute('/persons/$entityId'),
  oneRoute('/studios/$entityId'),
  oneRoute('/tags/$entityId'),
  oneRoute('/genres/$entityId'),
  oneRoute('/series/$entityId'),
  oneRoute('/groups/$entityId'),
  oneRoute('/galleries/$entityId'),
  oneRoute('/publishers/$entityId'),
] as const;
