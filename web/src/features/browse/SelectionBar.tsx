import { Button, CloseButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Heart } from 'lucide-react';
import { changeMine } from '@/api/me';
import type { Card } from '@/api/types';
import { plural } from '@/core/format';
import type { PageCache } from '@/core/pageCache';
import { Selection } from '@/core/selection';
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
  const favourite = async () => {
    try {
      for (const item of items) await changeMine(item, { favorite: true });
      onChange(Selection.none);
    } catch (error) {
      notifications.show({ color: 'red', title: 'Not saved', message: error instanceof Error ? error.message : '' });
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
        <Button size="compact-sm" leftSection={<Heart size={14} />} onClick={() => void favourite()}>
          Favourite
        </Button>
      )}
    </section>
  );
}

function loadedItems(selection: Selection, cache: PageCache<Card>): Card[] {
  return selection.ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => cache.item(first + at) ?? []).flat(),
  );
}
