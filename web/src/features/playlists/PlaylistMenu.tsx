import { ActionIcon, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Copy, Ellipsis, FileJson, FileSpreadsheet, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import {
  duplicatePlaylist,
  exportedPlaylist,
  exportUrl,
  importPlaylist,
  type Playlist,
  removePlaylist,
  renewPlaylists,
} from '@/api/playlists';
import { offerUndo } from '@/ui/undo';
import { reportRefusal } from '@/ui/useItemKeys';

// Few visits delete anything.
const Ask = lazy(async () => ({ default: (await import('@/ui/Ask')).Ask }));

interface PlaylistMenuProps {
  playlist: Playlist;
  /** Where there is nothing left to show afterwards. */
  onRemoved?: () => void;
}

export function PlaylistMenu({ playlist, onRemoved }: PlaylistMenuProps) {
  const [asking, setAsking] = useState<boolean | null>(null); // null: never asked for, so not loaded
  const client = useQueryClient();
  const navigate = useNavigate();
  const copy = useMutation({
    mutationFn: () => duplicatePlaylist(playlist.id),
    onSuccess: async (made) => {
      void renewPlaylists(client);
      await navigate({ to: '/playlists/$playlistId', params: { playlistId: String(made.id) } });
    },
    onError: reportRefusal,
  });
  const remove = useMutation({
    // What it was is kept for a while on this page: it comes back as it was, but for its place on a display.
    mutationFn: async () => {
      const document = await exportedPlaylist(playlist.id);
      await removePlaylist(playlist.id);
      return document;
    },
    onSuccess: (document) => {
      setAsking(false);
      onRemoved?.();
      void renewPlaylists(client);
      offerUndo(`${playlist.name} is deleted.`, async () => {
        await importPlaylist({ playlist: document });
        await renewPlaylists(client);
      });
    },
  });
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon size={40} aria-label={`More: ${playlist.name}`}>
            <Ellipsis size={20} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Copy size={16} />} onClick={() => copy.mutate()}>
            Duplicate
          </Menu.Item>
          {playlist.editable && (
            <>
              <Menu.Item
                component="a"
                href={exportUrl(playlist.id, 'json')}
                download
                leftSection={<FileJson size={16} />}
              >
                Export as JSON
              </Menu.Item>
              <Menu.Item
                component="a"
                href={exportUrl(playlist.id, 'csv')}
                download
                leftSection={<FileSpreadsheet size={16} />}
              >
                Export as CSV
              </Menu.Item>
              <Menu.Item color="red" leftSection={<Trash2 size={16} />} onClick={() => setAsking(true)}>
                Delete…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {asking !== null && (
          <Ask
            opened={asking}
            title={`Delete ${playlist.name}?`}
            action="Delete"
            busy={remove.isPending}
            error={remove.error}
            onClose={() => setAsking(false)}
            onSure={() => remove.mutate()}
          >
            <p>
              {playlist.active
                ? 'A display is playing it: it will have nothing to play until you give it another playlist.'
                : 'The items themselves stay where they are.'}
            </p>
          </Ask>
        )}
      </Suspense>
    </>
  );
}
