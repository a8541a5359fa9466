import { createRouter } from '@tanstack/react-router';
import { parseSearchString, searchString } from '@/core/searchParams';
import { authRoutes } from '@/features/auth/routes';
import { browseRoutes } from '@/features/browse/routes';
import { displayRoutes } from '@/features/displays/routes';
import { entityRoutes } from '@/features/entities/routes';
import { feedRoutes } from '@/features/feeds/routes';
import { historyRoutes } from '@/features/history/routes';
import { homeRoutes } from '@/features/home/routes';
import { itemRoutes, readerRoutes } from '@/features/item/routes';
import { jobRoutes } from '@/features/jobs/routes';
import { libraryRoutes } from '@/features/libraries/routes';
import { peopleRoutes } from '@/features/people/routes';
import { playlistRoutes } from '@/features/playlists/routes';
import { screenRoutes } from '@/features/screen/routes';
import { settingsRoutes } from '@/features/settings/routes';
import { setupRoutes } from '@/features/setup/routes';
import { stashRoutes } from '@/features/stash/routes';
import { statisticsRoutes } from '@/features/statistics/routes';
import { bareRoute, rootRoute, shellRoute } from '@/ui/routing';
import { NotFound, RouteError } from './RouteStates';
import { Shell } from './shell/Shell';

shellRoute.update({ component: Shell });

const routeTree = rootRoute.addChildren([
  shellRoute.addChildren([
    ...homeRoutes,
    ...browseRoutes,
    ...historyRoutes,
    ...statisticsRoutes,
    ...entityRoutes,
    ...itemRoutes,
    ...libraryRoutes,
    ...stashRoutes,
    ...feedRoutes,
    ...jobRoutes,
    ...settingsRoutes,
    ...peopleRoutes,
    ...playlistRoutes,
    ...displayRoutes,
  ]),
  bareRoute.addChildren([...authRoutes, ...setupRoutes, ...readerRoutes, ...screenRoutes]),
]);

export const router = createRouter({
  routeTree,
  basepath: new URL(document.baseURI).pathname,
  parseSearch: parseSearchString,
  stringifySearch: searchString,
  defaultPreload: 'intent',
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
