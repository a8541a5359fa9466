import { Alert, Button, Modal, Switch, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ListMusic, ListPlus, MonitorPlay, Search } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { BulkTarget } from '@/api/editing';
import {
  addBlock,
  addEntries,
  addPlaylist,
  type EntriesChanged,
  type EntryTarget,
  type Playlist,
  playlistsQuery,
  renewPlaylists,
} from '@/api/playlists';
import { formatCount, plural } from '@/core/format';
import choices from '@/ui/Choices.module.css';
import classes from './AddToPlaylist.module.css';
import { NEW_BLOCK } from './words';

const SEARCHABLE = 8; // playlists
const AT_ONCE = 10_000; // ids of one request

type Added = Pick<EntriesChanged, 'changed' | 'skipped'>;

interface AddToPlaylistProps {
  target: BulkTarget;
  count: number;
  onClose: () => void;
  onAdded?: () => void;
}

/** Items into a playlist of mine; or, where all that matches is meant, a block that goes on matching. */
export default function AddToPlaylist({ target, count, onClose, onAdded }: AddToPlaylistProps) {
  const client = useQueryClient();
  const { data, error } = useQuery(playlistsQuery);
  const [find, setFind] = useState('');
  const [name, setName] = useState('');
  const [unique, setUnique] = useState(true);
  const mine = (data?.items ?? []).filter(({ editable }) => editable);
  const wanted = mine.filter((one) => one.name.toLowerCase().includes(find.trim().toLowerCase()));
  const lists = wanted.filter(({ kind }) => kind === 'items');
  const blocks = 'query' in target ? wanted.filter(({ kind }) => kind === 'blocks') : [];
  const done = (message: string) => {
    notifications.show({ message });
    void renewPlaylists(client);
    onAdded?.();
    onClose();
  };
  const add = useMutation({
    mutationFn: async (playlist: Playlist | string) => {
      const into = typeof playlist === 'string' ? await addPlaylist({ name: playlist, kind: 'items' }) : playlist;
      if (into.kind === 'items') return { into, changed: await addAll(into.id, target, unique) };
      if ('query' in target) await addBlock(into.id, { ...NEW_BLOCK, filter: target.query });
      return { into, changed: null };
    },
    onSuccess: ({ into, changed }) =>
      done(changed ? addedText(into.name, changed) : `A block is added to ${into.name}.`),
  });
  const create = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) add.mutate(name.trim());
  };
  const problem = add.error ?? error;
  return (
    <Modal opened onClose={onClose} title={`Add ${plural(count, 'item')} to a playlist`}>
      {mine.length > SEARCHABLE && (
        <TextInput
          aria-label="Find a playlist"
          placeholder="Find a playlist"
          mb="sm"
          leftSection={<Search size={15} aria-hidden="true" />}
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
      )}
      <Choices playlists={lists} label="Playlists of items" busy={add.isPending} onChoose={(one) => add.mutate(one)} />
      {lists.length > 0 && (
        <Switch
          my="sm"
          label="Leave out what is in it already"
          checked={unique}
          onChange={(event) => setUnique(event.currentTarget.checked)}
        />
      )}
      {blocks.length > 0 && (
        <>
          <h3 className={choices.heading}>As a block that stays up to date</h3>
          <Choices
            playlists={blocks}
            label="Playlists for displays"
            busy={add.isPending}
            onChoose={(one) => add.mutate(one)}
          />
        </>
      )}
      <form onSubmit={create} className={classes.new}>
        <TextInput
          label="New playlist"
          placeholder="Name"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          type="submit"
          leftSection={<ListPlus size={16} aria-hidden="true" />}
          disabled={!name.trim()}
          loading={add.isPending}
        >
          Create and add
        </Button>
      </form>
      {problem && (
        <Alert color="red" role="alert" mt="md">
          {problem.message}
        </Alert>
      )}
    </Modal>
  );
}

interface ChoicesProps {
  playlists: Playlist[];
  label: string;
  busy: boolean;
  onChoose: (playlist: Playlist) => void;
}

function Choices({ playlists, label, busy, onChoose }: ChoicesProps) {
  if (playlists.length === 0) return null;
  return (
    <ul className={choices.list} aria-label={label}>
      {playlists.map((playlist) => {
        const Icon = playlist.kind === 'items' ? ListMusic : MonitorPlay;
        return (
          <li key={playlist.id}>
            <button type="button" className={choices.choice} disabled={busy} onClick={() => onChoose(playlist)}>
              <Icon size={18} aria-hidden="true" />
              <span className={classes.name}>{playlist.name}</span>
              <small>
                {playlist.kind === 'items' ? formatCount(playlist.item_count) : plural(playlist.blocks.length, 'block')}
              </small>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** More ids than one request takes go one request after the other. */
async function addAll(playlistId: number, target: BulkTarget, unique: boolean): Promise<Added> {
  if ('query' in target) return addEntries(playlistId, target, unique);
  const all = { changed: 0, skipped: 0 };
  for (let at = 0; at < target.ids.length; at += AT_ONCE) {
    const part: EntryTarget = { item_ids: target.ids.slice(at, at + AT_ONCE) };
    const { changed, skipped } = await addEntries(playlistId, part, unique);
    all.changed += changed;
    all.skipped += skipped;
  }
  return all;
}

export function addedText(name: string, { changed, skipped }: Added): string {
  if (changed === 0) return `All of it is in ${name} already.`;
  const left = skipped > 0 ? ` ${formatCount(skipped)} left out.` : '';
  return `${plural(changed, 'item')} added to ${name}.${left}`;
}
