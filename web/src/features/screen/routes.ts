import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { bareRoute } from '@/ui/routing';

export const screenRoutes = [
  createRoute({
    getParentRoute: () => bareRoute,
    path: '/screen',
    component: lazyRouteComponent(() => import('./ScreenPage'), 'ScreenPage'),
  }),
] as const;
