import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

interface SortingOptions<Id> {
  list: RefObject<HTMLElement | null>;
  /** In their order. */
  ids: readonly Id[];
  /** What people call it. */
  nameOf: (id: Id) => string;
  onMove: (id: Id, to: number) => void;
}

export interface Sorting<Id extends number | string = number> {
  /** As they would be, were what is dragged let go now. */
  shown: readonly Id[];
  dragged: Id | null;
  /** What happened, for an aria-live region. */
  said: string;
  say: (text: string) => void;
  /** To be said of an entry before it is removed: the focus then goes to its neighbour. */
  leave: (id: Id) => void;
  /** For the handle of an entry. It needs `data-handle` and the entry `data-id`. */
  handle: (id: Id) => {
    'data-handle': true;
    'aria-label': string;
    onKeyDown: (event: KeyboardEvent) => void;
    onPointerDown: (event: PointerEvent) => void;
  };
  move: (id: Id, to: number) => void;
}

const EDGE_PX = 56;
const MOST_PX = 18; // a frame

/**
 * Order by hand: by pointer, mouse and finger alike, and by keys on the handle. Says what it did. The focus stays with the entry that moves: on
 * the button that moved it, told by its `data-part`, or on the handle where that button is at its end.
 */
export function useSorting<Id extends number | string>({ list, ids, nameOf, onMove }: SortingOptions<Id>): Sorting<Id> {
  const [held, setHeld] = useState<{ id: Id; to: number } | null>(null);
  const [said, setSaid] = useState('');
  const wanted = useRef<{ id: Id; part: string } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the entries stand in their new order
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const { id, part } = wanted.current;
    wanted.current = null;
    const entry = list.current?.querySelector(`[data-id="${CSS.escape(String(id))}"]`);
    const buttons = [`[data-part="${part}"]`, '[data-handle]'].map((one) =>
      entry?.querySelector<HTMLButtonElement>(one),
    );
    buttons.find((button) => button && !button.disabled)?.focus();
  }, [ids, list]);

  const move = (id: Id, to: number) => {
    const at = ids.indexOf(id);
    const place = Math.min(ids.length - 1, Math.max(0, to));
    if (at === -1) return;
    if (at === place) {
      setSaid(`${nameOf(id)} is ${place === 0 ? 'the first' : 'the last'} already`);
      return;
    }
    wanted.current = { id, part: focusedPart() };
    onMove(id, place);
    setSaid(`${nameOf(id)} is now ${place + 1} of ${ids.length}`);
  };
  const drag = useDragging<Id>({
    list,
    placeAt: (y) => rowAt(list.current, y),
    onHold: (id, to) => setHeld({ id, to }),
    onDrop: (id, to) => {
      setHeld(null);
      if (to !== null && ids.indexOf(id) !== to) move(id, to);
    },
  });

  return {
    shown: held ? moved(ids, ids.indexOf(held.id), held.to) : ids,
    dragged: held?.id ?? null,
    said,
    say: setSaid,
    leave: (id) => {
      const at = ids.indexOf(id);
      const next = ids[at + 1] ?? ids[at - 1];
      if (next !== undefined) wanted.current = { id: next, part: focusedPart() };
    },
    move,
    handle: (id) => ({
      'data-handle': true,
      'aria-label': `Move ${nameOf(id)}: drag, or use the arrow keys`,
      onKeyDown: (event) => {
        const at = ids.indexOf(id);
        const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: ids.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        move(id, to);
      },
      onPointerDown: (event) => drag(event, id, ids.indexOf(id)),
    }),
  };
}

function focusedPart(): string {
  const { activeElement } = document;
  return (activeElement instanceof HTMLElement && activeElement.dataset.part) || '';
}

interface DraggingOptions<Id> {
  list: RefObject<HTMLElement | null>;
  /** Which place is meant at that height of the window. */
  placeAt: (y: number) => number;
  onHold: (id: Id, to: number) => void;
  /** Null: let go without a move. */
  onDrop: (id: Id, to: number | null) => void;
}

/** Follows the pointer wherever it goes, and scrolls at the edges, until it is let go or taken away. Escape calls it off. */
export function useDragging<Id>(options: DraggingOptions<Id>) {
  const latest = useRef(options);
  latest.current = options;
  const stop = useRef<() => void>(() => {});
  useEffect(() => () => stop.current(), []);
  return useCallback((event: PointerEvent, id: Id, from: number) => {
    if (event.button !== 0) return;
    event.preventDefault();
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
    const following = new AbortController();
    const { signal } = following;
    let y = event.clientY;
    let to = from;
    latest.current.onHold(id, to);
    const look = () => {
      const next = latest.current.placeAt(y);
      if (next === -1 || next === to) return;
      to = next;
      latest.current.onHold(id, to);
    };
    const frame = () => {
      if (signal.aborted) return;
      if (scrollAtEdge(latest.current.list.current, y)) look();
      requestAnimationFrame(frame);
    };
    const end = (keep: boolean) => {
      following.abort();
      latest.current.onDrop(id, keep ? to : null);
    };
    stop.current = () => following.abort();
    const follow = (moving: globalThis.PointerEvent) => {
      y = moving.clientY;
      look();
    };
    const callOff = (key: globalThis.KeyboardEvent) => {
      if (key.key !== 'Escape') return;
      key.preventDefault();
      key.stopPropagation();
      end(false);
    };
    document.addEventListener('pointermove', follow, { signal });
    document.addEventListener('pointerup', () => end(true), { signal });
    document.addEventListener('pointercancel', () => end(false), { signal });
    document.addEventListener('keydown', callOff, { signal, capture: true });
    requestAnimationFrame(frame);
  }, []);
}

function rowAt(list: HTMLElement | null, y: number): number {
  const rows = [...(list?.children ?? [])].map((row) => row.getBoundingClientRect());
  const below = rows.findIndex(({ top, height }) => y < top + height / 2);
  return below === -1 ? rows.length - 1 : below;
}

function scrollAtEdge(list: HTMLElement | null, y: number): boolean {
  const scroller = scrollerOf(list);
  if (!scroller) return false;
  const { top, bottom } = scroller.getBoundingClientRect();
  const over = y < top + EDGE_PX ? y - top - EDGE_PX : y > bottom - EDGE_PX ? y - bottom + EDGE_PX : 0;
  if (over === 0) return false;
  const before = scroller.scrollTop;
  scroller.scrollTop += Math.max(-MOST_PX, Math.min(MOST_PX, over / 3));
  return scroller.scrollTop !== before;
}

export function scrollerOf(element: HTMLElement | null): HTMLElement | null {
  for (let one = element; one; one = one.parentElement) {
    if (one.scrollHeight > one.clientHeight && /auto|scroll/.test(getComputedStyle(one).overflowY)) return one;
  }
  return null;
}

/** The list with the entry at `from` standing at `to`. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, at) => at !== from);
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)];
}
