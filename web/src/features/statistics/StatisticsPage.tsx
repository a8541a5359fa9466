import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { sessionQuery } from '@/api/session';
import { Page } from '@/ui/Page';
import { Mine } from './Mine';
import { Server } from './Server';

/** What I watch and read; and, for administrators, how the server does. Which of them is in the address. */
export function StatisticsPage() {
  const { of } = useSearch({ from: '/shell/statistics' });
  const { data: session } = useQuery(sessionQuery);
  const navigate = useNavigate();
  if (!session?.user.admin) {
    return (
      <Page title="Statistics">
        <Mine />
      </Page>
    );
  }
  return (
    <Page title="Statistics">
      <Tabs
        value={of ?? 'mine'}
        keepMounted={false}
        onChange={(tab) =>
          void navigate({ to: '/statistics', search: tab === 'server' ? { of: 'server' } : {}, replace: true })
        }
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="mine">Yours</Tabs.Tab>
          <Tabs.Tab value="server">The server</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="mine">
          <Mine />
        </Tabs.Panel>
        <Tabs.Panel value="server">
          <Server />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
