import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError } from '@/api/errors';
import { librariesQuery } from '@/api/libraries';
import { completeSetup, sessionQuery, setupQuery } from '@/api/session';
import { DoorPage } from '@/ui/DoorPage';
import classes from './SetupPage.module.css';
import { SHORTEST, strengthOf } from './strength';

/** First run: the administrator is made, then the first library, unless the command line has added one. */
export function SetupPage() {
  const { data: state } = useQuery(setupQuery);
  if (state?.needed === false) return <AlreadyDone />;
  return (
    <DoorPage
      title="Welcome"
      text="First make the administrator: the account that adds libraries and looks after them."
    >
      <SetupForm />
    </DoorPage>
  );
}

function SetupForm() {
  const { token: given = '' } = useSearch({ from: '/bare/setup' });
  const [token, setToken] = useState(given);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const client = useQueryClient();
  const navigate = useNavigate();
  const setUp = useMutation({
    mutationFn: () => completeSetup(token.trim(), name.trim(), password),
    onSuccess: async (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      client.setQueryData(setupQuery.queryKey, { needed: false });
      const { items } = await client.fetchQuery(librariesQuery).catch(() => ({ items: [] }));
      await navigate(items.length > 0 ? { to: '/' } : { to: '/libraries', search: { add: true } });
    },
  });
  const strength = strengthOf(password, name);
  const complete = token.trim() !== '' && name.trim() !== '' && password.length >= SHORTEST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) setUp.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Setup token"
          description="The server printed it when it started, so that only who runs it can do this."
          autoComplete="off"
          spellCheck={false}
          required
          withAsterisk={false}
          value={token}
          error={problemOf(setUp.error, 'token')}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <TextInput
          label="Your name"
          autoComplete="username"
          autoFocus={given !== ''}
          required
          withAsterisk={false}
          value={name}
          error={problemOf(setUp.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div>
          <PasswordInput
            label="Password"
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={password}
            error={problemOf(setUp.error, 'password')}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <div className={classes.strength} data-level={strength.level} aria-hidden="true">
            <i />
            <i />
            <i />
            <i />
          </div>
          <p className={classes.hint} aria-live="polite">
            {password === '' ? `At least ${SHORTEST} characters` : strength.hint}
          </p>
        </div>
        {setUp.error && !isFieldProblem(setUp.error) && (
          <Alert color="red" role="alert">
            {setUp.error.message}
          </Alert>
        )}
        <Button type="submit" size="md" fullWidth loading={setUp.isPending} disabled={!complete}>
          Make the administrator
        </Button>
      </Stack>
    </form>
  );
}

function AlreadyDone() {
  return (
    <DoorPage title="This is done" text="Longshelf has its administrator already.">
      <Anchor component={Link} to="/sign-in">
        Sign in
      </Anchor>
    </DoorPage>
  );
}

const FIELDS = ['token', 'name', 'password'];

function isFieldProblem(error: Error): boolean {
  return error instanceof ApiError && error.field !== null && FIELDS.includes(error.field);
}

function problemOf(error: Error | null, field: string): string | null {
  return error instanceof ApiError && error.field === field ? error.message : null;
}
