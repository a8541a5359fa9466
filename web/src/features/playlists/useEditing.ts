import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { ApiError } from '@/api/errors';
import { type Playlist, playlistQuery } from '@/api/playlists';
import { reportRefusal } from '@/ui/useItemKeys';

interface Edit {
  /** With the version it is made to: the server refuses it when somebody else was there before. */
  send: (version: number) => Promise<unknown>;
  /** How it looks at once. */
  shown?: (playlist: Playlist) => Playlist;
}

export interface Editing {
  playlist: Playlist | undefined;
  error: Error | null;
  refetch: () => void;
  saving: boolean;
  /** Somebody else changed it meanwhile; nothing is saved until it is read anew. */
  conflict: boolean;
  reload: () => Promise<void>;
  run: (edit: Edit) => Promise<boolean>;
}

/** Every change is shown at once and saved as it is made, one after the other, each to the version the one before left. */
export function useEditing(id: number): Editing {
  const client = useQueryClient();
  const { queryKey } = playlistQuery(id);
  const { data: playlist, error, refetch } = useQuery(playlistQuery(id));
  const [conflict, setConflict] = useState(false);
  const scope = { id: `playlist-${id}` };
  const mutation = useMutation({
    scope,
    mutationFn: async ({ send }: Edit) => {
      const version = client.getQueryData(queryKey)?.version ?? 0;
      const answer = await send(version);
      return isPlaylist(answer) ? answer : api.get<Playlist>(`playlists/${id}`);
    },
    onMutate: async ({ shown }) => {
      await client.cancelQueries({ queryKey });
      if (shown) client.setQueryData(queryKey, (before) => before && shown(before));
    },
    onSuccess: (saved) => {
      // While more is on its way, that is what is on screen; only the version moves on.
      const last = client.isMutating({ predicate: ({ options }) => options.scope?.id === scope.id }) <= 1;
      client.setQueryData(queryKey, (before) => (last || !before ? saved : { ...before, version: saved.version }));
      void client.invalidateQueries({ queryKey: ['playlists', 'list'] });
    },
    onError: (refusal) => {
      if (refusal instanceof ApiError && refusal.status === 409) setConflict(true);
      else {
        reportRefusal(refusal);
        void client.invalidateQueries({ queryKey });
      }
    },
  });
  return {
    playlist,
    error,
    refetch: () => void refetch(),
    saving: mutation.isPending,
    conflict,
    reload: async () => {
      await refetch();
      setConflict(false);
    },
    run: async (edit) => {
      try {
        await mutation.mutateAsync(edit);
        return true;
      } catch {
        return false; // said already
      }
    },
  };
}

function isPlaylist(answer: unknown): answer is Playlist {
  return typeof answer === 'object' && answer !== null && 'blocks' in answer && 'version' in answer;
}
