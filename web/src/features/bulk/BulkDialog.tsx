import { Alert, Button, Group, Modal, Stack, Tabs } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import { type BulkChanges, type BulkTarget, bulkCountQuery, bulkEdit, undoJob } from '@/api/editing';
import { sessionQuery } from '@/api/session';
import type { Job } from '@/api/types';
import { formatAtLeast, plural } from '@/core/format';
import { tellJob } from '@/ui/jobToast';
import classes from './Bulk.module.css';
import { changesOf, type Row, rowOf } from './bulkChanges';
import { ChangeRow } from './ChangeRow';
import { MyFields } from './MyFields';
import { myChangesOf, UNTOUCHED } from './myChanges';

interface BulkDialogProps {
  target: BulkTarget;
  /** How many are selected, until the server has counted. */
  selected: number;
  onClose: () => void;
  /** The job is under way. */
  onStarted: () => void;
}

type Side = 'items' | 'mine';

/** One change of many items: of the items themselves, or of what I say about them. The server counts first, and it can be undone. */
export function BulkDialog({ target, selected, onClose, onStarted }: BulkDialogProps) {
  const client = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const admin = session?.user.admin ?? false;
  const [chosen, setSide] = useState<Side>('items');
  const side = admin ? chosen : 'mine';
  const [rows, setRows] = useState<Row[]>(() => [rowOf(0, 'add')]);
  const [mine, setMine] = useState(UNTOUCHED);
  const nextKey = useRef(1);
  const changes = side === 'items' ? changesOf(rows) : myChangesOf(mine);
  const count = useCount(target, changes);
  const apply = useMutation({
    mutationFn: (wanted: BulkChanges) => bulkEdit(target, wanted),
    onSuccess: (job) => {
      onStarted();
      void tellJob(client, job, {
        working: `Changing ${plural(job.total ?? count.data?.count ?? selected, 'item')}`,
        done: doneText,
        undo: ({ id }) => undoJob(id),
      });
    },
  });
  const change = (key: number, row: Row | null) =>
    setRows((before) => before.flatMap((one) => (one.key === key ? (row ?? []) : one)));
  const reached = count.data ?? { count: selected, is_estimate: false };
  const number = formatAtLeast(reached.count, reached.is_estimate);
  const word = reached.count === 1 ? 'item' : 'items';
  const refused = apply.error ?? count.error;
  return (
    <Modal opened onClose={onClose} title={`Change ${plural(selected, 'item')}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (changes) apply.mutate(changes);
        }}
      >
        <Stack gap="md">
          {admin && (
            <Tabs value={side} onChange={(value) => setSide(value === 'mine' ? 'mine' : 'items')}>
              <Tabs.List grow>
                <Tabs.Tab value="items">For everybody</Tabs.Tab>
                <Tabs.Tab value="mine">Just for me</Tabs.Tab>
              </Tabs.List>
            </Tabs>
          )}
          {side === 'items' ? (
            <>
              <ul className={classes.rows}>
                {rows.map((row, at) => (
                  <ChangeRow
                    key={row.key}
                    row={row}
                    number={at + 1}
                    onChange={(next) => change(row.key, next)}
                    onRemove={rows.length > 1 ? () => change(row.key, null) : null}
                  />
                ))}
              </ul>
              <Button
                variant="subtle"
                size="compact-sm"
                className={classes.more ?? ''}
                leftSection={<Plus size={15} />}
                onClick={() => setRows((before) => [...before, rowOf(nextKey.current++, 'add')])}
              >
                Another change
              </Button>
              <p className={classes.note}>What you change stays, whatever later scans and mirrors say.</p>
            </>
          ) : (
            <MyFields form={mine} onChange={setMine} />
          )}
          {refused && (
            <Alert color="red" role="alert">
              {refused.message}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={apply.isPending}
              disabled={changes === null || count.isFetching || count.error !== null || count.data?.count === 0}
            >
              Change {number} {word}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** How many items it would reach, once it is said what is to be done. */
function useCount(target: BulkTarget, changes: BulkChanges | null) {
  const body = changes === null ? '' : JSON.stringify({ ...target, ...changes });
  const [settled] = useDebouncedValue(body, 250);
  const query = useQuery({ ...bulkCountQuery(settled), enabled: settled !== '' });
  return { ...query, isFetching: query.isFetching || settled !== body };
}

/** "3 items changed."; those that went away meanwhile are told as well. */
export function doneText({ result }: Pick<Job, 'result'>): string {
  const { changed = 0, left = 0 } = (result ?? {}) as { changed?: number; left?: number };
  const kept = left > 0 ? ` ${plural(left, 'item')} went away meanwhile.` : '';
  return (changed === 0 ? 'Nothing had to be changed.' : `${plural(changed, 'item')} changed.`) + kept;
}
