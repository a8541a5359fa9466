import { ActionIcon, Button, Group, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { History, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import type { HistoryEntry, HistoryList } from '@/api/personal';
import { renewRows } from '@/api/rows';
import { formatSpan, plural } from '@/core/format';
import { Cover } from '@/ui/Cover';
import { KIND_LOOKS } from '@/ui/kinds';
import { Page } from '@/ui/Page';
import { Pager } from '@/ui/Pager';
import { EmptyState, ErrorState } from '@/ui/States';
import { reportRefusal } from '@/ui/useItemKeys';
import { byDay, clockOf } from './days';
import classes from './HistoryPage.module.css';
import { forgetAll, forgetOne, historyQuery } from './historyApi';

const GHOSTS = 8;

/** What I watched and read, sitting by sitting. */
export function HistoryPage() {
  const { page = 1 } = useSearch({ from: '/shell/history' });
  const { data, error, refetch, isPlaceholderData } = useQuery(historyQuery(page));
  const [clearing, setClearing] = useState(false);
  const navigate = useNavigate();
  const leaf = (to: number) => void navigate({ to: '/history', search: to > 1 ? { page: to } : {} });
  const total = data?.pagination.total_count ?? 0;
  return (
    <Page
      title="History"
      width="narrow"
      subtitle={
        data && total > 0 ? `${plural(total, 'time')} you watched, listened or read. Only you see this.` : undefined
      }
      actions={
        total > 0 && (
          <Button
            variant="default"
            leftSection={<Trash2 size={16} aria-hidden="true" />}
            onClick={() => setClearing(true)}
          >
            Clear all
          </Button>
        )
      }
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton />}
      {data && total === 0 && (
        <EmptyState icon={History} title="Nothing watched yet">
          Everything you watch, listen to or read is kept here, until you delete it.
        </EmptyState>
      )}
      {data && <Entries list={data} page={page} stale={isPlaceholderData} />}
      {data && <Pager page={page} total={data.pagination.total_pages} onPage={leaf} words={['Newer', 'Older']} />}
      <ClearAll opened={clearing} onClose={() => setClearing(false)} />
    </Page>
  );
}

function Entries({ list, page, stale }: { list: HistoryList; page: number; stale: boolean }) {
  const forget = useForget(page);
  return (
    <div className={classes.days} data-stale={stale || undefined}>
      {byDay(list.items, new Date()).map(({ name, entries }) => (
        <section key={`${name} ${entries[0]?.id}`} aria-label={name}>
          <h2 className={classes.day}>{name}</h2>
          <ul className={classes.list}>
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} onForget={() => forget(entry)} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Entry({ entry, onForget }: { entry: HistoryEntry; onForget: () => void }) {
  const { item } = entry;
  return (
    <li className={classes.entry}>
      <div className={classes.cover}>
        <Cover item={item} width={40} ratio={40 / 54} lazy />
      </div>
      <div className={classes.text}>
        <Link to="/items/$itemId" params={{ itemId: String(item.id) }} className={classes.title}>
          {item.title}
        </Link>
        <p className={classes.facts}>{factsOf(entry)}</p>
      </div>
      <time className={classes.time} dateTime={entry.started_at}>
        {clockOf(entry.started_at)}
      </time>
      <ActionIcon
        size={36}
        className={classes.forget}
        aria-label={`Delete ${item.title} from the history`}
        onClick={onForget}
      >
        <X size={17} />
      </ActionIcon>
    </li>
  );
}

function factsOf({ item, seconds, source }: HistoryEntry): string {
  const how =
    source === 'marked'
      ? 'marked by hand'
      : source === 'imported'
        ? 'taken over from its server'
        : seconds >= 1
          ? formatSpan(seconds)
          : 'a moment';
  return `${KIND_LOOKS[item.kind].one} · ${how}`;
}

/** Gone from the screen at once; back with a word when the server refuses. */
function useForget(page: number): (entry: HistoryEntry) => void {
  const client = useQueryClient();
  const { queryKey } = historyQuery(page);
  const { mutate } = useMutation({
    mutationFn: (entry: HistoryEntry) => forgetOne(entry.id),
    onMutate: async (entry) => {
      await client.cancelQueries({ queryKey: ['history'] });
      client.setQueryData(
        queryKey,
        (list) => list && { ...list, items: list.items.filter(({ id }) => id !== entry.id) },
      );
    },
    onError: reportRefusal,
    onSettled: () => forgotten(client),
  });
  return mutate;
}

/** What was played less counts elsewhere, too. */
function forgotten(client: ReturnType<typeof useQueryClient>): void {
  void client.invalidateQueries({ queryKey: ['history'] });
  void client.invalidateQueries({ queryKey: ['item'] });
  void renewRows(client);
}

function ClearAll({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const clear = useMutation({
    mutationFn: forgetAll,
    onSuccess: async () => {
      client.removeQueries({ queryKey: ['history'] });
      forgotten(client);
      onClose();
      await navigate({ to: '/history', search: {}, replace: true });
    },
    onError: reportRefusal,
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Clear the whole history?" centered>
      <p className={classes.warning}>
        Everything you watched and read is forgotten, and that it was played. Ratings, favourites and where to go on
        stay. This cannot be undone.
      </p>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
        <Button color="red.8" loading={clear.isPending} onClick={() => clear.mutate()}>
          Clear all
        </Button>
      </Group>
    </Modal>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: GHOSTS }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <div key={at} className={classes.ghost} />
      ))}
    </div>
  );
}
