import { ActionIcon, Button, Menu, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  BookOpen,
  Check,
  Download,
  Ellipsis,
  EyeOff,
  Heart,
  ListPlus,
  Pencil,
  ShieldQuestionMark,
  Undo2,
} from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { isWatched } from '@/api/me';
import { sessionQuery } from '@/api/session';
import type { Item } from '@/api/types';
import { formatDuration } from '@/core/format';
import { useKeys } from '@/ui/keys';
import classes from '../ItemPage.module.css';
import { downloadUrl } from '../itemApi';
import { nothingIsOpen } from '../overlays';
import { playerIsMeant } from '../playback/usePlayerKeys';
import { isFinished, isStarted, resumePage } from '../progress';
import { readerOf } from '../reading';
import { ratingOfStars } from '../stars';
import { useHide } from '../useHide';
import { useMark, useMine } from '../useMine';
import { StarRating } from './StarRating';

const GROUP = 'This item';

/** Few visits edit anything, and its fields weigh as much as the rest of the page. */
const EditDialog = lazy(async () => ({ default: (await import('./EditDialog')).EditDialog }));
const AddToPlaylist = lazy(() => import('@/features/playlists/AddToPlaylist'));

export function Actions({ item }: { item: Item }) {
  const change = useMine(item);
  const mark = useMark(item);
  const hide = useHide(item);
  const [editing, setEditing] = useState(false);
  const [adding, setAdding] = useState(false);
  const { data: session } = useQuery(sessionQuery);
  const { me } = item;
  const toggleFavorite = () => void change({ favorite: !me.favorite });
  const watched = isWatched(me);
  const toggleWatched = () => void mark(!watched);
  const rate = (stars: number) => void change({ rating: ratingOfStars(stars) });
  useKeys([
    {
      keys: ['f'],
      label: 'Favourite',
      group: GROUP,
      run: toggleFavorite,
      when: (event) => nothingIsOpen() && !playerIsMeant(event),
    },
    {
      keys: ['0', '1', '2', '3', '4', '5'],
      label: 'Rate 1–5 stars, 0 for none',
      group: GROUP,
      run: (event) => rate(Number(event.key)),
      when: (event) => nothingIsOpen() && !playerIsMeant(event),
    },
    {
      keys: ['w'],
      label: `Mark as ${playedWord(item)}, or not`,
      group: GROUP,
      run: toggleWatched,
      when: nothingIsOpen,
    },
  ]);
  return (
    <>
      <div className={classes.actions}>
        <ReadButton item={item} />
        <ActionIcon
          size={40}
          aria-label="Favourite"
          aria-pressed={me.favorite}
          className={classes.favorite}
          onClick={toggleFavorite}
        >
          <Heart size={21} fill={me.favorite ? 'currentColor' : 'none'} />
        </ActionIcon>
        <ActionIcon
          size={40}
          aria-label={`Mark as ${playedWord(item)}`}
          title={watched ? `Marked as ${playedWord(item)}` : `Mark as ${playedWord(item)}`}
          aria-pressed={watched}
          className={classes.watched}
          onClick={toggleWatched}
        >
          <Check size={21} strokeWidth={watched ? 2.8 : 2} />
        </ActionIcon>
        <StarRating rating={me.rating} onRate={rate} />
        <MoreMenu
          item={item}
          onEdit={session?.user.admin ? () => setEditing(true) : null}
          onAdd={() => setAdding(true)}
          onForget={() => void change({ progress: null })}
          onHide={() => void hide()}
          admin={session?.user.admin ?? false}
        />
      </div>
      <ProgressLine item={item} />
      <Suspense>{editing && <EditDialog item={item} onClose={() => setEditing(false)} />}</Suspense>
      <Suspense>
        {adding && <AddToPlaylist target={{ ids: [item.id] }} count={1} onClose={() => setAdding(false)} />}
      </Suspense>
    </>
  );
}

/** What one does to an item of this kind, done. */
function playedWord({ kind }: Pick<Item, 'kind'>): string {
  switch (kind) {
    case 'audiobook':
    case 'track':
      return 'listened to';
    case 'book':
    case 'comic':
    case 'post':
      return 'read';
    case 'image':
      return 'seen';
    default:
      return 'watched';
  }
}

function ReadButton({ item }: { item: Item }) {
  const navigate = useNavigate();
  if (readerOf(item) === null) return null;
  const { progress } = item.me;
  const label = isFinished(progress) ? 'Read again' : isStarted(progress) ? 'Continue reading' : 'Read';
  const open = () => void navigate({ to: '/items/$itemId/read', params: { itemId: String(item.id) }, search: {} });
  return (
    <Button size="md" leftSection={<BookOpen size={18} />} onClick={open}>
      {label}
    </Button>
  );
}

function ProgressLine({ item }: { item: Item }) {
  const { progress } = item.me;
  if (progress === null || progress <= 0 || item.kind === 'image') return null;
  return (
    <div className={classes.progress}>
      <Progress value={progress * 100} size={4} aria-label="Progress" />
      <span>{progressText(item)}</span>
    </div>
  );
}

export function progressText(item: Pick<Item, 'kind' | 'pages' | 'duration' | 'me'>): string {
  const { progress } = item.me;
  if (isFinished(progress)) return 'Finished';
  const percent = `${Math.max(1, Math.round((progress ?? 0) * 100))} %`;
  if (item.duration !== null) return `${percent} · ${formatDuration((progress ?? 0) * item.duration)} in`;
  if (item.pages !== null) return `${percent} · page ${resumePage(progress, item.pages) + 1} of ${item.pages}`;
  return percent;
}

interface MoreMenuProps {
  item: Item;
  /** Null for those who may not. */
  onEdit: (() => void) | null;
  onAdd: () => void;
  onForget: () => void;
  onHide: () => void;
  admin: boolean;
}

function MoreMenu({ item, onEdit, onAdd, onForget, onHide, admin }: MoreMenuProps) {
  const navigate = useNavigate();
  const files = item.files.filter((file) => !file.missing);
  const [first] = files;
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <ActionIcon size={40} aria-label="More">
          <Ellipsis size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {onEdit && (
          <Menu.Item leftSection={<Pencil size={16} />} onClick={onEdit}>
            Edit
          </Menu.Item>
        )}
        <Menu.Item leftSection={<ListPlus size={16} />} onClick={onAdd}>
          Add to playlist…
        </Menu.Item>
        {first && files.length === 1 && (
          <Menu.Item component="a" href={downloadUrl(first)} download leftSection={<Download size={16} />}>
            Download
          </Menu.Item>
        )}
        {item.me.progress !== null && (
          <Menu.Item leftSection={<Undo2 size={16} />} onClick={onForget}>
            Forget my progress
          </Menu.Item>
        )}
        <Menu.Item leftSection={<EyeOff size={16} />} onClick={onHide}>
          Hide from me
        </Menu.Item>
        {admin && (
          <Menu.Item
            leftSection={<ShieldQuestionMark size={16} />}
            onClick={() => void navigate({ to: '/items/$itemId/visibility', params: { itemId: String(item.id) } })}
          >
            Who can see this?
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
