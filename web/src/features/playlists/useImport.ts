import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type Imported, importPlaylist, renewPlaylists } from '@/api/playlists';

const MOST_BYTES = 64 * 2 ** 20;

interface Importing {
  take: (file: File) => void;
  /** What could not be found here; null when all is there. */
  report: Imported | null;
  dismiss: () => void;
}

/** A playlist out of a file that was exported here or elsewhere. */
export function useImport(): Importing {
  const client = useQueryClient();
  const navigate = useNavigate();
  const open = (id: number) => navigate({ to: '/playlists/$playlistId', params: { playlistId: String(id) } });
  const { mutate, data, reset } = useMutation({
    mutationFn: async (file: File) => importPlaylist(await bodyOf(file)),
    onSuccess: ({ playlist, skipped }) => {
      void renewPlaylists(client);
      if (skipped === 0) void open(playlist.id);
    },
    onError: (error) => notifications.show({ color: 'red', title: 'Not imported', message: error.message }),
  });
  return {
    take: (file) => mutate(file),
    report: data && data.skipped > 0 ? data : null,
    dismiss: () => {
      if (data) void open(data.playlist.id);
      reset();
    },
  };
}

async function bodyOf(file: File): Promise<{ playlist: unknown } | { csv: string }> {
  if (file.size > MOST_BYTES) throw new Error('This file is too large to be a playlist.');
  const text = await file.text();
  if (!text.trimStart().startsWith('{')) return { csv: text };
  try {
    return { playlist: JSON.parse(text) as unknown };
  } catch {
    throw new Error(`${file.name} is not a whole JSON document. Export the playlist again.`);
  }
}
