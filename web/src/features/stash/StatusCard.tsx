import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronDown, CloudOff, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { cancelJob, isRunning, jobsQuery, merged } from '@/api/jobs';
import type { Job, Library } from '@/api/types';
import { formatAgo, formatIn, plural } from '@/core/format';
import { JobProgress } from '@/ui/JobProgress';
import { Verdict } from '@/ui/Verdict';
import { ConfirmRemovals } from './ConfirmRemovals';
import classes from './Stash.module.css';
import { type MirrorStatus, type SyncMode, syncStash } from './stashApi';
import { withoutRemoved } from './stashWords';

interface StatusCardProps {
  library: Library;
  status: MirrorStatus;
  sync: Job | null;
}

const MODES: readonly { mode: SyncMode; label: string; text: string }[] = [
  {
    mode: 'reconcile',
    label: 'Compare everything',
    text: 'Finds what Stash does not tell, and writes only what differs.',
  },
  { mode: 'full', label: 'Mirror everything again', text: 'Reads and writes all of it anew.' },
];

/** How the mirror is: what runs, what ran, what comes next. */
export function StatusCard({ library, status, sync }: StatusCardProps) {
  const client = useQueryClient();
  const [believing, setBelieving] = useState(false);
  const takeIn = (job: Job) =>
    client.setQueryData(jobsQuery.queryKey, (jobs: Job[] | undefined) => merged(jobs ?? [], job));
  const start = useMutation({
    mutationFn: ({ mode, believe }: { mode: SyncMode; believe: boolean }) => syncStash(library.id, mode, believe),
    onSuccess: takeIn,
    onError: tell,
  });
  const cancel = useMutation({ mutationFn: (id: number) => cancelJob(id), onSuccess: takeIn, onError: tell });
  const offline = status.state === 'offline';
  const held = heldOf(status);
  const said = withoutRemoved(status.state_reason);
  return (
    <section className={classes.card} aria-labelledby="sync">
      <h2 id="sync">Sync</h2>
      {offline && <Offline reason={status.state_reason} />}
      {!offline && said && <p className={classes.told}>{said}</p>}
      {held && (
        <Button variant="default" size="xs" onClick={() => setBelieving(true)}>
          They are gone, take them out
        </Button>
      )}
      <dl className={classes.facts}>
        <Fact name="Last sync">
          {status.synced_at === null ? 'never yet' : formatAgo(status.synced_at, Date.now())}
        </Fact>
        <Fact name="Last full compare">
          {status.reconciled_at === null ? 'never yet' : formatAgo(status.reconciled_at, Date.now())}
        </Fact>
        <Fact name="Next sync">
          {status.next_sync_at === null ? 'not planned' : formatIn(status.next_sync_at, Date.now())}
        </Fact>
      </dl>
      <Issues library={library} status={status} />
      {sync ? (
        <div className={classes.running}>
          {isRunning(sync) ? (
            <JobProgress job={sync} label={`Sync of ${library.name}`} />
          ) : (
            <p>{sync.message ?? 'Waits for its turn'}</p>
          )}
          <Button variant="default" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate(sync.id)}>
            Cancel
          </Button>
        </div>
      ) : (
        <div className={classes.buttons}>
          <Button
            leftSection={<RefreshCw size={16} />}
            loading={start.isPending}
            onClick={() => start.mutate({ mode: 'incremental', believe: false })}
          >
            Sync now
          </Button>
          <Menu position="bottom-start" width={300}>
            <Menu.Target>
              <Button variant="default" rightSection={<ChevronDown size={16} />}>
                More
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {MODES.map(({ mode, label, text }) => (
                <Menu.Item key={mode} onClick={() => start.mutate({ mode, believe: false })}>
                  <strong>{label}</strong>
                  <small className={classes.menuText}>{text}</small>
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </div>
      )}
      {believing && (
        <ConfirmRemovals
          text={status.state_reason ?? ''}
          onClose={() => setBelieving(false)}
          onSure={() => {
            setBelieving(false);
            start.mutate({ mode: 'reconcile', believe: true });
          }}
        />
      )}
    </section>
  );
}

/** What went wrong in the last sync, what this version of Stash lacks, and what could not be taken in. */
function Issues({ library, status }: { library: Library; status: MirrorStatus }) {
  const { last_sync: last } = status;
  const missing = missingOf(status);
  if (last?.state !== 'failed' && missing.length === 0 && library.issue_count === 0) return null;
  return (
    <ul className={classes.problems} aria-label="Issues">
      {last?.state === 'failed' && status.state !== 'offline' && (
        <li>
          The last sync failed {formatAgo(last.finished_at, Date.now())}: {last.message ?? 'it does not say why.'}
        </li>
      )}
      {missing.length > 0 && (
        <li>
          This version of Stash lacks {missing.slice(0, 4).join(', ')}
          {missing.length > 4 && ` and ${missing.length - 4} more`}. That is left out; a newer Stash has it.
        </li>
      )}
      {library.issue_count > 0 && (
        <li>
          <Link to="/libraries" search={{ issues: library.id }}>
            {plural(library.issue_count, 'thing')} could not be taken in
          </Link>
        </li>
      )}
    </ul>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Offline({ reason }: { reason: string | null }) {
  return (
    <div role="status">
      <Verdict tone="bad" title="Offline" icon={CloudOff}>
        <p>{reason ?? 'The server cannot be reached.'}</p>
        <p>Browsing, search and everything personal go on; videos and pictures come back with the server.</p>
      </Verdict>
    </div>
  );
}

/** Whether the last sync found so much gone that it took nothing out. */
function heldOf({ last_sync }: MirrorStatus): boolean {
  const result = last_sync?.result as { held?: unknown } | null | undefined;
  return Array.isArray(result?.held) && result.held.length > 0;
}

function missingOf({ last_sync }: MirrorStatus): string[] {
  const result = last_sync?.result as { missing_fields?: unknown } | null | undefined;
  return Array.isArray(result?.missing_fields) ? result.missing_fields.map(String) : [];
}

function tell(error: Error): void {
  notifications.show({ color: 'red', title: 'That did not work', message: error.message });
}
