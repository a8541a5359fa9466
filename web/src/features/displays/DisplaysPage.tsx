import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { MonitorPlay, Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { serverUrl } from '@/api/client';
import { formatCount, plural } from '@/core/format';
import { FindBox } from '@/ui/FindBox';
import { Page } from '@/ui/Page';
import { Pager } from '@/ui/Pager';
import { EmptyState, ErrorState } from '@/ui/States';
import { DisplayCard } from './DisplayCard';
import classes from './Displays.module.css';
import { useDisplays } from './useDisplays';

const ClaimDialog = lazy(() => import('./ClaimDialog'));

/** The screens on the walls, what they play, and their remote control. For administrators. */
export function DisplaysPage() {
  const { q = '', page = 1 } = useSearch({ from: '/shell/displays' });
  const { data, error, refetch } = useDisplays(q, page);
  const navigate = useNavigate();
  const [claiming, setClaiming] = useState(false);
  const { items: displays = [], online = 0, pagination } = data ?? {};
  const total = pagination?.total_count ?? 0;
  const pages = pagination?.total_pages ?? 1;
  const isNone = data !== undefined && total === 0 && q === '';
  const show = (next: { q: string; page: number }) =>
    void navigate({
      to: '/displays',
      search: { q: next.q || undefined, page: next.page > 1 ? next.page : undefined },
      replace: next.q !== q,
    });
  const add = (
    <Button leftSection={<Plus size={16} aria-hidden="true" />} onClick={() => setClaiming(true)}>
      Add a display
    </Button>
  );
  return (
    <Page
      title="Displays"
      subtitle={total > 0 ? `${plural(total, 'display')}, ${formatCount(online)} connected` : undefined}
      actions={data && !isNone && add}
    >
      {(pages > 1 || q !== '') && (
        <FindBox label="Find a display" q={q} onFind={(next) => show({ q: next, page: 1 })} />
      )}
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && (
        <div role="status" aria-label="Loading" className={classes.cards}>
          <div className={classes.ghost} />
          <div className={classes.ghost} />
        </div>
      )}
      {isNone && (
        <EmptyState icon={MonitorPlay} title="No displays yet" action={add}>
          On the television, tablet or kiosk, open <b>{serverUrl('screen').replace(/^https?:\/\//, '')}</b>. It shows a
          code to type in here.
        </EmptyState>
      )}
      {data && displays.length === 0 && q !== '' && (
        <EmptyState icon={MonitorPlay} title="No display is called that">
          Try fewer letters, or another spelling.
        </EmptyState>
      )}
      <ul className={classes.cards} aria-label="Displays">
        {displays.map((display) => (
          <DisplayCard key={display.id} display={display} />
        ))}
      </ul>
      <Pager page={page} total={pages} onPage={(next) => show({ q, page: next })} />
      <Suspense>{claiming && <ClaimDialog onClose={() => setClaiming(false)} />}</Suspense>
    </Page>
  );
}
