import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { EyeOff } from 'lucide-react';
import { useState } from 'react';
import { type HiddenThing, hiddenQuery, setHidden } from '@/api/hiding';
import { ENTITY_KINDS, ITEM_KINDS } from '@/api/types';
import { formatCount } from '@/core/format';
import { ENTITY_WORDS } from '@/ui/entityWords';
import { KIND_LOOKS } from '@/ui/kinds';
import { Page } from '@/ui/Page';
import { EmptyState, ErrorState } from '@/ui/States';
import { offerUndo } from '@/ui/undo';
import { reportRefusal } from '@/ui/useItemKeys';
import classes from './SettingsPage.module.css';

/** What I hid myself, and the way back. */
export function HiddenPage() {
  const [page, setPage] = useState(1);
  const { data, error, refetch } = useQuery(hiddenQuery(page));
  const { total_count: total = 0, has_next: more = false } = data?.pagination ?? {};
  return (
    <Page
      title="What you hid"
      width="narrow"
      subtitle={total > 0 ? 'Only you do not see these, and what is only in them.' : undefined}
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && total === 0 && (
        <EmptyState icon={EyeOff} title="You hid nothing">
          The menu of an item, a person, a tag … has “Hide from me”. What you hide is listed here.
        </EmptyState>
      )}
      {data && (
        <ul className={classes.keys}>
          {data.items.map((thing) => (
            <HiddenRow key={`${thing.type} ${thing.id}`} thing={thing} />
          ))}
        </ul>
      )}
      {(page > 1 || more) && (
        <nav className={classes.row} aria-label="Pages">
          <Button variant="default" disabled={page === 1} onClick={() => setPage(page - 1)}>
            Back
          </Button>
          <span>Page {formatCount(page)}</span>
          <Button variant="default" disabled={!more} onClick={() => setPage(page + 1)}>
            More
          </Button>
        </nav>
      )}
    </Page>
  );
}

function HiddenRow({ thing }: { thing: HiddenThing }) {
  const client = useQueryClient();
  const show = useMutation({
    mutationFn: () => setHidden(client, thing, false),
    onSuccess: () => offerUndo(`${thing.name} is shown again.`, () => setHidden(client, thing, true)),
    onError: reportRefusal,
  });
  return (
    <li>
      <div>
        <strong>{thing.name}</strong>
        <span>{kindWord(thing)}</span>
      </div>
      <Button
        variant="default"
        size="xs"
        aria-label={`Show again: ${thing.name}`}
        loading={show.isPending}
        onClick={() => show.mutate()}
      >
        Show again
      </Button>
    </li>
  );
}

function kindWord({ type, kind }: HiddenThing): string {
  const item = ITEM_KINDS.find((one) => one === kind);
  if (type === 'item' && item) return KIND_LOOKS[item].one;
  const entity = ENTITY_KINDS.find((one) => one === kind);
  const word = entity ? ENTITY_WORDS[entity].one : kind;
  return word.charAt(0).toUpperCase() + word.slice(1);
}
