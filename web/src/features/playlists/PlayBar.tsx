import { ActionIcon, Switch } from '@mantine/core';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ListMusic, SkipBack, SkipForward } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { nextEntry, placeQuery, playlistQuery, putPlace } from '@/api/playlists';
import type { ItemKind } from '@/api/types';
import { useKeys } from '@/ui/keys';
import classes from './PlayBar.module.css';
import { targetOf } from './playing';
import { isRunning, setRunning } from './running';

const PICTURE_MS = 8_000;
const SETTLED_MS = 300; // a work of several files says "ended" between them, too
const LOOK_MS = 200;
const LOOKS = 40;

interface PlayBarProps {
  playlistId: number;
  entryId: number;
  shuffle: boolean;
  kind: ItemKind | undefined;
}

/** On the page of an item that is played as part of a playlist: what comes before and after it, and going on by itself. */
export function PlayBar({ playlistId, entryId, shuffle, kind }: PlayBarProps) {
  const { data: playlist } = useQuery(playlistQuery(playlistId));
  const before = useQuery(neighbourQuery(playlistId, entryId, shuffle, true));
  const behind = useQuery(neighbourQuery(playlistId, entryId, shuffle, false));
  const navigate = useNavigate();
  const [running, run] = useState(isRunning());
  const previous = targetOf(playlistId, before.data ?? null, shuffle);
  const next = targetOf(playlistId, behind.data ?? null, shuffle);
  const go = (target: typeof next) => {
    if (!target) return;
    // In place of this one: "back" leads to where the playlist was begun.
    void navigate({
      to: '/items/$itemId',
      params: { itemId: String(target.itemId) },
      search: target.search,
      replace: true,
    });
  };
  const change = (on: boolean) => {
    setRunning(on);
    run(on);
  };
  usePlace(playlistId, entryId, shuffle);
  useStart(running, entryId);
  useEnd(running, kind, () => go(next));
  const when = () => document.querySelector('[role=dialog], dialog[open]') === null;
  useKeys([
    { keys: ['N'], label: 'Next in the playlist', group: 'This playlist', run: () => go(next), when },
    { keys: ['P'], label: 'Previous in the playlist', group: 'This playlist', run: () => go(previous), when },
  ]);
  return (
    <nav className={classes.bar} aria-label="Playlist">
      <ListMusic size={18} aria-hidden="true" />
      <Link to="/playlists/$playlistId" params={{ playlistId: String(playlistId) }} className={classes.name}>
        {playlist?.name ?? 'Playlist'}
      </Link>
      <Switch
        size="sm"
        label="Go on by itself"
        className={classes.switch ?? ''}
        checked={running}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <ActionIcon size={40} aria-label="Previous in the playlist" disabled={!previous} onClick={() => go(previous)}>
        <SkipBack size={19} />
      </ActionIcon>
      <ActionIcon
        size={40}
        aria-label={next ? `Next in the playlist: ${behind.data?.item?.title ?? ''}` : 'This is the last one'}
        disabled={!next}
        onClick={() => go(next)}
      >
        <SkipForward size={19} />
      </ActionIcon>
    </nav>
  );
}

const neighbourQuery = (playlistId: number, entryId: number, shuffle: boolean, back: boolean) =>
  queryOptions({
    queryKey: ['playlists', 'neighbour', playlistId, entryId, shuffle, back],
    queryFn: () => nextEntry(playlistId, { entry_id: entryId, shuffle, back }),
    staleTime: 0,
  });

/** Where I am in it, for going on another day. */
function usePlace(playlistId: number, entryId: number, shuffle: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    void putPlace(playlistId, { entry_id: entryId, shuffle }).then(
      (place) => client.setQueryData(placeQuery(playlistId).queryKey, place),
      () => {}, // the next one says it again
    );
  }, [client, playlistId, entryId, shuffle]);
}

/** The player of the item that was come to starts by itself. */
function useStart(running: boolean, entryId: number): void {
  const start = useRef(running);
  start.current = running;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each entry
  useEffect(() => {
    if (!start.current) return;
    let looks = 0;
    const timer = window.setInterval(() => {
      looks += 1;
      const media = document.querySelector<HTMLMediaElement>('[data-item-scroller] :is(video, audio)');
      if (media?.src) void media.play().catch(() => {});
      if (media?.src || looks > LOOKS) clearInterval(timer);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [entryId]);
}

function useEnd(running: boolean, kind: ItemKind | undefined, onEnd: () => void): void {
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    if (!running) return;
    let timer = 0;
    const ended = ({ target }: Event) => {
      if (!(target instanceof HTMLMediaElement) || !target.closest('[data-item-scroller]')) return;
      timer = window.setTimeout(() => target.ended && target.isConnected && end.current(), SETTLED_MS);
    };
    // Capture: what media say does not bubble.
    document.addEventListener('ended', ended, { capture: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener('ended', ended, { capture: true });
    };
  }, [running]);
  useEffect(() => {
    if (!running || kind !== 'image') return;
    const timer = setTimeout(() => end.current(), PICTURE_MS);
    return () => clearTimeout(timer);
  }, [running, kind]);
}
