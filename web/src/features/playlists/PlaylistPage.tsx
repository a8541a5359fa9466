import { Alert, Button, Switch, TextInput, VisuallyHidden } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { RefreshCw } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { api } from '@/api/client';
import { ApiError } from '@/api/errors';
import { liveEvents } from '@/api/events';
import type { Playlist } from '@/api/playlists';
import { sessionQuery } from '@/api/session';
import { BackLink } from '@/ui/BackLink';
import rows from '@/ui/Rows.module.css';
import { EmptyState, ErrorState } from '@/ui/States';
import { PlaylistMenu } from './PlaylistMenu';
import classes from './Playlists.module.css';
import { useDraft } from './useDraft';
import { type Editing, useEditing } from './useEditing';
import { extentOf } from './words';

const BlocksEditor = lazy(() => import('./BlocksEditor'));
const EntryList = lazy(() => import('./EntryList'));
const DisplayChoice = lazy(() => import('./DisplayChoice'));

const NEWS_MS = 4_000; // a scan reports many times a second

export function PlaylistPage() {
  const { playlistId } = useParams({ strict: false });
  const id = Number(playlistId);
  return Number.isSafeInteger(id) && id > 0 ? <OnePlaylist key={id} id={id} /> : <NoSuchPlaylist />;
}

function OnePlaylist({ id }: { id: number }) {
  const editing = useEditing(id);
  const [reloads, setReloads] = useState(0);
  const { playlist, error } = editing;
  useCountNews(id, playlist?.display_id ?? null);
  if (error instanceof ApiError && error.status === 404) return <NoSuchPlaylist />;
  if (!playlist) return error ? <ErrorState error={error} onRetry={editing.refetch} /> : <Loading />;
  const reload = async () => {
    await editing.reload();
    setReloads(reloads + 1);
  };
  return (
    <div className={classes.scroller}>
      {/* What was typed and not saved belongs to the state that was; it goes with it. */}
      <div className={classes.page} key={reloads}>
        <Header playlist={playlist} editing={editing} />
        {editing.conflict && <Conflict onReload={reload} />}
        <Suspense fallback={<Loading />}>
          {playlist.kind === 'blocks' ? (
            <BlocksEditor playlist={playlist} editing={editing} />
          ) : (
            <EntryList playlist={playlist} />
          )}
        </Suspense>
      </div>
    </div>
  );
}

function Header({ playlist, editing }: { playlist: Playlist; editing: Editing }) {
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const name = useDraft(playlist.name, (next) => {
    if (!next.trim()) return;
    void editing.run({
      send: (version) => api.patch(`playlists/${playlist.id}`, { name: next.trim(), version }),
      shown: (before) => ({ ...before, name: next.trim() }),
    });
  });
  const share = (shared: boolean) =>
    void editing.run({
      send: (version) => api.patch(`playlists/${playlist.id}`, { shared, version }),
      shown: (before) => ({ ...before, shared }),
    });
  return (
    <>
      <BackLink to="/playlists">Playlists</BackLink>
      <header className={classes.header}>
        <div className={classes.titleBox}>
          {playlist.editable ? (
            <>
              <VisuallyHidden component="h1">{playlist.name}</VisuallyHidden>
              <TextInput
                classNames={{ input: classes.nameInput ?? '' }}
                aria-label="Name of the playlist"
                maxLength={200}
                value={name.value}
                error={name.value.trim() ? null : 'A playlist needs a name'}
                onChange={(event) => name.change(event.currentTarget.value)}
                onBlur={name.flush}
                onKeyDown={(event) => event.key === 'Enter' && name.flush()}
              />
            </>
          ) : (
            <h1 className={classes.title}>{playlist.name}</h1>
          )}
          <p className={rows.facts}>
            {extentOf(playlist)}
            {!playlist.mine && ` · by ${playlist.owner.name}`}
            {playlist.editable && <Saved editing={editing} />}
          </p>
        </div>
        <div className={classes.tools}>
          {playlist.editable && playlist.mine && (
            <Switch label="Shared" checked={playlist.shared} onChange={(event) => share(event.currentTarget.checked)} />
          )}
          {playlist.kind === 'blocks' && session?.user.admin && (
            <Suspense>
              <DisplayChoice playlist={playlist} editing={editing} />
            </Suspense>
          )}
          <PlaylistMenu playlist={playlist} onRemoved={() => void navigate({ to: '/playlists' })} />
        </div>
      </header>
    </>
  );
}

function Saved({ editing }: { editing: Editing }): ReactNode {
  if (editing.conflict) return ' · Not saved';
  return editing.saving ? ' · Saving …' : ' · Saved as you go';
}

function Conflict({ onReload }: { onReload: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  return (
    <Alert
      color="yellow"
      role="alert"
      title="Somebody else has changed this playlist"
      className={classes.conflict ?? ''}
    >
      <p>Your last change is not saved, so that theirs is not lost. Read it anew, and make your change again.</p>
      <Button
        size="compact-md"
        leftSection={<RefreshCw size={15} aria-hidden="true" />}
        loading={busy}
        onClick={() => {
          setBusy(true);
          void onReload();
        }}
      >
        Read it anew
      </Button>
    </Alert>
  );
}

function NoSuchPlaylist() {
  return (
    <EmptyState title="There is no such playlist">
      It was deleted, or its maker does not share it. <Link to="/playlists">See your playlists</Link>
    </EmptyState>
  );
}

function Loading() {
  return (
    <div className={classes.page} role="status" aria-label="Loading">
      <div className={rows.ghost} />
      <div className={rows.ghost} />
    </div>
  );
}

/** What a block may draw from grows with the library, and what of it was seen with every slot of its display; its counts follow. */
function useCountNews(id: number, displayId: number | null): void {
  const client = useQueryClient();
  useEffect(() => {
    let timer = 0;
    const renew = () => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        void client.invalidateQueries({ queryKey: ['playlists', 'preview'] });
        void client.invalidateQueries({ queryKey: ['playlists', 'one', id] });
      }, NEWS_MS);
    };
    const unfollow = [
      liveEvents.on('library', renew),
      liveEvents.on('display', (display) => display.id === displayId && renew()),
    ];
    return () => {
      clearTimeout(timer);
      for (const end of unfollow) end();
    };
  }, [client, id, displayId]);
}
