import { useState } from 'react';
import type { Card } from '@/api/types';
import classes from './Cover.module.css';
import { KIND_LOOKS } from './kinds';

export const COVER_WIDTHS = [192, 384, 768] as const;

/** Relative, as the server gives it: the page's <base> resolves it, for nothing, on every card. */
export function coverUrl(cover: string, width: (typeof COVER_WIDTHS)[number]): string {
  return `${cover}${cover.includes('?') ? '&' : '?'}w=${width}`;
}

type Pictured = Pick<Card, 'cover' | 'color' | 'kind' | 'title' | 'width' | 'height'>;

interface CoverProps {
  item: Pictured;
  /** CSS width of the box, for `sizes`. */
  width: number;
  /** Width ÷ height of the box. */
  ratio?: number;
  /** False while scrolling fast: only the colour is drawn. */
  picture?: boolean;
  fit?: 'cover' | 'contain';
  onLoad?: () => void;
  lazy?: boolean;
}

const POSTER = 2 / 3;

/** Sound has square covers, lettered to the edges: cropping one to a poster would cut its title. */
const WHOLE: ReadonlySet<Card['kind']> = new Set(['audiobook', 'track']);

/** How wide the picture is drawn, in CSS pixels: one that is wider than its box is cropped at the sides, so it is larger than the box. */
export function drawnWidth(item: Pictured, width: number, ratio: number, fit: 'cover' | 'contain'): number {
  if (fit === 'contain' || item.width === null || item.height === null || item.height === 0) return width;
  return Math.round(width * Math.max(1, item.width / item.height / ratio));
}

/** The picture of an item over its dominant colour; without a picture, or when it cannot be had, a designed placeholder of kind and title. */
export function Cover({
  item,
  width,
  ratio = POSTER,
  picture = true,
  fit = 'cover',
  onLoad,
  lazy = false,
}: CoverProps) {
  const [lost, setLost] = useState<string | null>(null);
  if (item.cover === null || item.cover === lost) return <Placeholder kind={item.kind} title={item.title} />;
  const { cover } = item;
  const drawn = WHOLE.has(item.kind) ? 'contain' : fit;
  const ground = item.color ? { backgroundColor: item.color } : undefined;
  if (!picture) return <div className={classes.box} style={ground} />;
  return (
    <img
      className={classes.box}
      style={ground}
      data-fit={drawn}
      src={coverUrl(cover, 192)}
      srcSet={COVER_WIDTHS.map((one) => `${coverUrl(cover, one)} ${one}w`).join(', ')}
      sizes={`${drawnWidth(item, width, ratio, drawn)}px`}
      alt=""
      decoding="async"
      loading={lazy ? 'lazy' : 'eager'}
      draggable={false}
      onLoad={onLoad}
      onError={() => setLost(cover)}
    />
  );
}

function Placeholder({ kind, title }: Pick<Card, 'kind' | 'title'>) {
  const Icon = KIND_LOOKS[kind].icon;
  return (
    <div className={classes.placeholder} data-kind={kind} aria-hidden="true">
      <span className={classes.placeholderTitle}>{title}</span>
      <Icon className={classes.placeholderIcon} size={28} strokeWidth={1.4} />
    </div>
  );
}
