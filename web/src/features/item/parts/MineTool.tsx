import { Heart, Star } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { Item } from '@/api/types';
import { useKeys } from '@/ui/keys';
import { nothingIsOpen } from '../overlays';
import { ratingOfStars, starsOfRating } from '../stars';
import { useMine } from '../useMine';
import classes from './MineTool.module.css';

const SAID_MS = 1_600;

interface MineToolProps {
  item: Item;
  className: string | undefined;
  /** True where this is itself the dialog that is open. */
  inDialog?: boolean;
}

/** A heart among the tools of a reader or the large picture, and the keys for it and for the stars, answered by a word. */
export function MineTool({ item, className, inDialog = false }: MineToolProps) {
  const change = useMine(item);
  const [said, setSaid] = useState<{ text: string } | null>(null);
  const [host, setHost] = useState<Element | null>(null);
  const findHost = useCallback((button: Element | null) => setHost(button?.closest('dialog') ?? document.body), []);
  const { favorite, rating } = item.me;
  useFading(said, () => setSaid(null));
  const favour = () => {
    void change({ favorite: !favorite });
    setSaid({ text: favorite ? 'No longer a favourite' : 'Favourite' });
  };
  const rate = (stars: number) => {
    void change({ rating: ratingOfStars(stars) });
    setSaid({ text: stars === 0 ? 'Rating taken back' : `${stars} of 5 stars` });
  };
  const when = () => inDialog || nothingIsOpen();
  useKeys([
    { keys: ['f'], label: 'Favourite', group: 'This item', run: favour, when },
    {
      keys: ['0', '1', '2', '3', '4', '5'],
      label: 'Rate 1–5 stars, 0 for none',
      group: 'This item',
      run: (event) => rate(Number(event.key)),
      when,
    },
  ]);
  const stars = starsOfRating(rating);
  return (
    <>
      {stars > 0 && (
        <span className={classes.stars} role="img" aria-label={`Rated ${stars} of 5 by you`}>
          <Star size={13} fill="currentColor" aria-hidden="true" />
          {stars}
        </span>
      )}
      <button
        ref={findHost}
        type="button"
        className={className}
        aria-label="Favourite"
        aria-pressed={favorite}
        onClick={favour}
      >
        <Heart
          size={19}
          className={favorite ? classes.lit : undefined}
          fill={favorite ? 'currentColor' : 'none'}
          aria-hidden="true"
        />
      </button>
      {/* Outside the bar, which may be hidden. */}
      {host &&
        createPortal(
          <span className={classes.said} role="status" data-shown={said !== null || undefined}>
            {said?.text}
          </span>,
          host,
        )}
    </>
  );
}

function useFading(said: object | null, fade: () => void): void {
  const latest = useRef(fade);
  latest.current = fade;
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => latest.current(), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
}
