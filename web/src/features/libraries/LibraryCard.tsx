import { ActionIcon, Button, Menu, Modal, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  CircleAlert,
  Ellipsis,
  Folder,
  Pencil,
  RefreshCw,
  ScanSearch,
  Server,
  Trash2,
  TriangleAlert,
} from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { cancelJob, isRunning, jobsQuery, merged } from '@/api/jobs';
import { librariesQuery } from '@/api/libraries';
import type { Job, Library } from '@/api/types';
import { formatCount, plural } from '@/core/format';
import { FeedsLine } from '@/features/feeds/FeedsLine';
import { JobProgress } from '@/ui/JobProgress';
import { tellJob } from '@/ui/jobToast';
import classes from './LibrariesPage.module.css';
import { removeLibrary, scanLibrary, syncLibrary } from './librariesApi';
import { stateLook, WORDS } from './libraryState';

// Few visits change one.
const EditLibraryDialog = lazy(async () => ({ default: (await import('./EditLibraryDialog')).EditLibraryDialog }));

interface LibraryCardProps {
  library: Library;
  /** Its scan that runs or waits. */
  scan: Job | null;
  /** The job that takes it out, while it is at work. */
  removal: Job | null;
  admin: boolean;
  onIssues: () => void;
}

export function LibraryCard({ library, scan, removal, admin, onIssues }: LibraryCardProps) {
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const [editing, setEditing] = useState(false);
  const mirror = library.type === 'stash';
  const synced = library.type !== 'folder';
  const leaving = library.state === 'removing';
  const look = stateLook(library, scan, Date.now());
  const takeIn = (job: Job) => client.setQueryData(jobsQuery.queryKey, (jobs) => merged(jobs ?? [], job));
  const start = useMutation({
    mutationFn: (full: boolean) => (synced ? syncLibrary : scanLibrary)(library.id, full),
    onSuccess: takeIn,
    onError: tell,
  });
  const goOn = useMutation({ mutationFn: () => removeLibrary(library.id), onSuccess: takeIn, onError: tell });
  const cancel = useMutation({ mutationFn: (id: number) => cancelJob(id), onSuccess: takeIn, onError: tell });
  return (
    <li className={classes.card}>
      <header>
        <h2>
          <Link to="/browse" search={{ library: String(library.id) }}>
            {library.name}
          </Link>
        </h2>
        <span className={classes.state} data-tone={look.tone}>
          {look.label}
        </span>
        {admin && !leaving && (
          <Menu position="bottom-end" width={200}>
            <Menu.Target>
              <ActionIcon size={36} aria-label={`More about ${library.name}`}>
                <Ellipsis size={19} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<Pencil size={16} />} onClick={() => setEditing(true)}>
                Edit
              </Menu.Item>
              <Menu.Item
                leftSection={<ScanSearch size={16} />}
                disabled={scan !== null}
                onClick={() => start.mutate(true)}
              >
                {mirror ? 'Mirror everything again' : synced ? 'Read all feeds' : 'Read every file again'}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item color="red" leftSection={<Trash2 size={16} />} onClick={() => setRemoving(true)}>
                Remove
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </header>
      <p className={classes.count}>
        <strong>{formatCount(library.item_count)}</strong> {library.item_count === 1 ? 'item' : 'items'}
      </p>
      {library.folders?.map((folder) => (
        <p key={folder} className={classes.folder} title={folder}>
          <Folder size={14} aria-hidden="true" />
          <span>
            <bdi>{folder}</bdi>
          </span>
        </p>
      ))}
      {library.type === 'feed' && admin && !leaving && <FeedsLine library={library} />}
      {mirror && !leaving && <MirrorLine library={library} look={look.tone} admin={admin} />}
      {look.tone === 'bad' && <Offline reason={look.text} type={library.type} />}
      {leaving ? (
        <Leaving
          library={library}
          removal={removal}
          onGoOn={admin ? () => goOn.mutate() : null}
          starting={goOn.isPending}
        />
      ) : scan ? (
        <div className={classes.scan}>
          <JobProgress job={scan} label={`${WORDS[library.type].noun} of ${library.name}`} />
          <Button
            variant="default"
            size="xs"
            loading={cancel.isPending}
            disabled={!admin}
            onClick={() => cancel.mutate(scan.id)}
          >
            Cancel
          </Button>
        </div>
      ) : (
        <footer>
          <span>{look.tone === 'bad' ? '' : look.text}</span>
          {admin && library.issue_count > 0 && (
            <button type="button" className={classes.issues} onClick={onIssues}>
              <TriangleAlert size={15} aria-hidden="true" />
              {plural(library.issue_count, 'problem')}
            </button>
          )}
          {admin && (
            <Button
              variant="light"
              size="xs"
              leftSection={<RefreshCw size={14} />}
              loading={start.isPending}
              onClick={() => start.mutate(false)}
            >
              {WORDS[library.type].now}
            </Button>
          )}
        </footer>
      )}
      {removing && <RemoveDialog library={library} onClose={() => setRemoving(false)} />}
      <Suspense>{editing && <EditLibraryDialog library={library} onClose={() => setEditing(false)} />}</Suspense>
    </li>
  );
}

interface LeavingProps {
  library: Library;
  removal: Job | null;
  onGoOn: (() => void) | null;
  starting: boolean;
}

/** How far its removal is. One that was cancelled or failed has taken out a part, and can only go on. */
function Leaving({ library, removal, onGoOn, starting }: LeavingProps) {
  if (removal && isRunning(removal)) {
    return (
      <div className={classes.scan}>
        <JobProgress job={removal} label={`Removal of ${library.name}`} />
      </div>
    );
  }
  if (removal) return <footer>Waits for its turn</footer>;
  return (
    <footer>
      <span>What was left of it is not shown any more.</span>
      {onGoOn && (
        <Button variant="default" size="xs" loading={starting} onClick={onGoOn}>
          Go on removing
        </Button>
      )}
    </footer>
  );
}

/** The way to all about a mirror; for people who do not administer it, to taking over their data. */
function MirrorLine({ library, look, admin }: { library: Library; look: string; admin: boolean }) {
  return (
    <>
      {look !== 'bad' && admin && library.state_reason && <p className={classes.mirrorSays}>{library.state_reason}</p>}
      <p className={classes.mirror}>
        <Server size={14} aria-hidden="true" />
        <span>{library.url ?? 'A Stash server'}</span>
        <Link
          to="/libraries/$libraryId/stash"
          params={{ libraryId: String(library.id) }}
          aria-label={admin ? `Details of ${library.name}` : undefined}
        >
          {admin ? 'Details' : 'Take over your ratings'}
        </Link>
      </p>
    </>
  );
}

const AWAY: Record<Library['type'], { what: string; remedy: string }> = {
  folder: {
    what: 'Its folders cannot be read.',
    remedy:
      'Connect or mount the disk, then scan again. Nothing was deleted: all items stay, and play again once their files are back.',
  },
  stash: {
    what: 'Its server cannot be reached.',
    remedy: 'Browsing, search and everything personal go on. Videos and pictures come back with the server.',
  },
  feed: {
    what: 'Its feeds cannot be read.',
    remedy: 'They are asked again by themselves. All they brought stays.',
  },
};

function Offline({ reason, type }: { reason: string; type: Library['type'] }) {
  return (
    <div className={classes.offline}>
      <CircleAlert size={18} aria-hidden="true" />
      <div>
        <p>{reason || AWAY[type].what}</p>
        <p>{AWAY[type].remedy}</p>
      </div>
    </div>
  );
}

function RemoveDialog({ library, onClose }: { library: Library; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeLibrary(library.id),
    onSuccess: (job) => {
      onClose();
      client.setQueryData(jobsQuery.queryKey, (jobs) => merged(jobs ?? [], job));
      void client.invalidateQueries({ queryKey: librariesQuery.queryKey, exact: true });
      void tellJob(client, job, {
        working: `Removing ${library.name}`,
        done: () =>
          `${library.name} is removed. ${library.type === 'stash' ? 'The server has all it had.' : 'Its files are where they were.'}`,
      });
    },
    onError: tell,
  });
  return (
    <Modal opened onClose={onClose} title={`Remove ${library.name}?`}>
      <Text>
        {plural(library.item_count, 'item')} with their ratings and progress leave Longshelf.{' '}
        {library.type === 'stash' ? 'The Stash server keeps all it has.' : 'The files themselves are not touched.'} It
        takes a while for a large library, and cannot be undone.
      </Text>
      <div className={classes.dialogEnd}>
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </Button>
      </div>
    </Modal>
  );
}

function tell(error: Error): void {
  notifications.show({ color: 'red', title: 'That did not work', message: error.message });
}
