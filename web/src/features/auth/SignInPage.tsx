import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { serverUrl } from '@/api/client';
import { type SignInWays, sessionQuery, signIn, waysQuery } from '@/api/session';
import { formatSpan } from '@/core/format';
import { parseSearchString } from '@/core/searchParams';
import { DoorPage } from '@/ui/DoorPage';
import { problemWords } from './problems';
import classes from './SignInPage.module.css';
import { useWait } from './useWait';

export function SignInPage() {
  const { next, problem } = useSearch({ from: '/bare/sign-in' });
  const { data: ways } = useQuery(waysQuery);
  return (
    <DoorPage title="Sign in" text="Welcome back.">
      <Stack gap="md">
        {problem && (
          <Alert color="red" role="alert">
            {problemWords(problem)}
          </Alert>
        )}
        {ways?.oidc && <ServiceButton ways={ways} next={next} />}
        {/* Until the server has answered the form stands: it is the usual way. */}
        {ways?.password !== false && <PasswordForm next={next} />}
      </Stack>
    </DoorPage>
  );
}

function ServiceButton({ ways, next = '/' }: { ways: SignInWays; next: string | undefined }) {
  return (
    <>
      <Button
        component="a"
        href={serverUrl(`${ways.oidc}?next=${encodeURIComponent(next)}`)}
        size="md"
        fullWidth
        variant={ways.password ? 'default' : 'filled'}
      >
        Sign in with {ways.oidc_name ?? 'the sign-in service'}
      </Button>
      {ways.password && <p className={classes.or}>or</p>}
    </>
  );
}

function PasswordForm({ next }: { next: string | undefined }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const passwordInput = useRef<HTMLInputElement>(null);
  const client = useQueryClient();
  const navigate = useNavigate();
  const enter = useMutation({
    mutationFn: () => signIn(name.trim(), password),
    onSuccess: async (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      await navigate({ ...destinationOf(next), replace: true });
    },
  });
  const { error, reset } = enter;
  const wait = useWait(error);
  useEffect(() => {
    if (error) passwordInput.current?.select();
  }, [error]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wait === 0) enter.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          name="username"
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          ref={passwordInput}
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
            if (error && wait === 0) reset();
          }}
        />
        {error && (
          <Alert color="red" role="alert">
            {wait > 0 ? 'Too many failed attempts.' : error.message}
          </Alert>
        )}
        <Button type="submit" size="md" fullWidth loading={enter.isPending} disabled={wait > 0}>
          {wait > 0 ? `Try again in ${formatSpan(wait)}` : 'Sign in'}
        </Button>
      </Stack>
    </form>
  );
}

/** `next` is an address of ours (the route checks that), with whatever search it had. */
function destinationOf(next = '/') {
  const { pathname, search } = new URL(next, document.baseURI);
  return { to: pathname as '/', search: parseSearchString(search) };
}
