import { Button, CloseButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Check, Heart, ListPlus, Pencil } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { BulkTarget } from '@/api/editing';
import { changeMine, isWatched, markWatched } from '@/api/me';
import type { Card } from '@/api/types';
import { type BrowseState, filterParams, resultParams } from '@/core/browseState';
import { formatCount, plural } from '@/core/format';
import type { PageCache } from '@/core/pageCache';
import { Selection } from '@/core/selection';
import { targetOf } from '@/features/bulk/bulkTarget';
import { reportRefusal } from '@/ui/useItemKeys';
import classes from './BrowsePage.module.css';

interface SelectionBarProps {
  state: BrowseState;
  selection: Selection;
  total: number;
  cache: PageCache<Card>;
  onChange: (selection: Selection) => void;
}

const ONE_BY_ONE = 100; // requests somebody can be expected to wait for

// Few selections come to this.
const BulkDialog = lazy(async () => ({ default: (await import('@/features/bulk/BulkDialog')).BulkDialog }));

const AddToPlaylist = lazy(() => import('@/features/playlists/AddToPlaylist'));

type Asked = 'change' | 'playlist';

export function SelectionBar({ state, selection, total, cache, onChange }: SelectionBarProps) {
  const [asked, setAsked] = useState<Asked>('change');
  const [target, setTarget] = useState<BulkTarget | 'asking' | null>(null);
  const { count } = selection;
  if (count === 0) return null;
  const items = count <= ONE_BY_ONE ? loadedItems(selection, cache) : [];
  const allWatched = items.every((item) => isWatched(item.me));
  const forAll = async (change: (item: Card) => Promise<unknown>) => {
    try {
      for (const item of items) await change(item);
      onChange(Selection.none);
    } catch (error) {
      reportRefusal(error);
    }
  };
  const ask = async (what: Asked) => {
    setAsked(what);
    setTarget('asking');
    try {
      // A playlist keeps the order of the list it is made from.
      const all = what === 'playlist' ? resultParams(state) : filterParams(state);
      setTarget(await targetOf(selection, cache, all, resultParams(state)));
    } catch (error) {
      setTarget(null);
      notifications.show({ color: 'red', title: 'Not possible', message: error instanceof Error ? error.message : '' });
    }
  };
  return (
    <section className={classes.selection} aria-label="Selection">
      <CloseButton aria-label="Clear the selection" onClick={() => onChange(Selection.none)} />
      <strong aria-live="polite">{plural(count, 'item')} selected</strong>
      {count < total && (
        <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange(Selection.all(total))}>
          All {formatCount(total, cache.isEstimate)}
        </Button>
      )}
      {items.length === count && (
        <span className={classes.quick}>
          <Button
            size="compact-sm"
            leftSection={<Heart size={14} />}
            onClick={() => void forAll((item) => changeMine(item, { favorite: true }))}
          >
            Favourite
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Check size={14} />}
            onClick={() => void forAll((item) => markWatched(item, !allWatched))}
          >
            {allWatched ? 'Unwatched' : 'Watched'}
          </Button>
        </span>
      )}
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<ListPlus size={14} />}
        loading={target === 'asking' && asked === 'playlist'}
        onClick={() => void ask('playlist')}
      >
        Add to playlist…
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Pencil size={14} />}
        loading={target === 'asking' && asked === 'change'}
        onClick={() => void ask('change')}
      >
        Change…
      </Button>
      {target !== null && target !== 'asking' && asked === 'playlist' && (
        <Suspense>
          <AddToPlaylist
            target={target}
            count={count}
            onClose={() => setTarget(null)}
            onAdded={() => onChange(Selection.none)}
          />
        </Suspense>
      )}
      {target !== null && target !== 'asking' && asked === 'change' && (
        <Suspense>
          <BulkDialog
            target={target}
            selected={count}
            onClose={() => setTarget(null)}
            onStarted={() => {
              setTarget(null);
              onChange(Selection.none);
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

function loadedItems(selection: Selection, cache: PageCache<Card>): Card[] {
  return selection.ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => cache.item(first + at) ?? []).flat(),
  );
}
