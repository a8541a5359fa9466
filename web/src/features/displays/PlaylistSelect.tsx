import { Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SquarePen } from 'lucide-react';
import type { Display } from '@/api/displays';
import { activatePlaylist, blockPlaylistsQuery, renewPlaylists } from '@/api/playlists';
import classes from './Displays.module.css';
import { nameOf } from './words';

/** Which playlist a display plays. Choosing one puts it on at once. */
export default function PlaylistSelect({ display }: { display: Display }) {
  const client = useQueryClient();
  const { data } = useQuery(blockPlaylistsQuery);
  const put = useMutation({
    mutationFn: (id: number) => activatePlaylist(id, display.id),
    onSuccess: ({ name }) => {
      notifications.show({ message: `${name} is on ${nameOf(display)} now.` });
      void renewPlaylists(client);
      void client.invalidateQueries({ queryKey: ['displays'] });
    },
    onError: (error) => notifications.show({ color: 'red', title: 'Not put on', message: error.message }),
  });
  const known = (data?.items ?? []).map(({ id, name }) => ({ id, name }));
  const { playlist_id, playlist_name } = display;
  if (playlist_id !== null && !known.some(({ id }) => id === playlist_id)) {
    known.push({ id: playlist_id, name: playlist_name ?? 'A playlist' });
  }
  if (data && known.length === 0) {
    return (
      <p className={classes.facts}>
        There is no playlist for displays yet. <Link to="/playlists">Make one</Link>
      </p>
    );
  }
  return (
    <div className={classes.playlist}>
      <Select
        aria-label="Playlist"
        placeholder="Choose a playlist"
        className={classes.grow ?? ''}
        allowDeselect={false}
        searchable={known.length > 10}
        disabled={put.isPending}
        data={known.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={playlist_id === null ? null : String(playlist_id)}
        onChange={(next) => next !== null && put.mutate(Number(next))}
      />
      {playlist_id !== null && (
        <Link
          to="/playlists/$playlistId"
          params={{ playlistId: String(playlist_id) }}
          className={classes.edit}
          aria-label={`Edit ${playlist_name ?? 'the playlist'}`}
        >
          <SquarePen size={18} aria-hidden="true" />
        </Link>
      )}
    </div>
  );
}
