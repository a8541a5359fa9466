import type { Card } from '@/api/types';
import classes from './Cover.module.css';
import { KIND_LOOKS } from './kinds';

export const COVER_WIDTHS = [192, 384, 768] as const;

/** Relative, as the server gives it: the page's <base> resolves it, for nothing, on every card. */
export function coverUrl(cover: string, width: (typeof COVER_WIDTHS)[number]): string {
  return `${cover}${cover.includes('?') ? '&' : '?'}w=${width}`;
}

interface CoverProps {
  item: Pick<Card, 'cover' | 'color' | 'kind' | 'title'>;
  /** CSS width of the box, for `sizes`. */
  width: number;
  /** False while scrolling fast: only the colour is drawn. */
  picture?: boolean;
  fit?: 'cover' | 'contain';
  onLoad?: () => void;
}

/** The picture of an item over its dominant colour; without a picture, a designed placeholder of kind and title. */
export function Cover({ item, width, picture = true, fit = 'cover', onLoad }: CoverProps) {
  if (item.cover === null) return <Placeholder kind={item.kind} title={item.title} />;
  const { cover } = item;
  const ground = item.color ? { backgroundColor: item.color } : undefined;
  if (!picture) return <div className={classes.box} style={ground} />;
  return (
    <img
      className={classes.box}
      style={ground}
      data-fit={fit}
      src={coverUrl(cover, 192)}
      srcSet={COVER_WIDTHS.map((one) => `${coverUrl(cover, one)} ${one}w`).join(', ')}
      sizes={`${Math.round(width)}px`}
      alt=""
      decoding="async"
      draggable={false}
      onLoad={onLoad}
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
