import { Check, Heart, Star } from 'lucide-react';
import { serverUrl } from '@/api/client';
import { isWatched } from '@/api/me';
import type { Card } from '@/api/types';
import { formatDate, formatDuration, formatSize } from '@/core/format';
import { Cover, coverUrl } from './Cover';
import type { CellState } from './grid/VirtualGrid';
import { KIND_LOOKS } from './kinds';
import classes from './MediaCard.module.css';
import { markSeen, wasSeen } from './seenPictures';

const FINISHED = 0.95; // as the server counts: from here on it is nothing to go on with

interface CardProps {
  item: Card;
  state: CellState;
  fit: 'cover' | 'contain';
  /** Selecting by pointer; the keyboard has its own keys. */
  onSelect: (index: number, extend: boolean) => void;
  /** In place of the second line. */
  note?: string | undefined;
  /** Pictures off the screen wait until they come near it. */
  lazy?: boolean;
}

export function itemHref(id: number): string {
  return serverUrl(`items/${id}`);
}

/** A picture and two lines. At rest the picture shows what a glance needs: length, progress, favourite. */
export function MediaCard({ item, state, fit, onSelect, note, lazy = false }: CardProps) {
  const { geometry } = state;
  return (
    <>
      <a
        className={classes.card}
        href={itemHref(item.id)}
        data-i={state.index}
        tabIndex={state.tabIndex}
        data-selected={state.selected || undefined}
        draggable={false}
      >
        <div className={classes.picture} style={{ height: geometry.pictureHeight }}>
          <Picture
            item={item}
            state={state}
            fit={fit}
            width={geometry.cellWidth}
            ratio={geometry.cellWidth / geometry.pictureHeight}
            lazy={lazy}
          />
          <Badges item={item} />
        </div>
        <div className={classes.title}>{item.title}</div>
        <div className={classes.subtitle}>{note ?? secondLine(item)}</div>
      </a>
      {(state.hovered || state.selected) && <Tick item={item} state={state} onSelect={onSelect} />}
    </>
  );
}

/** The list view: the same facts in one line each, for reading rather than looking. */
export function MediaRow({ item, state, onSelect }: CardProps) {
  return (
    <>
      <a
        className={classes.listRow}
        href={itemHref(item.id)}
        data-i={state.index}
        tabIndex={state.tabIndex}
        data-selected={state.selected || undefined}
        draggable={false}
      >
        <div className={classes.thumb}>
          <Picture item={item} state={state} fit="cover" width={40} ratio={1} />
        </div>
        <div className={classes.listText}>
          <div className={classes.title}>
            {item.me.favorite && <Heart className={classes.rowHeart} size={12} role="img" aria-label="Favourite" />}
            {item.title}
          </div>
          <div className={classes.subtitle}>
            {item.me.rating !== null && `★ ${starsOf(item.me.rating)} · `}
            {secondLine(item)}
          </div>
        </div>
        <span className={classes.fact}>{KIND_LOOKS[item.kind].one}</span>
        <span className={classes.fact}>{formatDate(item.date)}</span>
        <span className={classes.number}>{extent(item)}</span>
        <span className={classes.number}>{formatSize(item.size)}</span>
      </a>
      {(state.hovered || state.selected) && <Tick item={item} state={state} onSelect={onSelect} />}
    </>
  );
}

type PictureProps = Pick<CardProps, 'item' | 'state' | 'fit' | 'lazy'> & { width: number; ratio: number };

function Picture({ item, state, fit, width, ratio, lazy = false }: PictureProps) {
  const seen = item.cover === null ? null : coverUrl(item.cover, 192);
  return (
    <Cover
      item={item}
      width={width}
      ratio={ratio}
      fit={fit}
      picture={!state.fast || wasSeen(seen)}
      lazy={lazy}
      onLoad={() => seen && markSeen(seen)}
    />
  );
}

function Badges({ item }: { item: Card }) {
  const badge = item.cover === null ? '' : extent(item) || (item.kind === 'image' ? '' : KIND_LOOKS[item.kind].one);
  const progress = item.me.progress ?? 0;
  return (
    <>
      <Marks me={item.me} />
      {badge && <span className={classes.badge}>{badge}</span>}
      {progress > 0 && progress < 1 && (
        <span className={classes.progress} style={{ '--done': `${progress * 100}%` } as React.CSSProperties} />
      )}
    </>
  );
}

/** What I said about it: favourite, stars, watched. Nothing said leaves no mark. */
function Marks({ me }: Pick<Card, 'me'>) {
  const stars = starsOf(me.rating);
  const open = me.progress !== null && me.progress > 0 && me.progress < FINISHED;
  return (
    <>
      {(me.favorite || stars > 0) && (
        <span className={classes.marks}>
          {me.favorite && <Heart className={classes.heart} size={16} role="img" aria-label="Favourite" />}
          {stars > 0 && (
            <span className={classes.stars} role="img" aria-label={`Rated ${stars} of 5 by you`}>
              <Star size={11} fill="currentColor" aria-hidden="true" />
              {stars}
            </span>
          )}
        </span>
      )}
      {isWatched(me) && !open && (
        <span className={classes.watched} role="img" aria-label="Played">
          <Check size={13} strokeWidth={3} aria-hidden="true" />
        </span>
      )}
    </>
  );
}

/** Whole stars; a rating too low for one still shows one. */
function starsOf(rating: number | null): number {
  return rating === null ? 0 : Math.max(1, Math.round(rating / 20));
}

function Tick({ item, state, onSelect }: Pick<CardProps, 'item' | 'state' | 'onSelect'>) {
  return (
    <button
      type="button"
      className={classes.tick}
      tabIndex={-1}
      aria-pressed={state.selected}
      aria-label={`Select ${item.title}`}
      onClick={(event) => onSelect(state.index, event.shiftKey)}
    >
      <Check size={16} strokeWidth={2.6} aria-hidden="true" />
    </button>
  );
}

/** How long it is in its own measure: time, or pages. */
function extent(item: Card): string {
  if (item.duration !== null) return formatDuration(item.duration);
  return item.pages === null ? '' : `${item.pages} p`;
}

/** Who made it, or when, or what it is. */
function secondLine(item: Card): string {
  if (item.subtitle) return item.subtitle;
  const names = item.links
    .filter((link) => link.kind === 'person' || link.kind === 'studio')
    .slice(0, 2)
    .map((link) => link.name);
  return names.join(', ') || formatDate(item.date) || KIND_LOOKS[item.kind].one;
}
