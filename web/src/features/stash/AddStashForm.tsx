import { PasswordInput, Stack, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { problemAt } from '@/api/errors';
import { jobsQuery } from '@/api/jobs';
import { FormEnd } from '@/ui/FormEnd';
import { PollInput } from './PollInput';
import { ProbeResult } from './ProbeResult';
import { addStash } from './stashApi';
import { pollProblem } from './stashWords';
import { useProbe } from './useProbe';

/** The form of a mirror that is being added. The server is tried while it is typed; one that is away may be added all the same. */
export function AddStashForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [url, setUrl] = useState('');
  const [key, setKey] = useState('');
  const [name, setName] = useState('Stash');
  const [poll, setPoll] = useState<number | string>(60);
  const [listen, setListen] = useState(true);
  const probed = useProbe(url, key.trim(), null);
  const add = useMutation({
    mutationFn: () =>
      addStash({
        name: name.trim(),
        stash: { url: url.trim(), api_key: key.trim(), poll_minutes: Number(poll), listen },
      }),
    onSuccess: (library) => {
      onClose();
      void client.invalidateQueries({ queryKey: ['libraries'] });
      void client.invalidateQueries({ queryKey: jobsQuery.queryKey });
      void navigate({ to: '/libraries/$libraryId/stash', params: { libraryId: String(library.id) } });
    },
  });
  const impossible = probed.found?.trouble === 'address' || probed.found?.trouble === 'private';
  const complete =
    url.trim() !== '' && name.trim() !== '' && pollProblem(poll) === null && !impossible && !probed.trying;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) add.mutate();
  };
  const elsewhere = add.error && !problemAt(add.error, 'url') && !problemAt(add.error, 'name');
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          label="Address"
          placeholder="http://stash.lan:9999"
          type="url"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={url}
          error={problemAt(add.error, 'url')}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <PasswordInput
          label="API key"
          description="Stash shows it under Settings, Security. A Stash without a password needs none."
          autoComplete="off"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <ProbeResult probed={probed} />
        <TextInput
          label="Name"
          value={name}
          error={problemAt(add.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PollInput value={poll} onChange={setPoll} />
        <ListenSwitch checked={listen} onChange={setListen} />
      </Stack>
      <FormEnd
        error={elsewhere ? add.error?.message : null}
        action={probed.found?.trouble ? 'Add it all the same' : 'Add and mirror'}
        busy={add.isPending}
        disabled={!complete}
        onCancel={onClose}
      />
    </form>
  );
}

export function ListenSwitch({ checked, onChange }: { checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <Switch
      label="Listen for changes"
      description="Keeps one connection open, over which Stash tells that a scan has ended."
      checked={checked}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
