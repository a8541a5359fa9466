import { useMantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { liveEvents } from '@/api/events';
import { followJobs } from '@/api/jobs';
import { sessionQuery } from '@/api/session';
import { useKeys } from '@/ui/keys';
import { ActivityChip } from './ActivityChip';
import { ADMIN_DESTINATIONS, DESTINATIONS } from './destinations';
import { Nav, Tabs } from './Nav';
import { SearchBox } from './SearchBox';
import classes from './Shell.module.css';
import { UserMenu } from './UserMenu';

const HelpOverlay = lazy(() => import('./HelpOverlay'));

export function Shell() {
  const { data: session } = useQuery(sessionQuery);
  const [help, setHelp] = useState<boolean | null>(null); // null: never asked for, so not loaded
  useLiveUpdates(session !== undefined);
  useShellKeys(() => setHelp((open) => !open), session?.user.admin ?? false);
  return (
    <div className={classes.shell}>
      <button type="button" className={classes.skip} onClick={focusMain}>
        Skip to content
      </button>
      <header className={classes.bar}>
        <span className={classes.brand}>
          <img src="icon.svg" alt="" width={26} height={26} />
          <span className={classes.brandName}>Longshelf</span>
        </span>
        <SearchBox />
        <div className={classes.barEnd}>
          <ActivityChip />
          <UserMenu user={session?.user ?? null} onHelp={() => setHelp(true)} />
        </div>
      </header>
      <Nav admin={session?.user.admin ?? false} />
      <main id="main" tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
      <Tabs />
      <Suspense>{help !== null && <HelpOverlay opened={help} onClose={() => setHelp(false)} />}</Suspense>
    </div>
  );
}

/** With <base href> a link to #main would leave the page, so the skip link is a button that moves the focus. */
function focusMain(): void {
  document.getElementById('main')?.focus();
}

function useLiveUpdates(signedIn: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!signedIn) return;
    const unfollow = followJobs(client);
    liveEvents.start();
    return () => {
      liveEvents.stop();
      unfollow();
    };
  }, [client, signedIn]);
}

function useShellKeys(toggleHelp: () => void, admin: boolean): void {
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  useKeys([
    { keys: ['?'], label: 'Show or hide this list', group: 'Everywhere', run: toggleHelp },
    { keys: ['/'], label: 'Search', group: 'Everywhere', run: focusSearch },
    { keys: ['ctrl+j'], label: 'Dark or light', group: 'Everywhere', run: toggleColorScheme },
    ...[...DESTINATIONS, ...(admin ? ADMIN_DESTINATIONS : [])].map(({ to, label, keys }) => ({
      keys: [keys],
      label: `Go to ${label}`,
      group: 'Everywhere',
      run: () => void navigate({ to }),
    })),
  ]);
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('[data-search-box]')?.select();
}
