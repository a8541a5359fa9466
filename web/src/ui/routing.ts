/** The two layouts every page hangs under. Features attach their routes here; `app/router.ts` gives the layouts their looks. */
import { createRootRoute, createRoute } from '@tanstack/react-router';

export const rootRoute = createRootRoute();

/** Pages inside the shell: top bar, navigation, signed in. */
export const shellRoute = createRoute({ getParentRoute: () => rootRoute, id: 'shell' });

/** Pages that own the whole screen: sign-in, setup, reader, player. */
export const bareRoute = createRoute({ getParentRoute: () => rootRoute, id: 'bare' });
