import { Alert, Button, Group, Loader, Modal, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { mergeEntities, undoMerge } from '@/api/editing';
import { entitySearchQuery, libraryNamesQuery } from '@/api/entities';
import type { Entity, Job } from '@/api/types';
import { plural } from '@/core/format';
import { ENTITY_WORDS } from '@/ui/entityWords';
import { tellJob } from '@/ui/jobToast';
import { OPTION_LIST } from '@/ui/optionList';
import classes from './Merge.module.css';
import { mergedWords, mergeWords, namesOf } from './merging';

interface MergeDialogProps {
  /** Of one kind; one alone is merged into another that is looked for here. */
  entities: readonly [Entity, ...Entity[]];
  onClose: () => void;
  /** The target, once the merge is under way. */
  onMerging: (target: Entity) => void;
}

export function MergeDialog({ entities, onClose, onMerging }: MergeDialogProps) {
  const client = useQueryClient();
  const [first] = entities;
  const { kind } = first;
  const alone = entities.length === 1;
  const [target, setTarget] = useState<Entity | null>(() => (alone ? null : mostUsed(entities)));
  const { data: libraries } = useQuery(libraryNamesQuery);
  const libraryOf = (entity: Entity) => libraries?.items.find(({ id }) => id === entity.library_id)?.name ?? '';
  const sources = entities.filter(({ id }) => id !== target?.id);
  const apart = new Set(entities.map(({ library_id }) => library_id)).size > 1;
  const merge = useMutation({
    mutationFn: ({ id }: Entity) =>
      mergeEntities(
        kind,
        id,
        sources.map((one) => one.id),
      ),
    onSuccess: (job, chosen) => {
      onMerging(chosen);
      void tellJob(client, job, {
        working: `Merging ${namesOf(sources)} into ${chosen.name}`,
        done: () => mergedWords(sources, chosen),
        undo: ({ result }: Job) => undoMerge(kind, chosen.id, (result as { merge_id: number }).merge_id),
      });
    },
  });
  const { one, many } = ENTITY_WORDS[kind];
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={alone ? `Merge ${first.name} into …` : `Merge ${entities.length} ${many}`}
    >
      <Stack gap="md">
        {alone ? (
          <TargetInput source={first} onChange={setTarget} />
        ) : (
          <Choices entities={entities} target={target} onChange={setTarget} libraryOf={apart ? libraryOf : null} />
        )}
        {apart && (
          <Alert color="red" role="alert">
            These belong to different libraries, and each library keeps its own names. Choose {many} of one library.
          </Alert>
        )}
        {target && !apart && (
          <Text component="p" m={0}>
            {mergeWords(sources, target, one)}
          </Text>
        )}
        {merge.error && (
          <Alert color="red" role="alert">
            {merge.error.message}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={merge.isPending}
            disabled={target === null || apart}
            onClick={() => target && merge.mutate(target)}
          >
            {target ? `Merge into ${target.name}` : 'Merge'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface ChoicesProps {
  entities: readonly Entity[];
  target: Entity | null;
  onChange: (target: Entity) => void;
  /** Where they are of several libraries. */
  libraryOf: ((entity: Entity) => string) | null;
}

function Choices({ entities, target, onChange, libraryOf }: ChoicesProps) {
  const group = useId();
  return (
    <fieldset className={classes.choices}>
      <legend>Which one stays?</legend>
      {entities.map((entity) => (
        <label key={entity.id} className={classes.choice} data-checked={entity.id === target?.id || undefined}>
          <input
            type="radio"
            name={group}
            checked={entity.id === target?.id}
            onChange={() => onChange(entity)}
            data-autofocus={entity.id === target?.id || undefined}
          />
          <span>
            <strong>{entity.name}</strong>
            <small>
              {[plural(entity.item_count, 'item'), ...entity.aliases.slice(0, 3), libraryOf?.(entity)]
                .filter(Boolean)
                .join(' · ')}
            </small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function TargetInput({ source, onChange }: { source: Entity; onChange: (target: Entity | null) => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Entity | null>(null);
  const [wanted] = useDebouncedValue(text.trim(), 200);
  const search = useQuery(entitySearchQuery(source.kind, wanted === chosen?.name ? '' : wanted));
  const found = (search.data ?? []).filter(
    ({ id, kind, library_id }) => id !== source.id && kind === source.kind && library_id === source.library_id,
  );
  const options = chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  const { one } = ENTITY_WORDS[source.kind];
  const choose = (value: string | null) => {
    const next = options.find(({ id }) => String(id) === value) ?? null;
    setChosen(next);
    onChange(next);
  };
  return (
    <Select
      {...OPTION_LIST}
      data-autofocus
      openOnFocus={false} // the dialog is still on its way to its place then
      label={`The ${one} that stays`}
      description={`Any ${one} of the same library.`}
      placeholder="Search by name"
      searchable
      clearable
      filter={({ options: all }) => all}
      nothingFoundMessage={search.isFetching ? <Loader size="xs" /> : `No other ${one} of this library is called that`}
      data={options.map(({ id, name, item_count }) => ({
        value: String(id),
        label:
          options.filter((other) => other.name === name).length > 1 ? `${name} (${plural(item_count, 'item')})` : name,
      }))}
      value={chosen ? String(chosen.id) : null}
      searchValue={text}
      onSearchChange={setText}
      onChange={choose}
    />
  );
}

function mostUsed(entities: readonly [Entity, ...Entity[]]): Entity {
  return entities.reduce((best, one) => (one.item_count > best.item_count ? one : best));
}
