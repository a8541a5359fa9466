import { Star } from 'lucide-react';
import { useState } from 'react';
import { STARS, starsOfRating } from '../stars';
import classes from './StarRating.module.css';

interface StarRatingProps {
  rating: number | null;
  /** 0 takes the rating back: a second click on the same star does. */
  onRate: (stars: number) => void;
}

export function StarRating({ rating, onRate }: StarRatingProps) {
  const given = starsOfRating(rating);
  const [hover, setHover] = useState(0);
  const shown = hover || given;
  return (
    <fieldset className={classes.stars} onPointerLeave={() => setHover(0)}>
      <legend>Your rating</legend>
      {STARS.map((stars) => (
        <button
          key={stars}
          type="button"
          aria-label={stars === 1 ? '1 star' : `${stars} stars`}
          aria-pressed={stars === given}
          data-lit={stars <= shown || undefined}
          onPointerEnter={(event) => event.pointerType === 'mouse' && setHover(stars)}
          onClick={() => onRate(stars === given ? 0 : stars)}
        >
          <Star size={20} aria-hidden="true" />
        </button>
      ))}
    </fieldset>
  );
}
