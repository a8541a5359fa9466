import { Button, Group, Modal, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { itemLocksQuery } from '@/api/editing';
import { ApiError } from '@/api/errors';
import type { Item } from '@/api/types';
import { Locked } from '@/ui/Locked';
import { type EditForm, editFormOf, editsOf, isPartialDate, LOCK_OF, lockName } from '../edit';
import { editItem, itemQuery } from '../itemApi';

interface EditDialogProps {
  item: Item;
  onClose: () => void;
}

export function EditDialog({ item, onClose }: EditDialogProps) {
  const client = useQueryClient();
  const [form, setForm] = useState<EditForm>(() => editFormOf(item));
  const change = (changes: Partial<EditForm>) => setForm((before) => ({ ...before, ...changes }));
  const [released, setReleased] = useState<ReadonlySet<string>>(new Set());
  const locks = useQuery(itemLocksQuery(item.id)).data?.items ?? [];
  const edits = editsOf(item, form, released);
  const save = useMutation({
    mutationFn: () => editItem(item.id, edits),
    onSuccess: (changed) => {
      client.setQueryData(itemQuery(item.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: itemLocksQuery(item.id).queryKey });
      notifications.show({ message: 'Saved. Scans will keep your words.' });
      onClose();
    },
  });
  const unchanged = Object.keys(edits).length === 0;
  const dateError = isPartialDate(form.date) ? null : 'Write 2021, 2021-03 or 2021-03-14';
  const complete = released.has('title') || form.title.trim() !== '';
  const problem = (field: string) =>
    save.error instanceof ApiError && save.error.field === field ? save.error.message : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (unchanged) onClose();
    else if (complete && (!dateError || released.has('date'))) save.mutate();
  };
  const release = (lock: string) => (wanted: boolean) => {
    const next = new Set(released);
    if (wanted) next.add(lock);
    else next.delete(lock);
    setReleased(next);
  };
  const locked = (name: string, label: string, input?: ReactNode) => (
    <Locked
      key={name}
      name={label}
      lock={locks.find(({ field }) => field === name) ?? null}
      released={released.has(name)}
      releasedText="The next scan writes it again."
      onRelease={release(name)}
    >
      {input}
    </Locked>
  );
  const field = (name: keyof typeof LOCK_OF, label: string, input: (shared: FieldProps) => ReactNode) =>
    locked(
      LOCK_OF[name],
      label,
      input({ label, error: problem(name) ?? problem(LOCK_OF[name]), disabled: released.has(LOCK_OF[name]) }),
    );
  const inForm = new Set<string>(Object.values(LOCK_OF));
  const others = locks.filter((lock) => !inForm.has(lock.field));
  return (
    <Modal opened onClose={onClose} title="Edit" size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          {field('title', 'Title', ({ error, ...shared }) => (
            <TextInput
              {...shared}
              data-autofocus
              required
              withAsterisk={false}
              value={form.title}
              error={error ?? (form.title.trim() ? null : 'A title is needed')}
              onChange={(event) => change({ title: event.currentTarget.value })}
            />
          ))}
          {field('subtitle', 'Subtitle', (shared) => (
            <TextInput
              {...shared}
              value={form.subtitle}
              onChange={(event) => change({ subtitle: event.currentTarget.value })}
            />
          ))}
          {field('description', 'Description', (shared) => (
            <Textarea
              {...shared}
              autosize
              minRows={3}
              maxRows={12}
              value={form.description}
              onChange={(event) => change({ description: event.currentTarget.value })}
            />
          ))}
          {field('date', 'Date', ({ error, ...shared }) => (
            <TextInput
              {...shared}
              placeholder="2021-03-14, 2021-03 or 2021"
              value={form.date}
              error={error ?? dateError}
              onChange={(event) => change({ date: event.currentTarget.value })}
            />
          ))}
          {field('tags', 'Tags', (shared) => (
            <TagsInput
              {...shared}
              placeholder="Type a tag and press Enter"
              clearable
              value={form.tags}
              onChange={(tags) => change({ tags })}
            />
          ))}
          {others.length > 0 && (
            <section aria-label="Also edited by hand">
              <Text fw={500} mb={4}>
                Also edited by hand
              </Text>
              {others.map((lock) => locked(lock.field, lockName(lock.field), lockName(lock.field)))}
            </section>
          )}
          <Text size="sm" c="dimmed">
            What you change here stays, whatever the files say at the next scan.
          </Text>
          {save.error && !(save.error instanceof ApiError && save.error.field) && (
            <Text size="sm" c="red" role="alert">
              {save.error.message}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={unchanged}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface FieldProps {
  label: string;
  error: string | null;
  disabled: boolean;
}
