import { Alert, Button, Modal, SegmentedControl, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { ApiError } from '@/api/errors';
import { jobsQuery } from '@/api/jobs';
import classes from './LibrariesPage.module.css';
import { type AudioMode, addLibrary, librariesQuery } from './librariesApi';
import { foldersIn, nameFor } from './libraryState';

const AUDIO: readonly { value: AudioMode; label: string; text: string }[] = [
  { value: 'auto', label: 'Judge each', text: 'Long recordings and M4B files become audiobooks, the rest music.' },
  { value: 'audiobook', label: 'Audiobooks', text: 'The audio files of a folder are one book.' },
  { value: 'track', label: 'Music', text: 'Every audio file is a track of its own.' },
];

export function AddLibraryDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const audioLabel = useId();
  const [folderText, setFolderText] = useState('');
  const [typedName, setTypedName] = useState<string | null>(null);
  const [audio, setAudio] = useState<AudioMode>('auto');
  const [followLinks, setFollowLinks] = useState(false);
  const [watch, setWatch] = useState(true);
  const folders = foldersIn(folderText);
  const name = typedName ?? nameFor(folders);
  const add = useMutation({
    mutationFn: () => addLibrary({ name: name.trim(), folders, options: { audio, follow_links: followLinks, watch } }),
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
    <Modal opened onClose={onClose} title="Add a library" size="lg">
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
          <div>
            <Text component="div" fw={500} mb={6} id={audioLabel}>
              Audio files are
            </Text>
            <SegmentedControl
              fullWidth
              aria-labelledby={audioLabel}
              value={audio}
              onChange={(value) => setAudio(value as AudioMode)}
              data={AUDIO.map(({ value, label }) => ({ value, label }))}
            />
            <Text size="sm" c="dimmed" mt={6}>
              {AUDIO.find((one) => one.value === audio)?.text}
            </Text>
          </div>
          <Switch
            label="Watch for changes"
            description="New and changed files appear without a scan."
            checked={watch}
            onChange={(event) => setWatch(event.currentTarget.checked)}
          />
          <Switch
            label="Follow links"
            description="Go into folders that are symbolic links."
            checked={followLinks}
            onChange={(event) => setFollowLinks(event.currentTarget.checked)}
          />
          {elsewhere && (
            <Alert color="red" role="alert">
              {add.error?.message}
            </Alert>
          )}
          <div className={classes.dialogEnd}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending} disabled={!complete}>
              Add and scan
            </Button>
          </div>
        </Stack>
      </form>
    </Modal>
  );
}
