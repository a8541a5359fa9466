/** Ratings are 0–100 everywhere; people give one to five stars, and 0 takes the rating back. */

export const STARS = [1, 2, 3, 4, 5] as const;

export function ratingOfStars(stars: number): number | null {
  return stars === 0 ? null : stars * 20;
}

/** Whole stars; a rating too low for one still shows one. */
export function starsOfRating(rating: number | null): number {
  return rating === null ? 0 : Math.max(1, Math.round(rating / 20));
}

/** "4.5" of five, for ratings that come with the item. */
export function starsText(rating: number): string {
  return (rating / 20).toFixed(1).replace(/\.0$/, '');
}
