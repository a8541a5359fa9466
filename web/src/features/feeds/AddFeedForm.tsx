import { Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { problemAt } from '@/api/errors';
import { jobsQuery } from '@/api/jobs';
import { FormEnd } from '@/ui/FormEnd';
import { type Chosen, FeedsInput, NOTHING, useFeedProbe } from './FeedsInput';
import { addFeedLibrary } from './feedsApi';
import { nameFor } from './feedWords';

/** The form of a library of feeds that is being added. One address is tried while it is typed; what is away may be added all the same. */
export function AddFeedForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<Chosen>(NOTHING);
  const [typedName, setTypedName] = useState<string | null>(null);
  const probed = useFeedProbe(chosen);
  const count = chosen.opml ? 2 : chosen.urls.length;
  const name = typedName ?? nameFor(probed.found?.title ?? null, count);
  const add = useMutation({
    mutationFn: () => addFeedLibrary(name.trim(), chosen),
    onSuccess: (library) => {
      onClose();
      void client.invalidateQueries({ queryKey: ['libraries'] });
      void client.invalidateQueries({ queryKey: jobsQuery.queryKey });
      void navigate({ to: '/libraries/$libraryId/feeds', params: { libraryId: String(library.id) } });
    },
  });
  const complete = count > 0 && name.trim() !== '' && !probed.trying;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) add.mutate();
  };
  const problem = problemAt(add.error, 'feeds') ?? problemAt(add.error, 'opml');
  const elsewhere = add.error && !problem && !problemAt(add.error, 'name');
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <FeedsInput chosen={chosen} onChange={setChosen} probed={probed} problem={problem} />
        <TextInput
          label="Name"
          placeholder="News"
          value={name}
          error={problemAt(add.error, 'name')}
          onChange={(event) => setTypedName(event.currentTarget.value)}
        />
      </Stack>
      <FormEnd
        error={elsewhere ? add.error?.message : null}
        action={probed.found?.trouble ? 'Add it all the same' : 'Add and read'}
        busy={add.isPending}
        disabled={!complete}
        onCancel={onClose}
      />
    </form>
  );
}
