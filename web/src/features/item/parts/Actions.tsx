import { ActionIcon, Button, Menu, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { BookOpen, CheckCheck, Download, Ellipsis, Heart, Pencil, Undo2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
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
import { useMine } from '../useMine';
import { StarRating } from './StarRating';

const GROUP = 'This item';

/** Few visits edit anything, and its fields weigh as much as the rest of the page. */
const EditDialog = lazy(async () => ({ default: (await import('./EditDialog')).EditDialog }));

export function Actions({ item }: { item: Item }) {
  const change = useMine(item);
  const [editing, setEditing] = useState(false);
  const { data: session } = useQuery(sessionQuery);
  const { me } = item;
  const toggleFavorite = () => void change({ favorite: !me.favorite });
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
        <StarRating rating={me.rating} onRate={rate} />
        <MoreMenu
          item={item}
          onEdit={session?.user.admin ? () => setEditing(true) : null}
          onProgress={(progress) => void change({ progress })}
        />
      </div>
      <ProgressLine item={item} />
      <Suspense>{editing && <EditDialog item={item} onClose={() => setEditing(false)} />}</Suspense>
    </>
  );
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
  if (progress === null || progress <= 0) return null;
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
  onProgress: (progress: number | null) => void;
}

function MoreMenu({ item, onEdit, onProgress }: MoreMenuProps) {
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
        {first && files.length === 1 && (
          <Menu.Item component="a" href={downloadUrl(first)} download leftSection={<Download size={16} />}>
            Download
          </Menu.Item>
        )}
        {item.kind !== 'image' && !isFinished(item.me.progress) && (
          <Menu.Item leftSection={<CheckCheck size={16} />} onClick={() => onProgress(1)}>
            Mark as finished
          </Menu.Item>
        )}
        {item.me.progress !== null && (
          <Menu.Item leftSection={<Undo2 size={16} />} onClick={() => onProgress(null)}>
            Forget my progress
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
