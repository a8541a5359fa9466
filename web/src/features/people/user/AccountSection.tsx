import { Button, PasswordInput, Switch, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type Account, signOutUser, unlinkUser, userQuery } from '@/api/people';
import { reportRefusal } from '@/ui/useItemKeys';
import classes from '../People.module.css';
import { nameProblem, Section, SHORTEST_PASSWORD } from '../parts';
import { useChangeUser } from './useChangeUser';

/** Name, rights, password and sessions. What would lock oneself out is left to another administrator. */
export function AccountSection({ user, self }: { user: Account; self: boolean }) {
  return (
    <Section title="Account">
      <Rename key={user.name} user={user} />
      <Right
        user={user}
        field="admin"
        on={user.admin}
        label="Administrator"
        text="May add libraries and users, and change what is kept from whom."
      />
      {self ? (
        <div className={classes.line}>
          <p>
            This is you. Your password and sessions are under <Link to="/settings">Settings</Link>; only another
            administrator can disable or remove you.
          </p>
        </div>
      ) : (
        <>
          <Right
            user={user}
            field="disabled"
            on={user.disabled}
            label="Disabled"
            text="Cannot sign in, and API keys do not work. Nothing is lost."
          />
          <SetPassword user={user} />
          <SignOut user={user} />
          {user.linked && <Unlink user={user} />}
        </>
      )}
    </Section>
  );
}

function Rename({ user }: { user: Account }) {
  const [name, setName] = useState(user.name);
  const change = useChangeUser(user);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ name: name.trim() });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        label="Name"
        autoComplete="off"
        value={name}
        error={nameProblem(change.error) ?? change.error?.message}
        onChange={(event) => {
          setName(event.currentTarget.value);
          change.reset();
        }}
      />
      {name !== user.name && (
        <Button type="submit" disabled={name.trim() === ''} loading={change.isPending}>
          Rename
        </Button>
      )}
    </form>
  );
}

interface RightProps {
  user: Account;
  field: 'admin' | 'disabled';
  on: boolean;
  label: string;
  text: string;
}

/** Shown as wanted while it is being sent; the refusal (somebody must be able to administer) stands at the switch. */
function Right({ user, field, on, label, text }: RightProps) {
  const change = useChangeUser(user);
  const shown = change.isPending ? (change.variables[field] ?? on) : on;
  return (
    <div className={classes.line}>
      <Switch
        label={label}
        description={text}
        checked={shown}
        error={change.error?.message}
        onChange={(event) => change.mutate({ [field]: event.currentTarget.checked })}
      />
    </div>
  );
}

function SetPassword({ user }: { user: Account }) {
  const [password, setPassword] = useState('');
  const change = useChangeUser(user);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { password },
      {
        onSuccess: () => {
          setPassword('');
          notifications.show({ message: `${user.name} has a new password and is signed out everywhere.` });
        },
      },
    );
  };
  return (
    <form className={classes.line} onSubmit={submit}>
      <div className={classes.form}>
        <PasswordInput
          label="New password"
          description="It ends every session of theirs."
          autoComplete="new-password"
          value={password}
          minLength={SHORTEST_PASSWORD}
          error={change.error?.message}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
            change.reset();
          }}
        />
        <Button type="submit" variant="default" disabled={password === ''} loading={change.isPending}>
          Set password
        </Button>
      </div>
    </form>
  );
}

function SignOut({ user }: { user: Account }) {
  const end = useMutation({
    mutationFn: () => signOutUser(user.id),
    onSuccess: () => notifications.show({ message: `${user.name} is signed out everywhere.` }),
    onError: reportRefusal,
  });
  return (
    <div className={classes.line}>
      <div>
        Sessions
        <p>API keys go on working.</p>
      </div>
      <Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>
        Sign out everywhere
      </Button>
    </div>
  );
}

function Unlink({ user }: { user: Account }) {
  const client = useQueryClient();
  const forget = useMutation({
    mutationFn: () => unlinkUser(user.id),
    onSuccess: () => client.invalidateQueries({ queryKey: userQuery(user.id).queryKey }),
    onError: reportRefusal,
  });
  return (
    <div className={classes.line}>
      <div>
        Sign-in service
        <p>Forgets which account there belongs to {user.name}.</p>
      </div>
      <Button variant="default" loading={forget.isPending} onClick={() => forget.mutate()}>
        Unlink
      </Button>
    </div>
  );
}
