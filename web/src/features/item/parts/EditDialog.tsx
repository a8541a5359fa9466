import { Button, Group, Modal, Stack, TagsInput, Text, Textarea, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { ApiError } from '@/api/errors';
import type { Item } from '@/api/types';
import { type EditForm, editFormOf, editsOf, isPartialDate } from '../edit';
import { editItem, itemQuery } from '../itemApi';

interface EditDialogProps {
  item: Item;
  onClose: () => void;
}

export function EditDialog({ item, onClose }: EditDialogProps) {
  const client = useQueryClient();
  const [form, setForm] = useState<EditForm>(() => editFormOf(item));
  const change = (changes: Partial<EditForm>) => setForm((before) => ({ ...before, ...changes }));
  const save = useMutation({
    mutationFn: () => editItem(item.id, editsOf(item, form)),
    onSuccess: (changed) => {
      client.setQueryData(itemQuery(item.id).queryKey, changed);
      notifications.show({ message: 'Saved. Scans will keep your words.' });
      onClose();
    },
  });
  const unchanged = Object.keys(editsOf(item, form)).length === 0;
  const dateError = isPartialDate(form.date) ? null : 'Write 2021, 2021-03 or 2021-03-14';
  const problem = (field: string) =>
    save.error instanceof ApiError && save.error.field === field ? save.error.message : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (unchanged) onClose();
    else if (!dateError && form.title.trim()) save.mutate();
  };
  const label = (text: string, field: string) => <FieldLabel text={text} locked={item.locked.includes(field)} />;
  return (
    <Modal opened onClose={onClose} title="Edit" size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label={label('Title', 'title')}
            required
            withAsterisk={false}
            value={form.title}
            error={problem('title') ?? (form.title.trim() ? null : 'A title is needed')}
            onChange={(event) => change({ title: event.currentTarget.value })}
          />
          <TextInput
            label={label('Subtitle', 'subtitle')}
            value={form.subtitle}
            error={problem('subtitle')}
            onChange={(event) => change({ subtitle: event.currentTarget.value })}
          />
          <Textarea
            label={label('Description', 'description')}
            autosize
            minRows={3}
            maxRows={12}
            value={form.description}
            error={problem('description')}
            onChange={(event) => change({ description: event.currentTarget.value })}
          />
          <TextInput
            label={label('Date', 'date')}
            placeholder="2021-03-14, 2021-03 or 2021"
            value={form.date}
            error={problem('date') ?? dateError}
            onChange={(event) => change({ date: event.currentTarget.value })}
          />
          <TagsInput
            label={label('Tags', 'tags')}
            placeholder="Type a tag and press Enter"
            clearable
            value={form.tags}
            error={problem('tags')}
            onChange={(tags) => change({ tags })}
          />
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

function FieldLabel({ text, locked }: { text: string; locked: boolean }) {
  return (
    <span>
      {text}
      {locked && (
        <Tooltip label="Edited by hand: scans leave it alone">
          <Lock size={12} aria-label="(edited by hand)" style={{ marginLeft: 6, verticalAlign: '-1px' }} />
        </Tooltip>
      )}
    </span>
  );
}
