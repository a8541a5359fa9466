import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

export const playlistRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/playlists',
    component: lazyRouteComponent(() => import('./PlaylistsPage'), 'PlaylistsPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/playlists/$playlistId',
    component: lazyRouteComponent(() => import('./PlaylistPage'), 'PlaylistPage'),
  }),
] as const;
