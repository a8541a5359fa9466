/** What the rows of the home page are called, and how a card says why it is in one. */
import type { Because, Carousel } from '@/api/personal';
import type { RowCard } from '@/api/rows';
import type { Card } from '@/api/types';
import { formatSpan } from '@/core/format';

const TITLES: Readonly<Record<string, string>> = {
  continue: 'Continue',
  recommended: 'Recommended for you',
  recent: 'Recently added',
  favorites: 'Favourites',
  random: 'Something different',
  watching: 'Continue watching',
  reading: 'Continue reading',
  listening: 'Continue listening',
  unplayed: 'Not played yet',
  top_rated: 'Top rated',
  my_top_rated: 'Rated highest by you',
  most_played: 'Most played by you',
};

/** What a row is for, for those who choose. */
const HINTS: Readonly<Record<string, string>> = {
  continue: 'What you have begun and not finished',
  recommended: 'What you may like, from what you play and rate',
  random: 'Another shuffle every day',
  unplayed: 'The newest of what you have not opened',
  top_rated: 'By the ratings that came with the items',
};

export function rowTitle({ id, title, view_name }: Carousel): string {
  return title ?? view_name ?? TITLES[id] ?? id.charAt(0).toUpperCase() + id.slice(1).replaceAll('_', ' ');
}

export function rowHint({ id, view_id }: Carousel): string {
  return view_id === null ? (HINTS[id] ?? '') : 'A saved view of yours';
}

/** The note under a card, or undefined for its usual second line. */
export function noteFor(path: string): ((card: RowCard) => string | undefined) | undefined {
  if (path.endsWith('/continue')) return leftText;
  if (path.endsWith('/recommended')) return (card) => (card.because?.[0] ? becauseText(card.because) : undefined);
  return undefined;
}

/** "14 min left", "page 12 of 80", "35 %". */
export function leftText({ kind, duration, pages, me }: Card): string | undefined {
  const { progress } = me;
  if (progress === null || progress <= 0) return undefined;
  if (duration !== null) return `${formatSpan(duration * (1 - progress))} left`;
  if (pages !== null) return `Page ${Math.max(1, Math.round(progress * pages))} of ${pages}`;
  return `${Math.max(1, Math.round(progress * 100))} % ${kind === 'book' || kind === 'comic' ? 'read' : 'done'}`;
}

export interface Reason {
  /** "Because you liked", "Rated highly". */
  lead: string;
  /** What one liked, by the name that says most. */
  main: Because | null;
  /** What the two have in common, or what else speaks for it. */
  rest: readonly Because[];
}

/** An item one liked says more than the people and tags it has in common with this one, which come behind it. */
export function reasonOf(reasons: readonly Because[]): Reason {
  const [first] = reasons;
  if (!first || first.kind === 'new') return { lead: 'New in the library', main: null, rest: [] };
  if (first.kind === 'rated') return { lead: 'Rated highly', main: null, rest: [] };
  const main = reasons.find(({ kind }) => kind === 'item') ?? first;
  const lead = main.kind === 'item' ? 'Because you liked' : 'Because you like';
  return { lead, main, rest: reasons.filter((one) => one !== main) };
}

/** "Because you liked The Salt Road" */
export function becauseText(reasons: readonly Because[]): string {
  const { lead, main } = reasonOf(reasons);
  return main ? `${lead} ${main.name}` : lead;
}
