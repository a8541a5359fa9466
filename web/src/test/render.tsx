/** Puts pages on a screen for tests: the real routes and providers, and a server of a few lines. */
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type AnyRoute, createMemoryHistory, createRouter, RouterProvider } from '@tanstack/react-router';
import { configure, render } from '@testing-library/react';
import { vi } from 'vitest';
import { parseSearchString, searchString } from '@/core/searchParams';
import { rootRoute } from '@/ui/routing';

// Loaded machines are slow, and waiting longer costs only failing tests.
configure({ asyncUtilTimeout: 5_000 });

// happy-dom knows no fonts; a text area that grows waits for them.
Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });

export interface Call {
  method: string;
  path: string;
  body: unknown;
}

type Answer = unknown | ((call: Call) => unknown);

/** A refusal, as the server words it. */
export class Refused {
  readonly status: number;
  readonly problem: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(status: number, problem: Record<string, unknown>, headers: Record<string, string> = {}) {
    this.status = status;
    this.problem = problem;
    this.headers = headers;
  }
}

/** Answers by "GET /api/session"; whatever is not listed is not found. Returns the calls as they come. */
export function fakeServer(answers: Record<string, Answer>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    const path = new URL(url).pathname;
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const call = { method: init.method ?? 'GET', path, body };
    calls.push(call);
    const given = answers[`${call.method} ${path}`] ?? new Refused(404, { title: 'Not found', detail: 'Not found' });
    const answer: unknown = await (typeof given === 'function' ? given(call) : given);
    if (answer instanceof Refused) {
      const { status, headers, problem } = answer;
      return new Response(JSON.stringify(problem), { status, headers });
    }
    return new Response(answer === undefined ? '' : JSON.stringify(answer));
  });
  return calls;
}

/** `layout` is one of the two layouts of `ui/routing.ts`, with the routes under it. */
export async function renderRoutes(layout: AnyRoute, routes: readonly AnyRoute[], address: string) {
  const router = createRouter({
    routeTree: rootRoute.addChildren([layout.addChildren([...routes])]),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch: parseSearchString,
    stringifySearch: searchString,
    defaultNotFoundComponent: () => <p>Elsewhere</p>,
  });
  // Pages are lazy: without this the first test of a file would wait for their modules.
  await Promise.all(routes.map((route) => route.options.component?.preload?.()));
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <Notifications />
        {/* A router of its own, of which the app's registered type knows nothing. */}
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { router, client };
}
