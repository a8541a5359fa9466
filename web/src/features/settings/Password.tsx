import { Alert, Button, PasswordInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, problemAt } from '@/api/errors';
import { accountQuery, changePassword, sessionsQuery } from './accountApi';
import classes from './SettingsPage.module.css';

const SHORTEST = 8;
const FIELDS = ['current', 'password'];

export function Password() {
  const { data: account } = useQuery(accountQuery);
  if (!account) return null;
  return (
    <section className={classes.section} aria-labelledby="password">
      <h2 id="password">Password</h2>
      {account.has_password ? (
        <>
          <p className={classes.text}>Changing it signs you out everywhere else.</p>
          <PasswordForm name={account.name} />
        </>
      ) : (
        <p className={classes.text}>
          You have none: you come in another way. An administrator can give you one on the page of users.
        </p>
      )}
    </section>
  );
}

function PasswordForm({ name }: { name: string }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => changePassword(current, password),
    onSuccess: () => {
      setCurrent('');
      setPassword('');
      void client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      notifications.show({ message: 'Your password is changed, and every other session ended.' });
    },
  });
  const { error, reset } = change;
  const atField = error instanceof ApiError && error.field !== null && FIELDS.includes(error.field);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const typed = (set: (text: string) => void) => (event: { currentTarget: HTMLInputElement }) => {
    set(event.currentTarget.value);
    if (error) reset();
  };
  return (
    <form className={classes.password} onSubmit={submit}>
      <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
      <PasswordInput
        label="Current password"
        autoComplete="current-password"
        value={current}
        error={problemAt(error, 'current')}
        onChange={typed(setCurrent)}
      />
      <PasswordInput
        label="New password"
        autoComplete="new-password"
        description={`At least ${SHORTEST} characters`}
        minLength={SHORTEST}
        value={password}
        error={problemAt(error, 'password')}
        onChange={typed(setPassword)}
      />
      {error && !atField && (
        <Alert color="red" role="alert">
          {error.message}
        </Alert>
      )}
      <Button type="submit" disabled={current === '' || password === ''} loading={change.isPending}>
        Change password
      </Button>
    </form>
  );
}
