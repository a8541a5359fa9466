import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { addProfile, changeProfile, type Profile, profileQuery, removeProfile, userQuery } from '@/api/people';
import { formatCount } from '@/core/format';
import { BackLink } from '@/ui/BackLink';
import { Page } from '@/ui/Page';
import { ErrorState } from '@/ui/States';
import { bodyOf, draftOf } from './editor/draft';
import { RulesEditor } from './editor/RulesEditor';
import { LeaveGuard, SaveBar, usePreview } from './editor/SaveBar';
import classes from './People.module.css';
import { Ghosts, generalProblem, nameProblem, Section } from './parts';
import { useRulesDraft } from './useRulesDraft';

// Hardly anybody removes one.
const Ask = lazy(async () => ({ default: (await import('@/ui/Ask')).Ask }));

const NEW = 'new';
const NAMED = 20;
const FIELDS = ['rules', 'age_rating_max', 'libraries', 'name'];
const back = <BackLink to="/profiles">Profiles</BackLink>;

/** One shared profile, or a new one under the address `new`. */
export function ProfilePage() {
  const { profileId } = useParams({ from: '/shell/profiles/$profileId' });
  const isNew = profileId === NEW;
  const { data, error, refetch } = useQuery({ ...profileQuery(Number(profileId)), enabled: !isNew });
  if (isNew) {
    return (
      <Page title="New profile" width="narrow" back={back}>
        <Editor key={NEW} profile={null} />
      </Page>
    );
  }
  return (
    <Page title={data?.name ?? 'Profile'} width="narrow" back={back}>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Ghosts count={3} />}
      {data && (
        <>
          <Editor key={profileId} profile={data} />
          <RemoveProfile profile={data} />
        </>
      )}
    </Page>
  );
}

function Editor({ profile }: { profile: Profile | null }) {
  const { draft, setDraft, discard } = useRulesDraft(profile ?? undefined);
  const [typed, setTyped] = useState<string | null>(null);
  const name = typed ?? profile?.name ?? '';
  const client = useQueryClient();
  const navigate = useNavigate();
  const rules = JSON.stringify(bodyOf(draft));
  const changed = rules !== JSON.stringify(bodyOf(draftOf(profile ?? {}))) || name !== (profile?.name ?? '');
  const { preview, error, stale } = usePreview('profiles/preview', rules);
  const save = useMutation({
    mutationFn: () => {
      const body = { ...bodyOf(draft), name: name.trim() };
      return profile ? changeProfile(profile.id, body) : addProfile(body);
    },
    onSuccess: async (now) => {
      client.setQueryData(profileQuery(now.id).queryKey, now);
      for (const key of ['profiles', 'why-hidden']) void client.invalidateQueries({ queryKey: [key] });
      notifications.show({
        message: profile ? 'Saved. It holds at once.' : `Made ${now.name}. Give it to people on their pages.`,
      });
      discard();
      setTyped(null);
      if (!profile) {
        await navigate({
          to: '/profiles/$profileId',
          params: { profileId: String(now.id) },
          replace: true,
          ignoreBlocker: true,
        });
      }
    },
  });
  const atName = nameProblem(save.error);
  return (
    <>
      <Section title="Name">
        <TextInput
          aria-label="Name of the profile"
          placeholder="Children, guests …"
          style={{ maxWidth: 320 }}
          autoFocus={profile === null}
          value={name}
          error={atName}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {profile && <Holders profile={profile} />}
      </Section>
      <RulesEditor
        draft={draft}
        onChange={setDraft}
        effects={stale ? [] : (preview?.hidden_by_rule ?? [])}
        refused={save.error}
      />
      <SaveBar
        preview={preview}
        previewError={error}
        stale={stale}
        changed={changed && name.trim() !== ''}
        saving={save.isPending}
        problem={atName ? null : generalProblem(save.error, FIELDS)}
        onSave={() => save.mutate()}
        onDiscard={() => {
          discard();
          setTyped(null);
          save.reset();
        }}
      />
      <LeaveGuard changed={changed} />
    </>
  );
}

/** Who has it, by name. */
function Holders({ profile }: { profile: Profile }) {
  const shown = profile.users.slice(0, NAMED);
  const people = useQueries({ queries: shown.map((id) => userQuery(id)) });
  if (shown.length === 0) return <p className={classes.text}>Nobody has it. Give it to people on their pages.</p>;
  const rest = profile.users.length - shown.length;
  return (
    <div className={classes.path}>
      Holds for
      {people.map(({ data }, at) => {
        const id = String(shown[at]);
        return (
          <Link key={id} to="/users/$userId" params={{ userId: id }} className={classes.step}>
            {data?.name ?? `#${id}`}
          </Link>
        );
      })}
      {rest > 0 && `and ${formatCount(rest)} more`}
    </div>
  );
}

function RemoveProfile({ profile }: { profile: Profile }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => removeProfile(profile.id),
    onSuccess: async () => {
      await navigate({ to: '/profiles', ignoreBlocker: true });
      client.removeQueries({ queryKey: profileQuery(profile.id).queryKey });
      void client.invalidateQueries({ queryKey: ['profiles'] });
    },
  });
  return (
    <div className={classes.buttons}>
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        Remove this profile
      </Button>
      <Suspense>
        {asking && (
          <Ask
            opened
            title={`Remove ${profile.name}?`}
            action="Remove"
            busy={remove.isPending}
            error={remove.error}
            onClose={() => {
              setAsking(false);
              remove.reset();
            }}
            onSure={() => remove.mutate()}
          >
            <p>Its rules go. People, and rules of their own, stay as they are.</p>
          </Ask>
        )}
      </Suspense>
    </div>
  );
}
