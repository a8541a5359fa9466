import { Button, type MantineColorScheme, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sessionQuery } from '@/api/session';
import { Page } from '@/ui/Page';
import { type Preferences, usePreferences } from '@/ui/preferences';
import { useSignOut } from '@/ui/useSignOut';
import { Hidden } from './Hidden';
import { Keys } from './Keys';
import { Password } from './Password';
import { Sessions } from './Sessions';
import classes from './SettingsPage.module.css';

export function SettingsPage() {
  return (
    <Page title="Settings" width="narrow">
      <Looks />
      <Account />
      <Password />
      <Sessions />
      <Keys />
      <Hidden />
    </Page>
  );
}

function Looks() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [preferences, change] = usePreferences();
  return (
    <section className={classes.section} aria-labelledby="looks">
      <h2 id="looks">Looks</h2>
      <p className={classes.text}>For this browser only.</p>
      <Row label="Theme">
        <SegmentedControl
          aria-label="Theme"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as MantineColorScheme)}
          data={[
            { value: 'dark', label: 'Dark' },
            { value: 'light', label: 'Light' },
            { value: 'auto', label: 'System' },
          ]}
        />
      </Row>
      <Row label="Card size">
        <SegmentedControl
          aria-label="Card size"
          value={preferences.size}
          onChange={(value) => change({ size: value as Preferences['size'] })}
          data={[
            { value: 'S', label: 'Small' },
            { value: 'M', label: 'Medium' },
            { value: 'L', label: 'Large' },
          ]}
        />
      </Row>
      <Row label="Covers">
        <SegmentedControl
          aria-label="Covers"
          value={preferences.fit}
          onChange={(value) => change({ fit: value as Preferences['fit'] })}
          data={[
            { value: 'cover', label: 'Fill the card' },
            { value: 'contain', label: 'Show whole' },
          ]}
        />
      </Row>
    </section>
  );
}

function Account() {
  const { data: session } = useQuery(sessionQuery);
  const leave = useSignOut();
  if (!session) return null;
  return (
    <section className={classes.section} aria-labelledby="account">
      <h2 id="account">Account</h2>
      <Row label={session.user.admin ? `${session.user.name}, administrator` : session.user.name}>
        <Button variant="default" onClick={leave}>
          Sign out
        </Button>
      </Row>
    </section>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.row}>
      <span>{label}</span>
      {children}
    </div>
  );
}
