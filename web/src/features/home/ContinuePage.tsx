import { useMediaQuery } from '@mantine/hooks';
import { useLocation, useNavigate, useRouterState } from '@tanstack/react-router';
import { History } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { itemLists, useListing } from '@/api/listing';
import type { Card, ItemKind } from '@/api/types';
import { formatCount } from '@/core/format';
import type { GridShape } from '@/core/gridGeometry';
import { type SearchRecord, valuesOf } from '@/core/searchParams';
import { Selection } from '@/core/selection';
import { useGrid } from '@/ui/grid/useGrid';
import { inGrid, useGridKeys } from '@/ui/grid/useGridKeys';
import { type RenderCell, VirtualGrid } from '@/ui/grid/VirtualGrid';
import { KIND_LOOKS } from '@/ui/kinds';
import { MediaCard } from '@/ui/MediaCard';
import { recallPlace, rememberPlace } from '@/ui/places';
import { usePreferences } from '@/ui/preferences';
import { EmptyState, ErrorState } from '@/ui/States';
import { useItemKeys } from '@/ui/useItemKeys';
import classes from './ContinuePage.module.css';
import { leftText } from './rowLooks';

const SIZES = { S: 120, M: 156, L: 220 } as const;
const NOTHING = () => {};

/** All that is begun and not finished, the last played first. */
export function ContinuePage() {
  const { search } = useLocation();
  const kinds = valuesOf((search as SearchRecord).kind);
  const params: SearchRecord = kinds.length > 0 ? { kind: kinds } : {};
  const { cache, refresh } = useListing<Card>(itemLists, 'items/continue', params);
  // The list may be one from before the last film.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, on arrival
  useEffect(() => {
    if (cache.total !== null) void refresh([0, 0]);
  }, []);
  const phone = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  const [{ size, fit }] = usePreferences();
  const shape = useMemo<GridShape>(
    () => ({
      minCell: phone ? 110 : SIZES[size],
      gap: phone ? 8 : 14,
      ratio: 1.5,
      text: 46,
      minColumns: 2,
      maxColumns: 24,
    }),
    [phone, size],
  );
  const entry = useRouterState({ select: ({ location }) => location.state.__TSR_key ?? '' });
  const [initial] = useState(() => recallPlace(entry));
  const span = useMemo(() => ({ start: 0, count: cache.total }), [cache.total]);
  const grid = useGrid(cache, span, shape, initial);
  const navigate = useNavigate();
  useGridKeys(grid);
  useItemKeys(
    () => cache.item(grid.active),
    ({ target }) => inGrid(grid, target),
  );
  const renderCell: RenderCell<Card> = useCallback(
    (item, state) => (
      <MediaCard item={item} state={{ ...state, hovered: false }} fit={fit} onSelect={NOTHING} note={leftText(item)} />
    ),
    [fit],
  );
  const failed = cache.error !== null && cache.total === null;
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <h1 className={classes.title}>{titleOf(kinds)}</h1>
        <span className={classes.total} aria-live="polite">
          {cache.total === null ? '' : formatCount(cache.total, cache.isEstimate)}
        </span>
      </header>
      <div className={classes.grid} data-hidden={failed || cache.total === 0 || undefined}>
        <VirtualGrid
          grid={grid}
          cache={cache}
          label="Items"
          selection={Selection.none}
          renderCell={renderCell}
          gap={shape.gap}
          onOpen={(item) => {
            rememberPlace(entry, grid.place());
            void navigate({ to: '/items/$itemId', params: { itemId: String(item.id) } });
          }}
        />
      </div>
      {failed && (
        <div className={classes.overlay}>
          <ErrorState error={cache.error} onRetry={() => cache.retry()} />
        </div>
      )}
      {cache.total === 0 && (
        <div className={classes.overlay}>
          <EmptyState icon={History} title="Nothing begun">
            What you start to watch, read or listen to waits here until you finish it.
          </EmptyState>
        </div>
      )}
    </div>
  );
}

function titleOf(kinds: readonly string[]): string {
  const names = kinds.flatMap((kind) => KIND_LOOKS[kind as ItemKind]?.many.toLowerCase() ?? []);
  return names.length === 0 ? 'Continue' : `Continue: ${new Intl.ListFormat('en').format(names)}`;
}
