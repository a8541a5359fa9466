import { Button, CloseButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Combine } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { followEdits } from '@/api/editing';
import type { ListingHandle } from '@/api/listing';
import { ENTITY_PATHS, type Entity } from '@/api/types';
import { plural } from '@/core/format';
import { Selection } from '@/core/selection';
import { ENTITY_WORDS } from '@/ui/entityWords';
import type { Grid } from '@/ui/grid/useGrid';
import { useKeys } from '@/ui/keys';
import classes from './EntitiesPage.module.css';
import type { ENTITY_LOOKS } from './kinds';

const MOST = 100; // the server merges so many at once, into one more

const MergeDialog = lazy(async () => ({ default: (await import('./MergeDialog')).MergeDialog }));

type Chosen = ReadonlyMap<number, Entity>;
const NOBODY: Chosen = new Map();

/** What is selected, by place in the list; nothing once selecting is over. */
export function useChosen(selecting: boolean) {
  const [held, setChosen] = useState(NOBODY);
  const chosen = selecting ? held : NOBODY;
  useEffect(() => {
    if (!selecting) setChosen(NOBODY);
  }, [selecting]);
  const selection = useMemo(
    () => [...chosen.keys()].reduce((sum, index) => sum.toggle(index), Selection.none),
    [chosen],
  );
  const toggle = (entity: Entity, index: number) => {
    const next = new Map(chosen);
    if (!next.delete(index) && next.size <= MOST) next.set(index, entity);
    setChosen(next);
  };
  const clear = useCallback(() => setChosen(NOBODY), []);
  return { chosen, selection, toggle, clear };
}

/** Reads the list anew after an edit anywhere; places have changed, so nothing stays selected. */
export function useFollowedEdits(listing: ListingHandle<Entity>, grid: Grid, clear: () => void): void {
  const latest = useRef({ listing, grid });
  latest.current = { listing, grid };
  useEffect(
    () =>
      followEdits(() => {
        clear();
        void latest.current.listing.refresh(latest.current.grid.visiblePages());
      }),
    [clear],
  );
}

/** As in the browse page; Enter does the same as a click. */
export function useSelectKeys(
  selecting: boolean,
  grid: Grid,
  find: (index: number) => Entity | undefined,
  toggle: (entity: Entity, index: number) => void,
): void {
  useKeys(
    [
      {
        keys: ['x', 'Space'],
        label: 'Select or unselect',
        group: 'Selecting',
        run: () => {
          const entity = find(grid.active);
          if (entity) toggle(entity, grid.active);
        },
        when: () => grid.focused.current,
      },
    ],
    selecting,
  );
}

interface EntitySelectionProps {
  look: (typeof ENTITY_LOOKS)[number];
  chosen: Chosen;
  onClear: () => void;
  onDone: () => void;
}

export function EntitySelection({ look, chosen, onClear, onDone }: EntitySelectionProps) {
  const [merging, setMerging] = useState(false);
  useKeys([{ keys: ['Escape'], label: 'Stop selecting', group: 'Selecting', run: onDone, when: () => !merging }]);
  const { one, many } = ENTITY_WORDS[look.kind];
  const [first, ...others] = [...chosen.values()];
  return (
    <section className={classes.selection} aria-label="Selection">
      <CloseButton aria-label="Stop selecting" onClick={onDone} />
      <strong aria-live="polite">{first ? `${plural(chosen.size, one, many)} selected` : `Choose ${many}`}</strong>
      {first && others.length === 0 && (
        <Button
          size="compact-sm"
          variant="subtle"
          component={Link}
          to={`/${ENTITY_PATHS[look.kind]}/${first.id}` as never}
        >
          Open
        </Button>
      )}
      {first && (
        <Button size="compact-sm" leftSection={<Combine size={14} />} onClick={() => setMerging(true)}>
          {others.length === 0 ? 'Merge into…' : 'Merge…'}
        </Button>
      )}
      {merging && first && (
        <Suspense>
          <MergeDialog
            entities={[first, ...others]}
            onClose={() => setMerging(false)}
            onMerging={() => {
              setMerging(false);
              onClear();
              onDone();
            }}
          />
        </Suspense>
      )}
    </section>
  );
}
