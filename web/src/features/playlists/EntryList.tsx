import { ActionIcon, Button, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ListMusic, Play, Shuffle, StepForward, X } from 'lucide-react';
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { type Entry, type Playlist, type PlaylistPlace, placeQuery } from '@/api/playlists';
import type { Card } from '@/api/types';
import { formatDuration, formatSpan } from '@/core/format';
import { Cover } from '@/ui/Cover';
import { Handle } from '@/ui/Handle';
import { KIND_LOOKS } from '@/ui/kinds';
import { EmptyState, ErrorState } from '@/ui/States';
import { useDragging } from '@/ui/useSorting';
import classes from './Entries.module.css';
import { type PlayingTarget, playAnew, playOn, targetOf } from './playing';
import { setRunning } from './running';
import { type Shift, sourceOf } from './shifting';
import { useEntries } from './useEntries';
import { ROW_PX, useVisibleRows } from './useVisibleRows';

const ADDED_UP = 500; // entries whose lengths are added up on the way

/** Chosen items in their order: played, moved, taken out. Only the rows on the screen exist, so long lists cost no more. */
export default function EntryList({ playlist }: { playlist: Playlist }) {
  const entries = useEntries(playlist.id);
  const list = useRef<HTMLOListElement>(null);
  const total = entries.total ?? 0;
  const rows = useVisibleRows(list, total, entries.cache);
  entries.see(rows.pages);
  const [held, setHeld] = useState<{ id: number; shift: Shift } | null>(null);
  const [said, setSaid] = useState('');
  const focus = useFocusKept(list);
  const from = useRef(0);

  const place = (entry: Entry, at: number, to: number) => {
    const wanted = Math.min(total - 1, Math.max(0, to));
    if (wanted === at) return;
    focus.current = entry.entry_id;
    entries.move(entry, { from: at, to: wanted });
    setSaid(`${titleOf(entry)} is now ${wanted + 1} of ${total}`);
    rows.reveal(wanted);
  };
  const drag = useDragging<number>({
    list,
    placeAt: (y) => rows.rowAt(y),
    onHold: (id, to) => setHeld({ id, shift: { from: from.current, to } }),
    onDrop: (id, to) => {
      setHeld(null);
      const entry = entries.entryAt(from.current);
      if (to !== null && entry?.entry_id === id) place(entry, from.current, to);
    },
  });
  const shownAt = (index: number) => entries.entryAt(held ? sourceOf(index, [held.shift]) : index);

  if (entries.cache.error && entries.total === null) return <ErrorState error={entries.cache.error} />;
  return (
    <>
      {total > 0 && <PlayButtons playlist={playlist} length={lengthOf(entries, total)} />}
      {entries.total === 0 && (
        <EmptyState
          icon={ListMusic}
          title="Nothing in it yet"
          action={
            <Button component={Link} to="/browse">
              Browse
            </Button>
          }
        >
          Select items while browsing, or open one, and choose “Add to playlist”.
        </EmptyState>
      )}
      <ol ref={list} className={classes.entries} style={{ height: total * ROW_PX }} aria-label={playlist.name}>
        {rows.indexes.map((index) => {
          const entry = shownAt(index);
          if (!entry) return <li key={`at ${index}`} className={classes.ghost} style={{ top: index * ROW_PX }} />;
          return (
            <EntryRow
              key={entry.entry_id}
              playlist={playlist}
              entry={entry}
              index={index}
              total={total}
              dragged={held?.id === entry.entry_id}
              onKey={(to) => place(entry, index, to)}
              onGrab={(event) => {
                from.current = index;
                drag(event, entry.entry_id, index);
              }}
              onRemove={() => {
                setSaid(`${titleOf(entry)} taken out`);
                entries.remove(entry, index);
              }}
            />
          );
        })}
      </ol>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </>
  );
}

interface EntryRowProps {
  playlist: Playlist;
  entry: Entry;
  index: number;
  total: number;
  dragged: boolean;
  onKey: (to: number) => void;
  onGrab: (event: React.PointerEvent) => void;
  onRemove: () => void;
}

function EntryRow({ playlist, entry, index, total, dragged, onKey, onGrab, onRemove }: EntryRowProps) {
  const title = titleOf(entry);
  const keys = (event: KeyboardEvent) => {
    const to = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: total - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onKey(to);
  };
  return (
    <li
      className={classes.entry}
      style={{ top: index * ROW_PX }}
      data-id={entry.entry_id}
      data-dragged={dragged || undefined}
      aria-posinset={index + 1}
      aria-setsize={total}
    >
      {playlist.editable && (
        <Handle
          data-handle
          aria-label={`Move ${title}: drag, or use the arrow keys`}
          onKeyDown={keys}
          onPointerDown={onGrab}
        />
      )}
      <span className={classes.number} aria-hidden="true">
        {index + 1}
      </span>
      {entry.item ? <Title playlist={playlist} entry={entry} item={entry.item} /> : <Gone />}
      {playlist.editable && (
        <ActionIcon size={40} aria-label={`Take out ${title}`} onClick={onRemove}>
          <X size={17} />
        </ActionIcon>
      )}
    </li>
  );
}

function Title({ playlist, entry, item }: { playlist: Playlist; entry: Entry; item: Card }) {
  const target = targetOf(playlist.id, entry, false);
  return (
    <Link
      to="/items/$itemId"
      params={{ itemId: String(item.id) }}
      search={target?.search ?? {}}
      className={classes.open}
    >
      <span className={classes.picture}>
        <Cover item={item} width={48} ratio={1} lazy />
      </span>
      <span className={classes.text}>
        <span className={classes.title}>{item.title}</span>
        <span className={classes.subtitle}>
          {item.subtitle ?? KIND_LOOKS[item.kind].one}
          {item.duration !== null && <span className={classes.lengthBelow}> · {formatDuration(item.duration)}</span>}
        </span>
      </span>
      <span className={classes.length}>{formatDuration(item.duration)}</span>
    </Link>
  );
}

/** It keeps its place, and comes back there. */
function Gone() {
  return (
    <span className={classes.open}>
      <span className={classes.picture} />
      <span className={classes.subtitle}>No longer in its library</span>
    </span>
  );
}

function PlayButtons({ playlist, length }: { playlist: Playlist; length: string }) {
  const navigate = useNavigate();
  const { data: place } = useQuery(placeQuery(playlist.id));
  const [busy, setBusy] = useState(false);
  const go = async (find: () => Promise<PlayingTarget | null>) => {
    setBusy(true);
    try {
      const target = await find();
      if (target) {
        setRunning(true);
        await navigate({ to: '/items/$itemId', params: { itemId: String(target.itemId) }, search: target.search });
      } else {
        notifications.show({ message: 'Nothing in it can be played now.' });
      }
    } catch (error) {
      notifications.show({ color: 'red', message: error instanceof Error ? error.message : '' });
    } finally {
      setBusy(false);
    }
  };
  const begun = isBegun(place);
  return (
    <div className={classes.play}>
      {begun && place && (
        <Button
          leftSection={<StepForward size={16} aria-hidden="true" />}
          loading={busy}
          onClick={() => void go(() => playOn(playlist.id, place))}
        >
          Go on{place.shuffle ? ', shuffled' : ''}
        </Button>
      )}
      <Button
        variant={begun ? 'default' : 'filled'}
        leftSection={<Play size={16} aria-hidden="true" />}
        disabled={busy}
        onClick={() => void go(() => playAnew(playlist.id, false))}
      >
        {begun ? 'From the beginning' : 'Play'}
      </Button>
      <Button
        variant="default"
        leftSection={<Shuffle size={16} aria-hidden="true" />}
        disabled={busy}
        onClick={() => void go(() => playAnew(playlist.id, true))}
      >
        Shuffle
      </Button>
      {length && <span className={classes.facts}>{length}</span>}
    </div>
  );
}

function isBegun(place: PlaylistPlace | undefined): boolean {
  return place !== undefined && place.entry_id !== null;
}

/** How long it all takes, where every entry is known; a part of it would be a guess. */
function lengthOf(entries: { entryAt: (index: number) => Entry | undefined }, total: number): string {
  if (total > ADDED_UP) return '';
  let seconds = 0;
  for (let index = 0; index < total; index += 1) {
    const entry = entries.entryAt(index);
    if (!entry) return '';
    seconds += entry.item?.duration ?? 0;
  }
  return seconds > 0 ? `${formatSpan(seconds)} in all` : '';
}

function titleOf(entry: Entry): string {
  return entry.item?.title ?? 'an entry that is gone';
}

/** A row that is moved by keys keeps the focus, wherever it comes to stand. */
function useFocusKept(list: React.RefObject<HTMLOListElement | null>) {
  const wanted = useRef<number | null>(null);
  // After every rendering: the row may come into being only once the list has scrolled to it.
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const handle = list.current?.querySelector<HTMLElement>(`[data-id="${wanted.current}"] [data-handle]`);
    if (!handle) return;
    wanted.current = null;
    handle.focus({ preventScroll: true });
  });
  return wanted;
}
