import { Modal, PasswordInput, Stack, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { problemAt } from '@/api/errors';
import { addUser, userQuery } from '@/api/people';
import { FormEnd } from '@/ui/FormEnd';
import { generalProblem, nameProblem, SHORTEST_PASSWORD } from './parts';

/** Leads to the new person's page: what is kept from him is set there. */
export function AddUserDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [admin, setAdmin] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const add = useMutation({
    mutationFn: () => addUser(name.trim(), password, admin),
    onSuccess: async (user) => {
      client.setQueryData(userQuery(user.id).queryKey, user);
      void client.invalidateQueries({ queryKey: ['users', 'list'] });
      await navigate({ to: '/users/$userId', params: { userId: String(user.id) } });
    },
  });
  const atName = nameProblem(add.error);
  const general = atName ? null : generalProblem(add.error, ['name', 'password']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="Add a user">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            description="To sign in with."
            autoComplete="off"
            data-autofocus
            required
            withAsterisk={false}
            value={name}
            error={atName}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            description={`At least ${SHORTEST_PASSWORD} characters. It can be changed under Settings later.`}
            autoComplete="new-password"
            required
            withAsterisk={false}
            minLength={SHORTEST_PASSWORD}
            value={password}
            error={problemAt(add.error, 'password')}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Switch
            label="Administrator"
            description="May add libraries and users, and change what is kept from whom."
            checked={admin}
            onChange={(event) => setAdmin(event.currentTarget.checked)}
          />
        </Stack>
        <FormEnd error={general} action="Add" busy={add.isPending} onCancel={onClose} />
      </form>
    </Modal>
  );
}
