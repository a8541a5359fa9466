import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Merge, mergesQuery, undoMerge } from '@/api/editing';
import type { Entity } from '@/api/types';
import { formatAgo, plural } from '@/core/format';
import { tellUndo } from '@/ui/jobToast';
import { reportRefusal } from '@/ui/useItemKeys';
import classes from './EntityPage.module.css';
import { namesOf } from './merging';

/** What was merged into this one, the newest first, each with its way back. */
export function Merges({ entity }: { entity: Entity }) {
  const query = mergesQuery(entity.kind, entity.id);
  const { data } = useQuery({
    ...query,
    refetchInterval: ({ state }) => (state.data?.items.some(isAtWork) ? 1_000 : false),
  });
  if (!data || data.items.length === 0) return null;
  return (
    <section className={classes.merges} aria-label="Merged into this">
      <h2>Merged into this</h2>
      <ul>
        {data.items.map((merge) => (
          <Row key={merge.id} entity={entity} merge={merge} />
        ))}
      </ul>
    </section>
  );
}

const isAtWork = ({ state, undoable }: Merge) => (state === 'merging' || state === 'undoing') && !undoable;

function Row({ entity, merge }: { entity: Entity; merge: Merge }) {
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: () => undoMerge(entity.kind, entity.id, merge.id),
    onSuccess: (job) => {
      void client.invalidateQueries({ queryKey: mergesQuery(entity.kind, entity.id).queryKey });
      void tellUndo(client, job);
    },
    onError: reportRefusal,
  });
  const names = namesOf(merge.sources);
  return (
    <li>
      <div>
        {names}
        <small>
          {[
            stateText(merge),
            formatAgo(merge.created_at, Date.now()),
            merge.state === 'undone' ? '' : plural(merge.links, 'link'),
          ]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </div>
      {merge.undoable && (
        <Button
          size="xs"
          variant="default"
          loading={undo.isPending}
          aria-label={`Undo the merge of ${names}`}
          onClick={() => undo.mutate()}
        >
          Undo
        </Button>
      )}
    </li>
  );
}

function stateText({ state, undoable }: Merge): string {
  switch (state) {
    case 'merging':
      return undoable ? 'Stopped half-way' : 'Being merged';
    case 'undoing':
      return undoable ? 'Put back half-way' : 'Being put back';
    case 'undone':
      return 'Undone';
    case 'final':
      return 'Merged for good';
    case 'merged':
      return 'Merged';
  }
}
