import { ActionIcon, Button, Drawer, VisuallyHidden } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, GripVertical, Plus, X } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { type Carousel, chooseHome, type Home, homeQuery } from '@/api/personal';
import { reportRefusal } from '@/ui/useItemKeys';
import classes from './ChooseRows.module.css';
import { moved } from './order';
import { rowHint, rowTitle } from './rowLooks';

interface ChooseRowsProps {
  home: Home;
  opened: boolean;
  onClose: () => void;
}

/** The rows of the home page in their order: dragged, moved by key or button, taken out and put in. Every step is kept at once. */
export default function ChooseRows({ home, opened, onClose }: ChooseRowsProps) {
  const choose = useChoose();
  const [said, setSaid] = useState('');
  const { carousels } = home;
  const list = useRef<HTMLUListElement>(null);

  const keepFocus = useFocusKept(list, carousels);

  const place = (from: number, to: number, part: Part = 'handle') => {
    const row = carousels[from];
    if (!row || to < 0 || to >= carousels.length || from === to) return;
    keepFocus(row.id, part);
    choose(moved(carousels, from, to));
    setSaid(`${rowTitle(row)} is now row ${to + 1} of ${carousels.length}`);
  };
  const remove = (at: number) => {
    const row = carousels[at];
    if (!row) return;
    const next = carousels[at + 1] ?? carousels[at - 1];
    if (next) keepFocus(next.id, 'remove');
    choose(carousels.filter((_, other) => other !== at));
    setSaid(`${rowTitle(row)} removed`);
  };
  const add = (row: Carousel) => {
    choose([...carousels, row]);
    setSaid(`${rowTitle(row)} added at the end`);
  };
  const drag = useDrag(list, place);

  return (
    <Drawer opened={opened} onClose={onClose} position="right" title="Rows of your home page" size={420}>
      <ul
        ref={list}
        className={classes.list}
        aria-label="Rows on the page"
        onPointerMove={drag.move}
        onPointerUp={drag.end}
        onPointerCancel={drag.cancel}
      >
        {drag.shown(carousels).map((row) => {
          const at = carousels.indexOf(row);
          const title = rowTitle(row);
          return (
            <li key={row.id} data-id={row.id} className={classes.row} data-dragged={drag.from === at || undefined}>
              <button
                type="button"
                data-part="handle"
                className={classes.handle}
                aria-label={`Move ${title}: drag, or use the arrow keys`}
                onKeyDown={(event: KeyboardEvent) => {
                  const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
                  if (by === 0) return;
                  event.preventDefault();
                  place(at, at + by);
                }}
                onPointerDown={(event) => drag.start(event, at)}
              >
                <GripVertical size={18} aria-hidden="true" />
              </button>
              <span className={classes.name}>{title}</span>
              <ActionIcon
                data-part="up"
                aria-label={`${title} up`}
                disabled={at === 0}
                onClick={() => place(at, at - 1, 'up')}
              >
                <ArrowUp size={17} />
              </ActionIcon>
              <ActionIcon
                data-part="down"
                aria-label={`${title} down`}
                disabled={at === carousels.length - 1}
                onClick={() => place(at, at + 1, 'down')}
              >
                <ArrowDown size={17} />
              </ActionIcon>
              <ActionIcon data-part="remove" aria-label={`Remove ${title}`} onClick={() => remove(at)}>
                <X size={17} />
              </ActionIcon>
            </li>
          );
        })}
      </ul>
      {carousels.length === 0 && <p className={classes.hint}>No rows. Add some below.</p>}
      {home.available.length > 0 && <h3 className={classes.heading}>More rows</h3>}
      <ul className={classes.list} aria-label="Rows to add">
        {home.available.map((row) => (
          <li key={row.id}>
            <button type="button" className={classes.add} onClick={() => add(row)}>
              <Plus size={17} aria-hidden="true" />
              <span>
                <VisuallyHidden>Add </VisuallyHidden>
                {rowTitle(row)}
                {rowHint(row) && <small>{rowHint(row)}</small>}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p className={classes.hint}>Views you save while browsing can be rows, too.</p>
      <Button
        variant="default"
        disabled={!home.custom}
        onClick={() => {
          choose(null);
          setSaid('The usual rows are back');
        }}
      >
        Back to the usual rows
      </Button>
      <p className={classes.said} role="status">
        {said}
      </p>
    </Drawer>
  );
}

type Part = 'handle' | 'up' | 'down' | 'remove';

/** A button that reaches the end of its way is disabled, and a removed row is gone: the focus then goes to the nearest that still works. */
function useFocusKept(list: RefObject<HTMLUListElement | null>, rows: readonly Carousel[]) {
  const wanted = useRef<{ id: string; part: Part } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the rows stand in their new order
  useLayoutEffect(() => {
    if (!wanted.current) return;
    const { id, part } = wanted.current;
    wanted.current = null;
    const row = list.current?.querySelector(`[data-id="${CSS.escape(id)}"]`);
    const buttons = [part, 'handle'].map((one) => row?.querySelector<HTMLButtonElement>(`[data-part=${one}]`));
    buttons.find((button) => button && !button.disabled)?.focus();
  }, [rows]);
  return (id: string, part: Part) => {
    wanted.current = { id, part };
  };
}

/** Shown at once and sent one after the other; what the server refuses is taken back. Null: the usual page. */
function useChoose(): (rows: Carousel[] | null) => void {
  const client = useQueryClient();
  const { queryKey } = homeQuery;
  const { mutate } = useMutation({
    mutationFn: (rows: Carousel[] | null) => chooseHome(rows?.map(({ id, title }) => ({ id, title })) ?? null),
    scope: { id: 'home' },
    onMutate: async (rows) => {
      await client.cancelQueries({ queryKey });
      if (rows) client.setQueryData(queryKey, (home) => home && chosen(home, rows));
    },
    onError: (error) => {
      reportRefusal(error);
      void client.invalidateQueries({ queryKey });
    },
    onSuccess: (home) => {
      // While more steps are on their way, the newest of them is what is on screen.
      if (client.isMutating({ predicate: ({ options }) => options.scope?.id === 'home' }) <= 1) {
        client.setQueryData(queryKey, home);
      }
    },
  });
  return mutate;
}

function chosen(home: Home, rows: Carousel[]): Home {
  const ids = new Set(rows.map(({ id }) => id));
  const rest = [...home.available, ...home.carousels].filter(({ id }) => !ids.has(id));
  return { carousels: rows, available: rest, custom: true };
}

/** Dragging by pointer, mouse and finger alike: the list is shown as it would be, and kept when the row is let go. */
function useDrag(list: { current: HTMLUListElement | null }, place: (from: number, to: number) => void) {
  const [held, setHeld] = useState<{ from: number; to: number } | null>(null);
  const over = (y: number): number => {
    const rows = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect());
    const below = rows.findIndex(({ top, height }) => y < top + height / 2);
    return below === -1 ? rows.length - 1 : below;
  };
  return {
    from: held?.from ?? -1,
    shown: (rows: Carousel[]) => (held ? moved(rows, held.from, held.to) : rows),
    start: (event: PointerEvent, from: number) => {
      if (event.button !== 0) return;
      // The list, for the row itself is moved in the document, and would lose it.
      list.current?.setPointerCapture(event.pointerId);
      setHeld({ from, to: from });
    },
    move: (event: PointerEvent) => {
      if (!held) return;
      const to = over(event.clientY);
      if (to !== held.to) setHeld({ ...held, to });
    },
    end: () => {
      if (held) place(held.from, held.to);
      setHeld(null);
    },
    cancel: () => setHeld(null),
  };
}
