import { ActionIcon, Button, Menu, Modal, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, Ellipsis, Folder, RefreshCw, ScanSearch, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { jobsQuery, merged } from '@/api/jobs';
import type { Job, Library } from '@/api/types';
import { formatCount, plural } from '@/core/format';
import { JobProgress } from '@/ui/JobProgress';
import classes from './LibrariesPage.module.css';
import { cancelJob, librariesQuery, removeLibrary, scanLibrary } from './librariesApi';
import { stateLook } from './libraryState';

interface LibraryCardProps {
  library: Library;
  /** Its scan that runs or waits. */
  scan: Job | null;
  admin: boolean;
  onIssues: () => void;
}

export function LibraryCard({ library, scan, admin, onIssues }: LibraryCardProps) {
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const look = stateLook(library, scan, Date.now());
  const takeIn = (job: Job) => client.setQueryData(jobsQuery.queryKey, (jobs) => merged(jobs ?? [], job));
  const start = useMutation({
    mutationFn: (full: boolean) => scanLibrary(library.id, full),
    onSuccess: takeIn,
    onError: tell,
  });
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
        {admin && (
          <Menu position="bottom-end" width={200}>
            <Menu.Target>
              <ActionIcon size={36} aria-label={`More about ${library.name}`}>
                <Ellipsis size={19} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<ScanSearch size={16} />}
                disabled={scan !== null}
                onClick={() => start.mutate(true)}
              >
                Read every file again
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
      {look.tone === 'bad' && <Offline reason={look.text} />}
      {scan ? (
        <div className={classes.scan}>
          <JobProgress job={scan} label={`Scan of ${library.name}`} />
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
              Scan now
            </Button>
          )}
        </footer>
      )}
      {removing && <RemoveDialog library={library} onClose={() => setRemoving(false)} />}
    </li>
  );
}

function Offline({ reason }: { reason: string }) {
  return (
    <div className={classes.offline}>
      <CircleAlert size={18} aria-hidden="true" />
      <div>
        <p>{reason || 'Its folders cannot be read.'}</p>
        <p>
          Connect or mount the disk, then scan again. Nothing was deleted: all items stay, and play again once their
          files are back.
        </p>
      </div>
    </div>
  );
}

function RemoveDialog({ library, onClose }: { library: Library; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeLibrary(library.id),
    onSuccess: () => {
      notifications.show({ message: `${library.name} is removed. Its files are where they were.` });
      onClose();
      return client.invalidateQueries({ queryKey: librariesQuery.queryKey, exact: true });
    },
    onError: tell,
  });
  return (
    <Modal opened onClose={onClose} title={`Remove ${library.name}?`}>
      <Text>
        {plural(library.item_count, 'item')} with their ratings and progress leave Longshelf. The files themselves are
        not touched.
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
