import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { sessionQuery, signIn } from '@/api/session';
import { parseSearchString } from '@/core/searchParams';
import { DoorPage } from '@/ui/DoorPage';

export function SignInPage() {
  const { next } = useSearch({ from: '/bare/sign-in' });
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
  useEffect(() => {
    if (error) passwordInput.current?.select();
  }, [error]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <DoorPage title="Sign in" text="Welcome back.">
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
              if (error) reset();
            }}
          />
          {error && (
            <Alert color="red" role="alert">
              {error.message}
            </Alert>
          )}
          <Button type="submit" size="md" fullWidth loading={enter.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}

/** `next` is an address of ours (the route checks that), with whatever search it had. */
function destinationOf(next = '/') {
  const { pathname, search } = new URL(next, document.baseURI);
  return { to: pathname as '/', search: parseSearchString(search) };
}
