import { Button, Group, Modal, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { announceEdits, editEntity, entityLocksQuery } from '@/api/editing';
import { problemAt } from '@/api/errors';
import type { Entity } from '@/api/types';
import { ENTITY_WORDS } from '@/ui/entityWords';
import { Locked } from '@/ui/Locked';
import { ENTITY_FIELDS, type EntityField, type EntityForm, entityEditsOf, entityFormOf } from './entityEdit';
import { ParentsInput } from './ParentsInput';
import { PictureInput } from './PictureInput';

interface EntityEditDialogProps {
  entity: Entity;
  onClose: () => void;
}

const NAMES: Record<EntityField, string> = {
  name: 'Name',
  sort_name: 'Sorted as',
  description: 'Description',
  aliases: 'Also called',
  parents: 'Belongs to',
};

export function EntityEditDialog({ entity, onClose }: EntityEditDialogProps) {
  const client = useQueryClient();
  const [form, setForm] = useState<EntityForm>(() => entityFormOf(entity));
  const [released, setReleased] = useState<ReadonlySet<EntityField>>(new Set());
  const locks = useQuery(entityLocksQuery(entity.kind, entity.id));
  const change = (changes: Partial<EntityForm>) => setForm((before) => ({ ...before, ...changes }));
  const edits = entityEditsOf(entity, form, released);
  const unchanged = Object.keys(edits).length === 0;
  const named = released.has('name') || form.name.trim() !== '';
  const save = useMutation({
    mutationFn: () => editEntity(entity.kind, entity.id, edits),
    onSuccess: ({ name }) => {
      announceEdits(client);
      notifications.show({ message: `${name} is saved. Scans will keep your words.` });
      onClose();
    },
  });
  const release = (field: EntityField) => (wanted: boolean) => {
    const next = new Set(released);
    if (wanted) next.add(field);
    else next.delete(field);
    setReleased(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (unchanged) onClose();
    else if (named) save.mutate();
  };
  const problem = (field: EntityField) => problemAt(save.error, field);
  const field = (name: EntityField, input: ReactNode) => (
    <Locked
      name={NAMES[name]}
      lock={locks.data?.items.find((lock) => lock.field === name) ?? null}
      released={released.has(name)}
      releasedText="What the source last said stands again once you save."
      onRelease={release(name)}
    >
      {input}
    </Locked>
  );
  const elsewhere = save.error && !ENTITY_FIELDS.some(problem) ? save.error.message : null;
  return (
    <Modal opened onClose={onClose} title={`Edit ${entity.name}`} size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <PictureInput entity={entity} />
          {field(
            'name',
            <TextInput
              data-autofocus
              label={NAMES.name}
              description="The name before stays as an alias, so that scans still find it."
              disabled={released.has('name')}
              value={form.name}
              error={problem('name') ?? (named ? null : 'A name is needed')}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />,
          )}
          {field(
            'sort_name',
            <TextInput
              label={NAMES.sort_name}
              disabled={released.has('sort_name')}
              value={form.sort_name}
              error={problem('sort_name')}
              onChange={(event) => change({ sort_name: event.currentTarget.value })}
            />,
          )}
          {field(
            'aliases',
            <TagsInput
              label={NAMES.aliases}
              placeholder={form.aliases.length === 0 ? 'Type a name and press Enter' : ''}
              disabled={released.has('aliases')}
              value={form.aliases}
              error={problem('aliases')}
              onChange={(aliases) => change({ aliases })}
            />,
          )}
          {field(
            'parents',
            <ParentsInput
              entity={entity}
              label={NAMES.parents}
              description={`Whoever looks for that ${ENTITY_WORDS[entity.kind].one} finds what is below it, too.`}
              disabled={released.has('parents')}
              parents={form.parents}
              error={problem('parents')}
              onChange={(parents) => change({ parents })}
            />,
          )}
          {field(
            'description',
            <Textarea
              label={NAMES.description}
              autosize
              minRows={3}
              maxRows={12}
              disabled={released.has('description')}
              value={form.description}
              error={problem('description')}
              onChange={(event) => change({ description: event.currentTarget.value })}
            />,
          )}
          <Text size="sm" c="dimmed">
            What you change here stays, whatever later scans and mirrors say.
          </Text>
          {elsewhere && (
            <Text size="sm" c="red" role="alert">
              {elsewhere}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={unchanged || !named}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
