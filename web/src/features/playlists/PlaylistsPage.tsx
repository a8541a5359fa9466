import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronRight, Ellipsis, FileUp, ListMusic, ListPlus, MonitorPlay } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { displaysQuery } from '@/api/displays';
import { type Playlist, playlistsQuery } from '@/api/playlists';
import { sessionQuery } from '@/api/session';
import { formatAgo } from '@/core/format';
import { Page } from '@/ui/Page';
import rows from '@/ui/Rows.module.css';
import { EmptyState, ErrorState } from '@/ui/States';
import { PlaylistMenu } from './PlaylistMenu';
import classes from './Playlists.module.css';
import { useImport } from './useImport';
import { extentOf } from './words';

const NewPlaylistDialog = lazy(() => import('./NewPlaylistDialog'));
const ImportReport = lazy(() => import('./ImportReport'));

/** My playlists, and those others share: for displays, and of chosen items. */
export function PlaylistsPage() {
  const { data, error, refetch } = useQuery(playlistsQuery);
  const [adding, setAdding] = useState(false);
  const importing = useImport();
  const file = useRef<HTMLInputElement>(null);
  const items = data?.items ?? [];
  return (
    <Page
      title="Playlists"
      subtitle="Blocks of searches that fill displays, and lists of items to play one after another."
      actions={
        <>
          <Button leftSection={<ListPlus size={16} aria-hidden="true" />} onClick={() => setAdding(true)}>
            New playlist
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" px={10} aria-label="More">
                <Ellipsis size={18} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<FileUp size={16} />} onClick={() => file.current?.click()}>
                Import a file…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <input
            ref={file}
            type="file"
            hidden
            aria-label="Playlist file"
            accept=".json,.csv,application/json,text/csv"
            onChange={(event) => {
              const [chosen] = event.currentTarget.files ?? [];
              event.currentTarget.value = '';
              if (chosen) importing.take(chosen);
            }}
          />
        </>
      }
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Ghosts />}
      {data && items.length === 0 && (
        <EmptyState
          icon={ListMusic}
          title="No playlists yet"
          action={<Button onClick={() => setAdding(true)}>New playlist</Button>}
        >
          Make one for a display out of searches, or choose items to play one after another.
        </EmptyState>
      )}
      <Group title="For displays" playlists={items.filter(({ kind }) => kind === 'blocks')} />
      <Group title="Of chosen items" playlists={items.filter(({ kind }) => kind === 'items')} />
      {adding && <NewPlaylistDialog onClose={() => setAdding(false)} />}
      <Suspense>{importing.report && <ImportReport report={importing.report} onClose={importing.dismiss} />}</Suspense>
    </Page>
  );
}

function Group({ title, playlists }: { title: string; playlists: Playlist[] }) {
  const { data: session } = useQuery(sessionQuery);
  const { data: displays } = useQuery({ ...displaysQuery, enabled: session?.user.admin === true });
  if (playlists.length === 0) return null;
  const nameOf = (id: number | null) => displays?.items.find((one) => one.id === id)?.name ?? null;
  return (
    <section className={classes.group} aria-label={title}>
      <h2 className={classes.heading}>{title}</h2>
      <ul className={rows.list}>
        {playlists.map((playlist) => (
          <PlaylistRow key={playlist.id} playlist={playlist} display={nameOf(playlist.display_id)} />
        ))}
      </ul>
    </section>
  );
}

function PlaylistRow({ playlist, display }: { playlist: Playlist; display: string | null }) {
  const Icon = playlist.kind === 'blocks' ? MonitorPlay : ListMusic;
  return (
    <li className={classes.row}>
      <Link to="/playlists/$playlistId" params={{ playlistId: String(playlist.id) }} className={rows.row}>
        <span className={rows.sign}>
          <Icon size={20} strokeWidth={1.7} aria-hidden="true" />
        </span>
        <span className={rows.who}>
          <span className={rows.name}>
            {playlist.name}
            <PlaylistBadges playlist={playlist} display={display} />
          </span>
          <span className={rows.facts}>
            {extentOf(playlist)} · changed {formatAgo(playlist.updated_at, Date.now())}
          </span>
        </span>
        <ChevronRight className={rows.chevron} size={18} aria-hidden="true" />
      </Link>
      <PlaylistMenu playlist={playlist} />
    </li>
  );
}

export function PlaylistBadges({ playlist, display }: { playlist: Playlist; display: string | null }) {
  const { mine, owner, shared, active, display_id } = playlist;
  return (
    <>
      {!mine && <span className={rows.badge}>by {owner.name}</span>}
      {mine && shared && <span className={rows.badge}>Shared</span>}
      {display_id !== null && (
        <span className={rows.badge} data-active={active || undefined}>
          {active ? `Plays on ${display ?? 'a display'}` : `For ${display ?? 'a display'}`}
        </span>
      )}
    </>
  );
}

function Ghosts() {
  return (
    <div role="status" aria-label="Loading">
      <div className={rows.ghost} />
      <div className={rows.ghost} />
      <div className={rows.ghost} />
    </div>
  );
}
