import { ActionIcon, Button, Drawer, VisuallyHidden } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import { useRef } from 'react';
import { type Carousel, chooseHome, type Home, homeQuery } from '@/api/personal';
import choices from '@/ui/Choices.module.css';
import { Handle } from '@/ui/Handle';
import { reportRefusal } from '@/ui/useItemKeys';
import { moved, useSorting } from '@/ui/useSorting';
import classes from './ChooseRows.module.css';
import { rowHint, rowTitle } from './rowLooks';

interface ChooseRowsProps {
  home: Home;
  opened: boolean;
  onClose: () => void;
}

/** The rows of the home page in their order: dragged, moved by key or button, taken out and put in. Every step is kept at once. */
export default function ChooseRows({ home, opened, onClose }: ChooseRowsProps) {
  const choose = useChoose();
  const { carousels } = home;
  const list = useRef<HTMLUListElement>(null);
  const of = (id: string) => carousels.find((row) => row.id === id);
  const nameOf = (id: string) => {
    const row = of(id);
    return row ? rowTitle(row) : '';
  };
  const sorting = useSorting({
    list,
    ids: carousels.map(({ id }) => id),
    nameOf,
    onMove: (id, to) =>
      choose(
        moved(
          carousels,
          carousels.findIndex((row) => row.id === id),
          to,
        ),
      ),
  });
  const remove = (id: string) => {
    sorting.leave(id);
    choose(carousels.filter((row) => row.id !== id));
    sorting.say(`${nameOf(id)} removed`);
  };
  const add = (row: Carousel) => {
    choose([...carousels, row]);
    sorting.say(`${rowTitle(row)} added at the end`);
  };

  return (
    <Drawer opened={opened} onClose={onClose} position="right" title="Rows of your home page" size={420}>
      <ul ref={list} className={classes.list} aria-label="Rows on the page">
        {sorting.shown.map((id) => {
          const at = carousels.findIndex((row) => row.id === id);
          const title = nameOf(id);
          return (
            <li key={id} data-id={id} className={classes.row} data-dragged={sorting.dragged === id || undefined}>
              <Handle {...sorting.handle(id)} />
              <span className={classes.name}>{title}</span>
              <ActionIcon
                data-part="up"
                aria-label={`${title} up`}
                disabled={at === 0}
                onClick={() => sorting.move(id, at - 1)}
              >
                <ArrowUp size={17} />
              </ActionIcon>
              <ActionIcon
                data-part="down"
                aria-label={`${title} down`}
                disabled={at === carousels.length - 1}
                onClick={() => sorting.move(id, at + 1)}
              >
                <ArrowDown size={17} />
              </ActionIcon>
              <ActionIcon data-part="remove" aria-label={`Remove ${title}`} onClick={() => remove(id)}>
                <X size={17} />
              </ActionIcon>
            </li>
          );
        })}
      </ul>
      {carousels.length === 0 && <p className={classes.hint}>No rows. Add some below.</p>}
      {home.available.length > 0 && <h3 className={choices.heading}>More rows</h3>}
      <ul className={choices.list} aria-label="Rows to add">
        {home.available.map((row) => (
          <li key={row.id}>
            <button type="button" className={choices.choice} onClick={() => add(row)}>
              <Plus size={17} aria-hidden="true" />
              <span className={classes.more}>
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
          sorting.say('The usual rows are back');
        }}
      >
        Back to the usual rows
      </Button>
      <p className={classes.said} role="status">
        {sorting.said}
      </p>
    </Drawer>
  );
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
