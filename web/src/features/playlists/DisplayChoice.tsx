import { Button, Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { api } from '@/api/client';
import { displaysQuery } from '@/api/displays';
import { activatePlaylist, type Playlist } from '@/api/playlists';
import rows from '@/ui/Rows.module.css';
import classes from './Playlists.module.css';
import type { Editing } from './useEditing';

/** Which display a playlist is for, and putting it on: for administrators. */
export default function DisplayChoice({ playlist, editing }: { playlist: Playlist; editing: Editing }) {
  const client = useQueryClient();
  const { data } = useQuery(displaysQuery);
  const options = data?.items.map(({ id, name }) => ({ value: String(id), label: name || `Display ${id}` })) ?? [];
  if (options.length === 0) return null;
  const { display_id } = playlist;
  const choose = (next: string | null) => {
    const chosen = next === null ? null : Number(next);
    void editing.run({
      send: (version) => api.patch(`playlists/${playlist.id}`, { display_id: chosen, version }),
      shown: (before) => ({ ...before, display_id: chosen, active: false }),
    });
  };
  const putOn = async () => {
    const done = await editing.run({ send: () => activatePlaylist(playlist.id, null) });
    if (!done) return;
    void client.invalidateQueries({ queryKey: ['displays'] });
    const name = data?.items.find(({ id }) => id === display_id)?.name ?? 'the display';
    notifications.show({ message: `${playlist.name} plays on ${name}.` });
  };
  return (
    <div className={classes.display}>
      <Select
        aria-label="Display"
        placeholder="No display"
        clearable={!playlist.active}
        data={options}
        value={display_id === null ? null : String(display_id)}
        onChange={choose}
        className={classes.displaySelect ?? ''}
      />
      {display_id !== null &&
        (playlist.active ? (
          <span className={rows.badge} data-active>
            Playing
          </span>
        ) : (
          <Button leftSection={<Play size={15} aria-hidden="true" />} onClick={() => void putOn()}>
            Put on
          </Button>
        ))}
    </div>
  );
}
