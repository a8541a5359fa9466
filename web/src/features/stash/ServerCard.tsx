import { Alert, Button, NumberInput, PasswordInput, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { problemAt } from '@/api/errors';
import { jobsQuery } from '@/api/jobs';
import { librariesQuery } from '@/api/libraries';
import type { Library } from '@/api/types';
import { ListenSwitch } from './AddStashForm';
import { PollInput } from './PollInput';
import { ProbeResult } from './ProbeResult';
import classes from './Stash.module.css';
import { changeStash, type MirrorStatus, type StashChanges } from './stashApi';
import { pollProblem } from './stashWords';
import { useProbe } from './useProbe';

/** Where the server is, with which key, and how often it is asked. What is typed is tried before it is kept. */
export function ServerCard({ library, status }: { library: Library; status: MirrorStatus }) {
  const client = useQueryClient();
  const [url, setUrl] = useState(status.url);
  const [key, setKey] = useState('');
  const [poll, setPoll] = useState<number | string>(status.poll_minutes);
  const [hours, setHours] = useState<number | string>(status.reconcile_hours);
  const [listen, setListen] = useState(status.listen);
  const changes: StashChanges = {
    ...(url.trim() !== status.url && { url: url.trim() }),
    ...(key.trim() && { api_key: key.trim() }),
    ...(poll !== status.poll_minutes && { poll_minutes: Number(poll) }),
    ...(hours !== status.reconcile_hours && { reconcile_hours: Number(hours) }),
    ...(listen !== status.listen && { listen }),
  };
  const touched = 'url' in changes || 'api_key' in changes;
  const probed = useProbe(touched ? url : '', key.trim() || null, library.id);
  const save = useMutation({
    mutationFn: () => changeStash(library.id, changes),
    onSuccess: () => {
      setKey('');
      notifications.show({ message: 'Saved. A sync tries it.' });
      void client.invalidateQueries({ queryKey: librariesQuery.queryKey });
      void client.invalidateQueries({ queryKey: jobsQuery.queryKey });
    },
  });
  const hoursProblem = Number(hours) >= 1 && Number(hours) <= 8_760 && hours !== '' ? null : 'From 1 to 8,760 hours';
  const complete =
    Object.keys(changes).length > 0 && pollProblem(poll) === null && hoursProblem === null && url.trim() !== '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) save.mutate();
  };
  const elsewhere = save.error && !problemAt(save.error, 'url') && !problemAt(save.error, 'api_key');
  return (
    <section className={classes.card} aria-labelledby="server">
      <h2 id="server">Server and schedule</h2>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Address"
            type="url"
            autoComplete="off"
            spellCheck={false}
            value={url}
            error={problemAt(save.error, 'url')}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
          <PasswordInput
            label="API key"
            description={
              status.has_key ? 'One is kept. It is never shown; enter another to change it.' : 'None is kept.'
            }
            placeholder={status.has_key ? '••••••••' : ''}
            autoComplete="off"
            value={key}
            error={problemAt(save.error, 'api_key')}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
          {touched && <ProbeResult probed={probed} />}
          <PollInput value={poll} onChange={setPoll} />
          <NumberInput
            label="Compare everything every"
            suffix=" hours"
            min={1}
            max={8_760}
            clampBehavior="none"
            allowDecimal={false}
            value={hours}
            error={hoursProblem}
            onChange={setHours}
          />
          <ListenSwitch checked={listen} onChange={setListen} />
          {elsewhere && (
            <Alert color="red" role="alert">
              {save.error?.message}
            </Alert>
          )}
          <div className={classes.end}>
            <Button type="submit" variant="light" loading={save.isPending} disabled={!complete}>
              Save
            </Button>
          </div>
        </Stack>
      </form>
    </section>
  );
}
