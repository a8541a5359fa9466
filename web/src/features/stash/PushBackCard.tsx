import { Alert, Button, Checkbox, Select, Stack, Switch } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Library, Session } from '@/api/types';
import { formatAgo } from '@/core/format';
import classes from './Stash.module.css';
import { type DataKind, type PushBackState, setPushBack, stashQuery } from './stashApi';
import { DATA_KINDS, wentText } from './stashWords';
import { usePeople } from './usePeople';

interface PushBackCardProps {
  library: Library;
  state: PushBackState;
  session: Session;
}

const PUSHED = DATA_KINDS.filter(({ kind }) => kind !== 'o');
const ALL = PUSHED.map(({ kind }) => kind);

/** Whether one person's words go to the server. Off until somebody wants it. */
export function PushBackCard({ library, state, session }: PushBackCardProps) {
  const client = useQueryClient();
  const people = usePeople(session);
  const [whose, setWhose] = useState(state.user_id ?? session.user.id);
  const [kinds, setKinds] = useState<DataKind[]>(state.enabled && state.kinds ? state.kinds : ALL);
  const [allSaid, setAllSaid] = useState(false);
  const save = useMutation({
    mutationFn: (enabled: boolean) =>
      setPushBack(library.id, { enabled, user_id: whose, kinds, all_said: enabled && allSaid }),
    onSuccess: (now) => {
      client.setQueryData(stashQuery(library.id).queryKey, (known) => (known ? { ...known, push_back: now } : known));
      notifications.show({
        message: now.enabled
          ? `From now on what ${now.user_name} says goes to Stash.`
          : 'Nothing goes to Stash any more.',
      });
    },
  });
  const changed = state.enabled && (whose !== state.user_id || String(kinds) !== String(state.kinds));
  return (
    <section className={classes.card} aria-labelledby="push">
      <h2 id="push">Back to Stash</h2>
      <p className={classes.hint}>
        {state.enabled
          ? `What ${state.user_name} says here goes to Stash, a little later and a few at a time.`
          : 'Off: nothing that is rated or played here reaches Stash. Switched on, what one person rates and plays from then on goes there.'}
      </p>
      {state.enabled && <Went state={state} />}
      <Stack gap="md">
        {people.length > 1 && (
          <Select
            label="Whose"
            data={people}
            value={String(whose)}
            allowDeselect={false}
            onChange={(value) => setWhose(Number(value))}
          />
        )}
        <Checkbox.Group
          label="What"
          value={kinds}
          onChange={(value) => setKinds(ALL.filter((kind) => value.includes(kind)))}
        >
          <div className={classes.boxes}>
            {PUSHED.map(({ kind, label }) => (
              <Checkbox key={kind} value={kind} label={label} />
            ))}
          </div>
        </Checkbox.Group>
        {!state.enabled && (
          <Switch
            label="Send what was rated before, too"
            description="Ratings and favourites there are replaced by those here, where they differ."
            checked={allSaid}
            onChange={(event) => setAllSaid(event.currentTarget.checked)}
          />
        )}
        {save.error && (
          <Alert color="red" role="alert">
            {save.error.message}
          </Alert>
        )}
        <div className={classes.buttons}>
          {state.enabled ? (
            <>
              {changed && (
                <Button loading={save.isPending} disabled={kinds.length === 0} onClick={() => save.mutate(true)}>
                  Save
                </Button>
              )}
              <Button variant="default" loading={save.isPending} onClick={() => save.mutate(false)}>
                Switch off
              </Button>
            </>
          ) : (
            <Button
              variant="light"
              loading={save.isPending}
              disabled={kinds.length === 0}
              onClick={() => save.mutate(true)}
            >
              Switch on
            </Button>
          )}
        </div>
      </Stack>
    </section>
  );
}

function Went({ state }: { state: PushBackState }) {
  const went = wentText(state.pushed ?? {});
  return (
    <>
      {state.waiting && (
        <p className={classes.told} role="status">
          Waits: {state.waiting} It is tried again by itself, and nothing is lost.
        </p>
      )}
      <p className={classes.hint}>
        {went
          ? `Gone so far: ${went}. The last ${formatAgo(state.pushed_at ?? null, Date.now())}.`
          : 'Nothing has gone yet.'}
      </p>
      {state.problems && state.problems.length > 0 && (
        <ul className={classes.problems} aria-label="What Stash would not take">
          {state.problems.map((problem) => (
            <li key={`${problem.what} ${problem.at}`}>
              <strong>{problem.what}</strong> {problem.reason}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
