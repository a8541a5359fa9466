import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense } from 'react';
import { ApiError } from '@/api/errors';
import { keepRows } from '@/api/rows';
import { cssVariables, schemeManager, theme } from './theme';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal will be a refusal again; only silence is worth another try.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status < 500),
      staleTime: 15_000,
      refetchOnWindowFocus: false,
    },
  },
});

keepRows(queryClient);

// Nobody needs to be told anything in the first second.
const Notices = lazy(() => import('./Notices'));

export function Providers({ children }: { children: ReactNode }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={schemeManager}
      defaultColorScheme="dark"
    >
      <QueryClientProvider client={queryClient}>
        <Suspense>
          <Notices />
        </Suspense>
        {children}
      </QueryClientProvider>
    </MantineProvider>
  );
}
