import { Button } from '@mantine/core';
import { MonitorPlay, Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { plural } from '@/core/format';
import { Page } from '@/ui/Page';
import { EmptyState, ErrorState } from '@/ui/States';
import { DisplayCard } from './DisplayCard';
import classes from './Displays.module.css';
import { useDisplays } from './useDisplays';

const ClaimDialog = lazy(() => import('./ClaimDialog'));

/** The screens on the walls, what they play, and their remote control. For administrators. */
export function DisplaysPage() {
  const { data, error, refetch } = useDisplays();
  const [claiming, setClaiming] = useState(false);
  const displays = data?.items ?? [];
  const there = displays.filter(({ online }) => online).length;
  const add = (
    <Button leftSection={<Plus size={16} aria-hidden="true" />} onClick={() => setClaiming(true)}>
      Add a display
    </Button>
  );
  return (
    <Page
      title="Displays"
      subtitle={displays.length > 0 ? `${plural(displays.length, 'display')}, ${there} connected` : undefined}
      actions={displays.length > 0 && add}
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && (
        <div role="status" aria-label="Loading" className={classes.cards}>
          <div className={classes.ghost} />
          <div className={classes.ghost} />
        </div>
      )}
      {data && displays.length === 0 && (
        <EmptyState icon={MonitorPlay} title="No displays yet" action={add}>
          On the television, tablet or kiosk, open this address followed by /screen. It shows a code to type in here.
        </EmptyState>
      )}
      <ul className={classes.cards} aria-label="Displays">
        {displays.map((display) => (
          <DisplayCard key={display.id} display={display} />
        ))}
      </ul>
      <Suspense>{claiming && <ClaimDialog onClose={() => setClaiming(false)} />}</Suspense>
    </Page>
  );
}
