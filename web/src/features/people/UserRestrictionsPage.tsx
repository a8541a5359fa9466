import { NativeSelect } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { problemAt } from '@/api/errors';
import {
  type Account,
  profilesQuery,
  restrictionsQuery,
  restrictUser,
  type UserRestrictions,
  userQuery,
} from '@/api/people';
import { BackLink } from '@/ui/BackLink';
import { Page } from '@/ui/Page';
import { ErrorState } from '@/ui/States';
import { bodyOf, draftOf } from './editor/draft';
import { RulesEditor } from './editor/RulesEditor';
import { LeaveGuard, SaveBar, usePreview } from './editor/SaveBar';
import { inShort } from './editor/words';
import { Ghosts, generalProblem, Section } from './parts';
import { useRulesDraft } from './useRulesDraft';

const FIELDS = ['rules', 'age_rating_max', 'libraries', 'profile_id'];
const NONE = 'none';

/** What is kept from one person: rules of his own, and a shared profile beside them. */
export function UserRestrictionsPage() {
  const { userId } = useParams({ from: '/shell/users/$userId/restrictions' });
  const user = useQuery(userQuery(Number(userId)));
  const kept = useQuery(restrictionsQuery(Number(userId)));
  const error = user.error ?? kept.error;
  const title = user.data ? `What is kept from ${user.data.name}` : 'What is kept';
  return (
    <Page title={title} width="narrow" back={<Up userId={userId} name={user.data?.name ?? 'User'} />}>
      {error && !kept.data && <ErrorState error={error} onRetry={() => void kept.refetch()} />}
      {!error && !(user.data && kept.data) && <Ghosts count={3} />}
      {user.data && kept.data && <Editor key={userId} user={user.data} kept={kept.data} />}
    </Page>
  );
}

function Up({ userId, name }: { userId: string; name: string }) {
  return (
    <BackLink to="/users/$userId" params={{ userId }}>
      {name}
    </BackLink>
  );
}

function Editor({ user, kept }: { user: Account; kept: UserRestrictions }) {
  const { draft, setDraft, discard } = useRulesDraft(kept);
  const [chosen, setChosen] = useState<number | null | undefined>(undefined);
  const profileId = chosen === undefined ? kept.profile_id : chosen;
  const { data: profiles } = useQuery(profilesQuery);
  const client = useQueryClient();
  const body = { ...bodyOf(draft), profile_id: profileId };
  const text = JSON.stringify(body);
  const changed = text !== JSON.stringify({ ...bodyOf(draftOf(kept)), profile_id: kept.profile_id });
  const { preview, error, stale } = usePreview(`users/${user.id}/restrictions/preview`, text);
  const save = useMutation({
    mutationFn: () => restrictUser(user.id, body),
    onSuccess: (now) => {
      client.setQueryData(restrictionsQuery(user.id).queryKey, now);
      void client.invalidateQueries({ queryKey: ['profiles'] });
      void client.invalidateQueries({ queryKey: ['why-hidden'] });
      discard();
      setChosen(undefined);
      notifications.show({ message: `Saved. It holds from ${user.name}’s next click on.` });
    },
  });
  const profile = profiles?.items.find(({ id }) => id === profileId);
  return (
    <>
      <Section
        title="Shared profile"
        text={
          profile
            ? `Holds beside the rules below: ${inShort(draftOf(profile))}.`
            : 'Rules that several people share. They hold beside the rules below.'
        }
      >
        <NativeSelect
          aria-label="Shared profile"
          style={{ maxWidth: 320 }}
          data={[
            { value: NONE, label: 'None' },
            ...(profiles?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
          ]}
          value={profileId === null ? NONE : String(profileId)}
          error={problemAt(save.error, 'profile_id')}
          onChange={({ currentTarget: { value } }) => setChosen(value === NONE ? null : Number(value))}
        />
      </Section>
      <RulesEditor
        draft={draft}
        onChange={setDraft}
        effects={stale ? [] : (preview?.hidden_by_rule ?? []).filter(({ source }) => source === 'restrictions')}
        refused={save.error}
      />
      <SaveBar
        preview={preview}
        previewError={error}
        stale={stale}
        changed={changed}
        saving={save.isPending}
        problem={generalProblem(save.error, FIELDS)}
        onSave={() => save.mutate()}
        onDiscard={() => {
          discard();
          setChosen(undefined);
          save.reset();
        }}
      />
      <LeaveGuard changed={changed} />
    </>
  );
}
