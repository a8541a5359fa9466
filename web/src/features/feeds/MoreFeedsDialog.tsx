import { Modal, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { problemAt } from '@/api/errors';
import { jobsQuery } from '@/api/jobs';
import { FormEnd } from '@/ui/FormEnd';
import { type Chosen, FeedsInput, NOTHING, useFeedProbe } from './FeedsInput';
import { addFeeds, feedsQuery } from './feedsApi';

/** More feeds for a library that is there. */
export function MoreFeedsDialog({ libraryId, onClose }: { libraryId: number; onClose: () => void }) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Chosen>(NOTHING);
  const probed = useFeedProbe(chosen);
  const add = useMutation({
    mutationFn: () => addFeeds(libraryId, { urls: chosen.urls, opml: chosen.opml }),
    onSuccess: (feeds) => {
      client.setQueryData(feedsQuery(libraryId).queryKey, feeds);
      void client.invalidateQueries({ queryKey: jobsQuery.queryKey });
      onClose();
    },
  });
  const complete = (chosen.urls.length > 0 || chosen.opml !== '') && !probed.trying;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) add.mutate();
  };
  const problem = problemAt(add.error, 'feeds') ?? problemAt(add.error, 'opml');
  return (
    <Modal opened onClose={onClose} title="Add feeds" size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <FeedsInput chosen={chosen} onChange={setChosen} probed={probed} problem={problem} />
        </Stack>
        <FormEnd
          error={problem ? null : add.error?.message}
          action={probed.found?.trouble ? 'Add it all the same' : 'Add and read'}
          busy={add.isPending}
          disabled={!complete}
          onCancel={onClose}
        />
      </form>
    </Modal>
  );
}
