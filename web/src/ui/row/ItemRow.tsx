import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type CSSProperties, type MouseEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { Row, RowCard } from '@/api/rows';
import type { ItemKind } from '@/api/types';
import type { Geometry } from '@/core/gridGeometry';
import { MediaCard } from '../MediaCard';
import { usePreferences } from '../preferences';
import classes from './ItemRow.module.css';

/** Width by height; all cards of a row are equally tall. */
const RATIOS: Readonly<Partial<Record<ItemKind, number>>> = { video: 16 / 9, image: 1, audiobook: 1, track: 1 };
const POSTER = 2 / 3;
const HEIGHTS = { S: 160, M: 200, L: 260 } as const;
const PHONE_HEIGHTS = { S: 132, M: 156, L: 196 } as const;
const TEXT_HEIGHT = 42;
const GHOSTS = 9;
const NOTHING = () => {};

interface ItemRowProps {
  title: string;
  /** Undefined while it is on its way: boxes of the same height stand in for it. */
  row: Row | undefined;
  /** The link to the whole list. */
  all: ReactNode;
  note?: ((card: RowCard) => string | undefined) | undefined;
  error?: unknown;
  onRetry?: () => void;
  /** How far it was scrolled, kept by the page for the way back. */
  left?: { get: () => number; set: (px: number) => void };
}

/**
 * A row of items that scrolls sideways. One card is in the tab order, the arrow keys move from there (see useRowKeys).
 * Its height never depends on its content, so nothing below it moves when the items arrive.
 */
export function ItemRow({ title, row, all, note, error, onRetry, left }: ItemRowProps) {
  const id = useId();
  const navigate = useNavigate();
  const height = useRowHeight();
  const [active, setActive] = useState(0);
  const [{ fit }] = usePreferences();
  const strip = useStrip(row?.items.length ?? 0, left);
  const items = row?.items ?? [];
  const current = Math.min(active, Math.max(0, items.length - 1));

  const open = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const card = cardAt(event.target, items);
    if (!card) return;
    event.preventDefault();
    void navigate({ to: '/items/$itemId', params: { itemId: String(card.id) } });
  };

  return (
    <section className={classes.row} aria-labelledby={id} style={{ '--height': `${height}px` } as CSSProperties}>
      <header className={classes.header}>
        <h2 id={id} className={classes.title}>
          {title}
        </h2>
        {all}
        <span className={classes.arrows} data-idle={(strip.atStart && strip.atEnd) || undefined}>
          <button
            type="button"
            tabIndex={-1}
            aria-label={`${title}: back`}
            disabled={strip.atStart}
            onClick={() => strip.turn(-1)}
          >
            <ChevronLeft size={20} />
          </button>
          <button
            type="button"
            tabIndex={-1}
            aria-label={`${title}: on`}
            disabled={strip.atEnd}
            onClick={() => strip.turn(1)}
          >
            <ChevronRight size={20} />
          </button>
        </span>
      </header>
      {error && !row ? (
        <div className={classes.failed} role="alert">
          <span>{error instanceof Error ? error.message : 'This row could not be loaded.'}</span>
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        </div>
      ) : (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the links inside take the keys; clicks on them are handled here, once
        <ul
          ref={strip.ref}
          className={classes.strip}
          data-row
          aria-labelledby={id}
          aria-busy={!row}
          onScroll={strip.onScroll}
          onClick={open}
          onFocus={(event) => {
            const index = indexOf(event.target);
            if (index !== null) setActive(index);
          }}
        >
          {row ? (
            items.map((card, index) => {
              const geometry = geometryOf(card.kind, height);
              return (
                <li key={card.id} className={classes.cell} style={{ width: geometry.cellWidth }}>
                  <MediaCard
                    item={card}
                    state={{
                      index,
                      tabIndex: index === current ? 0 : -1,
                      selected: false,
                      hovered: false,
                      fast: false,
                      geometry,
                    }}
                    fit={fit}
                    onSelect={NOTHING}
                    note={note?.(card)}
                    lazy
                  />
                </li>
              );
            })
          ) : (
            <Ghosts height={height} />
          )}
        </ul>
      )}
    </section>
  );
}

/** Of the whole row, so that a page can keep the place of one that is not there yet. */
export function useRowHeight(): number {
  const phone = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  const [{ size }] = usePreferences();
  return (phone ? PHONE_HEIGHTS : HEIGHTS)[size];
}

function geometryOf(kind: ItemKind, height: number): Geometry {
  const cellWidth = Math.round(height * (RATIOS[kind] ?? POSTER));
  return { columns: 1, cellWidth, pictureHeight: height, rowHeight: height + TEXT_HEIGHT };
}

function Ghosts({ height }: { height: number }) {
  const { cellWidth } = geometryOf('book', height);
  return Array.from({ length: GHOSTS }, (_, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
    <li key={at} className={classes.cell} style={{ width: cellWidth }} aria-hidden="true">
      <div className={classes.ghost} style={{ height }} />
      <div className={classes.ghostText} />
    </li>
  ));
}

/** The scrolled strip: where it stands, and how to turn it by almost a screen. */
function useStrip(count: number, left: ItemRowProps['left']) {
  const ref = useRef<HTMLUListElement>(null);
  const [ends, setEnds] = useState({ atStart: true, atEnd: true });
  const look = () => {
    const box = ref.current;
    if (!box) return;
    const atStart = box.scrollLeft < 4;
    const atEnd = box.scrollLeft + box.clientWidth > box.scrollWidth - 4;
    setEnds((before) => (before.atStart === atStart && before.atEnd === atEnd ? before : { atStart, atEnd }));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is put back once, when the cards are there
  useEffect(() => {
    const box = ref.current;
    if (!box) return;
    if (count > 0 && left) box.scrollLeft = left.get();
    look();
    const observer = new ResizeObserver(look);
    observer.observe(box);
    return () => observer.disconnect();
  }, [count > 0]);
  const onScroll = () => {
    left?.set(ref.current?.scrollLeft ?? 0);
    look();
  };
  const turn = (by: 1 | -1) => {
    const box = ref.current;
    box?.scrollBy({ left: by * box.clientWidth * 0.85, behavior: calm() ? 'auto' : 'smooth' });
  };
  return { ref, ...ends, onScroll, turn };
}

function calm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

function indexOf(target: EventTarget): number | null {
  const text = (target as Element).closest<HTMLElement>('a[data-i]')?.dataset.i;
  return text === undefined ? null : Number(text);
}

function cardAt(target: EventTarget, items: readonly RowCard[]): RowCard | undefined {
  const index = indexOf(target);
  return index === null ? undefined : items[index];
}
