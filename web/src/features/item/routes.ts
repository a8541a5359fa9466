import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { bareRoute, shellRoute } from '@/ui/routing';

/** Where the reader is: page or section `at`, from 1; or, on the way in, the chapter of that number in the contents. */
export interface ReaderSearch {
  at?: number | undefined;
  chapter?: number | undefined;
}

function counted(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** An item that is played as part of a playlist says as which entry of it. */
export interface ItemSearch {
  playlist?: number | undefined;
  entry?: number | undefined;
  shuffle?: boolean | undefined;
}

export const itemRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/items/$itemId',
    validateSearch: ({ playlist, entry, shuffle }: Record<string, unknown>): ItemSearch => ({
      playlist: counted(playlist),
      entry: counted(entry),
      shuffle: String(shuffle) === 'true' || undefined,
    }),
    component: lazyRouteComponent(() => import('./ItemPage'), 'ItemPage'),
  }),
] as const;

export const readerRoutes = [
  createRoute({
    getParentRoute: () => bareRoute,
    path: '/items/$itemId/read',
    validateSearch: (search: Record<string, unknown>): ReaderSearch => ({
      at: counted(search.at),
      chapter: counted(search.chapter),
    }),
    component: lazyRouteComponent(() => import('./reader/ReaderPage'), 'ReaderPage'),
  }),
] as const;
