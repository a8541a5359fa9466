import { Alert, Button, Checkbox, Modal, Select, Stack, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { announceEdits } from '@/api/editing';
import { cancelJob, isRunning } from '@/api/jobs';
import type { Library, Session } from '@/api/types';
import { JobProgress } from '@/ui/JobProgress';
import classes from './Stash.module.css';
import { type DataKind, importUserData, userDataQuery } from './stashApi';
import { DATA_KINDS, takenText } from './stashWords';
import { usePeople } from './usePeople';

interface ImportDialogProps {
  library: Library;
  session: Session;
  onClose: () => void;
}

/** Which of my data, and over what I said here or not; then how far it is. Closing it leaves it running. */
export function ImportDialog({ library, session, onClose }: ImportDialogProps) {
  const client = useQueryClient();
  const me = session.user.id;
  const [whose, setWhose] = useState(me);
  const [kinds, setKinds] = useState<DataKind[]>(DATA_KINDS.map(({ kind }) => kind));
  const [overwrite, setOverwrite] = useState(false);
  const people = usePeople(session);
  const asked = whose === me ? null : whose;
  const state = useQuery(userDataQuery(library.id, asked));
  const [started, setStarted] = useState<number | null>(null);
  const start = useMutation({
    mutationFn: () => importUserData(library.id, kinds, overwrite, asked),
    onSuccess: (job) => {
      setStarted(job.id);
      client.setQueryData(userDataQuery(library.id, asked).queryKey, (known) => (known ? { ...known, job } : known));
    },
  });
  const stop = useMutation({
    mutationFn: (id: number) => cancelJob(id),
    onSettled: () => void state.refetch(),
  });
  const job = state.data?.job ?? null;
  const live = job !== null && job.finished_at === null;
  const ended = job !== null && job.id === started && !live;
  useEffect(() => {
    if (ended) announceEdits(client);
  }, [client, ended]);
  return (
    <Modal opened onClose={onClose} title={`Take over from ${library.name}`} size="lg">
      <Stack gap="md">
        {live ? (
          <>
            {isRunning(job) ? (
              <JobProgress job={job} label="Taking over" />
            ) : (
              <p>{job.message ?? 'Waits for its turn'}</p>
            )}
            <div className={classes.end}>
              <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate(job.id)}>
                Stop
              </Button>
              <Button onClick={onClose}>Go on in the background</Button>
            </div>
          </>
        ) : (
          <>
            {ended && (
              <Alert color={job.state === 'done' ? 'green' : 'red'} role="status">
                {job.state === 'done' ? `Done. ${takenText(job.result)}` : (job.message ?? 'It was stopped.')}
              </Alert>
            )}
            {people.length > 1 && (
              <Select
                label="For"
                data={people}
                value={String(whose)}
                allowDeselect={false}
                onChange={(value) => setWhose(Number(value))}
              />
            )}
            <Checkbox.Group label="What" value={kinds} onChange={(value) => setKinds(value as DataKind[])}>
              <Stack gap="xs" mt="xs">
                {DATA_KINDS.map(({ kind, label, text }) => (
                  <Checkbox key={kind} value={kind} label={label} description={text} />
                ))}
              </Stack>
            </Checkbox.Group>
            <Switch
              label="Replace what was said here"
              description="Where Stash says something else, its word counts. Plays always add up."
              checked={overwrite}
              onChange={(event) => setOverwrite(event.currentTarget.checked)}
            />
            {(start.error ?? state.error) && (
              <Alert color="red" role="alert">
                {(start.error ?? state.error)?.message}
              </Alert>
            )}
            <div className={classes.end}>
              <Button variant="default" onClick={onClose}>
                {ended ? 'Close' : 'Cancel'}
              </Button>
              <Button loading={start.isPending} disabled={kinds.length === 0} onClick={() => start.mutate()}>
                {ended ? 'Once more' : 'Take over'}
              </Button>
            </div>
          </>
        )}
      </Stack>
    </Modal>
  );
}
