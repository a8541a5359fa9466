import { Button, CloseButton } from '@mantine/core';
import { Check, Heart } from 'lucide-react';
import { changeMine, isWatched, markWatched } from '@/api/me';
import type { Card } from '@/api/types';
import { plural } from '@/core/format';
import type { PageCache } from '@/core/pageCache';
import { Selection } from '@/core/selection';
import { reportRefusal } from '@/ui/useItemKeys';
import classes from './BrowsePage.module.css';

interface SelectionBarProps {
  selection: Selection;
  total: number;
  cache: PageCache<Card>;
  onChange: (selection: Selection) => void;
}

const ONE_BY_ONE = 100; // requests somebody can be expected to wait for

export function SelectionBar({ selection, total, cache, onChange }: SelectionBarProps) {
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
  return (
    <section className={classes.selection} aria-label="Selection">
      <CloseButton aria-label="Clear the selection" onClick={() => onChange(Selection.none)} />
      <strong aria-live="polite">{plural(count, 'item')} selected</strong>
      {count < total && (
        <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange(Selection.all(total))}>
          Select all
        </Button>
      )}
      {items.length === count && (
        <>
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
        </>
      )}
    </section>
  );
}

function loadedItems(selection: Selection, cache: PageCache<Card>): Card[] {
  return selection.ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => cache.item(first + at) ?? []).flat(),
  );
}
