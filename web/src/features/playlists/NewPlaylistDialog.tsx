import { Modal, SegmentedControl, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { displaysQuery } from '@/api/displays';
import { problemAt } from '@/api/errors';
import { addPlaylist, type PlaylistKind, playlistQuery, renewPlaylists } from '@/api/playlists';
import { sessionQuery } from '@/api/session';
import { FormEnd } from '@/ui/FormEnd';
import classes from './Playlists.module.css';

/** Leads to the new playlist: what is in it is chosen there. */
export default function NewPlaylistDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<PlaylistKind>('blocks');
  const [shared, setShared] = useState(false);
  const [display, setDisplay] = useState<string | null>(null);
  const { data: session } = useQuery(sessionQuery);
  const { data: displays } = useQuery({ ...displaysQuery, enabled: session?.user.admin === true });
  const client = useQueryClient();
  const navigate = useNavigate();
  const add = useMutation({
    mutationFn: () =>
      addPlaylist({
        name: name.trim(),
        kind,
        shared,
        ...(kind === 'blocks' && display !== null && { display_id: Number(display) }),
      }),
    onSuccess: async (playlist) => {
      client.setQueryData(playlistQuery(playlist.id).queryKey, playlist);
      void renewPlaylists(client);
      await navigate({ to: '/playlists/$playlistId', params: { playlistId: String(playlist.id) } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) add.mutate();
  };
  const atName = problemAt(add.error, 'name');
  const options = displays?.items.map(({ id, name: called }) => ({ value: String(id), label: called })) ?? [];
  return (
    <Modal opened onClose={onClose} title="New playlist">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            data-autofocus
            required
            withAsterisk={false}
            maxLength={200}
            value={name}
            error={atName}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <div>
            <SegmentedControl
              fullWidth
              aria-label="What it holds"
              value={kind}
              onChange={setKind}
              data={[
                { value: 'blocks', label: 'Blocks, for displays' },
                { value: 'items', label: 'Chosen items' },
              ]}
            />
            <p className={classes.hint}>
              {kind === 'blocks'
                ? 'Each block is a search that stays up to date: so many items of it, the newest or at random.'
                : 'You choose what is in it, and in which order.'}
            </p>
          </div>
          {kind === 'blocks' && options.length > 0 && (
            <Select
              label="Display"
              description="It plays at once where the display has no playlist yet."
              placeholder="None for now"
              clearable
              data={options}
              value={display}
              onChange={setDisplay}
            />
          )}
          <Switch
            label="Share"
            description="Everybody with an account may see and play it. Each sees only what is for them."
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
        </Stack>
        <FormEnd error={atName ? null : add.error?.message} action="Create" busy={add.isPending} onCancel={onClose} />
      </form>
    </Modal>
  );
}
