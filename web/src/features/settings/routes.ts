import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/ui/routing';

export const settingsRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/settings',
    component: lazyRouteComponent(() => import('./SettingsPage'), 'SettingsPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/hidden',
    component: lazyRouteComponent(() => import('./HiddenPage'), 'HiddenPage'),
  }),
] as const;
