import { Loader, Modal, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import { ApiError } from '@/api/errors';
import { jobsQuery } from '@/api/jobs';
import { librariesQuery } from '@/api/libraries';
import { FormEnd } from '@/ui/FormEnd';
import { addLibrary } from './librariesApi';
import { foldersIn, nameFor } from './libraryState';
import { OptionFields, USUAL_OPTIONS } from './OptionFields';

// Only who mirrors a server needs it.
const AddStashForm = lazy(async () => ({ default: (await import('@/features/stash/AddStashForm')).AddStashForm }));

const AddFeedForm = lazy(async () => ({ default: (await import('@/features/feeds/AddFeedForm')).AddFeedForm }));

/** A library of folders, the mirror of a server, or feeds. */
export function AddLibraryDialog({ onClose }: { onClose: () => void }) {
  const [type, setType] = useState<'folder' | 'stash' | 'feed'>('folder');
  return (
    <Modal opened onClose={onClose} title="Add a library" size="lg">
      <Stack gap="lg">
        <SegmentedControl
          fullWidth
          aria-label="Where it comes from"
          value={type}
          onChange={(value) => setType(value as typeof type)}
          data={[
            { value: 'folder', label: 'On disk' },
            { value: 'stash', label: 'Stash server' },
            { value: 'feed', label: 'Feeds' },
          ]}
        />
        {type === 'folder' ? (
          <FolderForm onClose={onClose} />
        ) : (
          <Suspense fallback={<Loader mx="auto" />}>
            {type === 'stash' ? <AddStashForm onClose={onClose} /> : <AddFeedForm onClose={onClose} />}
          </Suspense>
        )}
      </Stack>
    </Modal>
  );
}

function FolderForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [folderText, setFolderText] = useState('');
  const [typedName, setTypedName] = useState<string | null>(null);
  const [options, setOptions] = useState(USUAL_OPTIONS);
  const folders = foldersIn(folderText);
  const name = typedName ?? nameFor(folders);
  const add = useMutation({
    mutationFn: () => addLibrary({ name: name.trim(), folders, options }),
    onSuccess: async () => {
      onClose();
      await Promise.all([
        client.invalidateQueries({ queryKey: librariesQuery.queryKey, exact: true }),
        client.invalidateQueries({ queryKey: jobsQuery.queryKey }),
      ]);
    },
  });
  const complete = folders.length > 0 && name.trim() !== '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) add.mutate();
  };
  const problem = (field: string) =>
    add.error instanceof ApiError && add.error.field === field ? add.error.message : null;
  const elsewhere = add.error && !problem('folders') && !problem('name');
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <Textarea
          data-autofocus
          label="Folders"
          description="Absolute paths on the server, one a line."
          placeholder="/srv/media/books"
          autosize
          minRows={2}
          maxRows={6}
          spellCheck={false}
          autoCapitalize="off"
          value={folderText}
          error={problem('folders')}
          onChange={(event) => setFolderText(event.currentTarget.value)}
        />
        <TextInput
          label="Name"
          placeholder="Books"
          value={name}
          error={problem('name')}
          onChange={(event) => setTypedName(event.currentTarget.value)}
        />
        <OptionFields options={options} onChange={setOptions} />
        <FormEnd
          error={elsewhere ? add.error?.message : null}
          action="Add and scan"
          busy={add.isPending}
          disabled={!complete}
          onCancel={onClose}
        />
      </Stack>
    </form>
  );
}
