import type { RowCard } from '@/api/rows';
import type { KeyEventLike } from '@/core/keymap';
import { useKeys } from '../keys';
import { useItemKeys } from '../useItemKeys';

/** Arrow keys move between the cards of rows, and from row to row; the item keys mean the card that has the focus. */
export function useRowKeys(find: (id: number) => RowCard | undefined): void {
  const group = 'In the rows';
  useKeys([
    { keys: ['ArrowRight'], label: 'Next item', group, when: onCard, run: ({ target }) => across(target, 1) },
    { keys: ['ArrowLeft'], label: 'Previous item', group, when: onCard, run: ({ target }) => across(target, -1) },
    { keys: ['ArrowDown'], label: 'Row below', group, when: onCard, run: ({ target }) => down(target, 1) },
    { keys: ['ArrowUp'], label: 'Row above', group, when: onCard, run: ({ target }) => down(target, -1) },
    { keys: ['Home'], label: 'First item', group, when: onCard, run: ({ target }) => across(target, -Infinity) },
    { keys: ['End'], label: 'Last item', group, when: onCard, run: ({ target }) => across(target, Infinity) },
  ]);
  useItemKeys((event) => {
    const id = cardOf(event.target)?.pathname.split('/').at(-1);
    return id === undefined ? undefined : find(Number(id));
  }, onCard);
}

function onCard({ target }: KeyEventLike): boolean {
  return cardOf(target) !== null;
}

function cardOf(target: EventTarget | null): HTMLAnchorElement | null {
  return target instanceof Element ? target.closest<HTMLAnchorElement>('[data-row] a[data-i]') : null;
}

function across(target: EventTarget | null, by: number): void {
  const card = cardOf(target);
  const cards = cardsOf(card?.closest('[data-row]'));
  const at = card ? cards.indexOf(card) : -1;
  show(cards[Math.max(0, Math.min(cards.length - 1, at + by))]);
}

/** To the card of the next row that is nearest below or above. */
function down(target: EventTarget | null, by: 1 | -1): void {
  const card = cardOf(target);
  const row = card?.closest('[data-row]');
  if (!card || !row) return;
  const rows = [...document.querySelectorAll('[data-row]')].filter((one) => cardsOf(one).length > 0);
  const next = rows[rows.indexOf(row) + by];
  if (!next) return;
  const middle = middleOf(card);
  const [nearest] = cardsOf(next).toSorted((a, b) => Math.abs(middleOf(a) - middle) - Math.abs(middleOf(b) - middle));
  show(nearest);
}

function cardsOf(row: Element | null | undefined): HTMLAnchorElement[] {
  return row ? [...row.querySelectorAll<HTMLAnchorElement>('a[data-i]')] : [];
}

function middleOf(card: Element): number {
  const { left, width } = card.getBoundingClientRect();
  return left + width / 2;
}

function show(card: HTMLAnchorElement | undefined): void {
  card?.focus({ preventScroll: true });
  // The whole row, heading included, is to be seen.
  card?.closest('section')?.scrollIntoView({ block: 'nearest' });
  card?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
