import { Alert, Button, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { problemAt } from '@/api/errors';
import { jobsQuery } from '@/api/jobs';
import { librariesQuery } from '@/api/libraries';
import type { Library } from '@/api/types';
import classes from './LibrariesPage.module.css';
import { editLibrary, type LibraryChanges, type NewLibrary } from './librariesApi';
import { folderChanges, foldersIn } from './libraryState';
import { OptionFields, USUAL_OPTIONS } from './OptionFields';

type Options = NewLibrary['options'];

export function EditLibraryDialog({ library, onClose }: { library: Library; onClose: () => void }) {
  const client = useQueryClient();
  const before = { folders: library.folders ?? [], options: optionsOf(library) };
  const [name, setName] = useState(library.name);
  const [folderText, setFolderText] = useState(before.folders.join('\n'));
  const [options, setOptions] = useState(before.options);
  const onDisk = library.type === 'folder';
  const folders = foldersIn(folderText);
  const changes = changesOf(library, before, { name: name.trim(), folders: onDisk ? folders : [], options });
  const unchanged = Object.keys(changes).length === 0;
  const complete = name.trim() !== '' && (!onDisk || folders.length > 0);
  const save = useMutation({
    mutationFn: () => editLibrary(library.id, changes),
    onSuccess: ({ name: saved }) => {
      onClose();
      notifications.show({ message: `${saved} is saved.` });
      void client.invalidateQueries({ queryKey: librariesQuery.queryKey, exact: true });
      void client.invalidateQueries({ queryKey: jobsQuery.queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (unchanged) onClose();
    else if (complete) save.mutate();
  };
  const problem = (field: string) => problemAt(save.error, field);
  const elsewhere = save.error && !problem('folders') && !problem('name');
  return (
    <Modal opened onClose={onClose} title={`Edit ${library.name}`} size="lg">
      <form onSubmit={submit}>
        <Stack gap="lg">
          <TextInput
            data-autofocus
            label="Name"
            value={name}
            error={problem('name') ?? (name.trim() ? null : 'A name is needed')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {onDisk && (
            <>
              <div>
                <Textarea
                  label="Folders"
                  description="Absolute paths on the server, one a line, none inside another. A new one must be there; one you keep may be away for now."
                  autosize
                  minRows={2}
                  maxRows={8}
                  spellCheck={false}
                  autoCapitalize="off"
                  value={folderText}
                  error={problem('folders') ?? (folders.length > 0 ? null : 'Name at least one folder')}
                  onChange={(event) => setFolderText(event.currentTarget.value)}
                />
                <FolderChanges before={before.folders} now={folders} />
              </div>
              <OptionFields options={options} onChange={setOptions} />
              {options.audio !== before.options.audio && (
                <Alert color="yellow">
                  All audio files are read again, so audiobooks and tracks may change places.
                </Alert>
              )}
            </>
          )}
          {elsewhere && (
            <Alert color="red" role="alert">
              {save.error?.message}
            </Alert>
          )}
          <div className={classes.dialogEnd}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={unchanged || !complete}>
              {changes.folders ? 'Save and scan' : 'Save'}
            </Button>
          </div>
        </Stack>
      </form>
    </Modal>
  );
}

function FolderChanges({ before, now }: { before: readonly string[]; now: readonly string[] }) {
  const { added, left } = folderChanges(before, now);
  if (added.length + left.length === 0) return null;
  return (
    <ul className={classes.changes} aria-label="What a scan will do">
      {added.map((folder) => (
        <li key={folder}>
          <strong>{folder}</strong> will be read.
        </li>
      ))}
      {left.map((folder) => (
        <li key={folder} data-leaves>
          <strong>{folder}</strong> leaves: its items go with the scan that follows. Its files are not touched.
        </li>
      ))}
    </ul>
  );
}

function optionsOf({ options }: Library): Options {
  return { ...USUAL_OPTIONS, ...pick(options ?? {}) };
}

function pick(options: Record<string, unknown>): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name in USUAL_OPTIONS));
}

/** Only what differs: what is left out stays. */
function changesOf(
  library: Library,
  before: { folders: readonly string[]; options: Options },
  now: { name: string; folders: string[]; options: Options },
): LibraryChanges {
  const { added, left } = folderChanges(before.folders, now.folders);
  const options = Object.fromEntries(
    Object.entries(now.options).filter(([name, value]) => before.options[name as keyof Options] !== value),
  );
  return {
    ...(now.name !== library.name && { name: now.name }),
    ...(library.type === 'folder' && added.length + left.length > 0 && { folders: now.folders }),
    ...(Object.keys(options).length > 0 && { options }),
  };
}
