import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type Account, removeUser, userKeysQuery } from '@/api/people';
import { plural } from '@/core/format';
import { Ask } from '@/ui/Ask';
import classes from '../People.module.css';
import { Section } from '../parts';

export function RemoveSection({ user }: { user: Account }) {
  const [asking, setAsking] = useState(false);
  const { data: keys } = useQuery(userKeysQuery(user.id));
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => removeUser(user.id),
    onSuccess: async () => {
      await navigate({ to: '/users' });
      client.removeQueries({ queryKey: ['users', 'one', user.id] });
      void client.invalidateQueries({ queryKey: ['users', 'list'] });
      void client.invalidateQueries({ queryKey: ['profiles'] });
    },
  });
  return (
    <Section
      title="Remove"
      text="Takes the account away with all that is theirs. To lock somebody out for a while, disable the account."
    >
      <Button variant="default" onClick={() => setAsking(true)}>
        Remove {user.name}
      </Button>
      <Ask
        opened={asking}
        title={`Remove ${user.name}?`}
        action="Remove"
        busy={remove.isPending}
        error={remove.error}
        onClose={() => setAsking(false)}
        onSure={() => remove.mutate()}
      >
        <p>With the account go</p>
        <ul className={classes.goes}>
          <li>ratings, favourites and what they hid</li>
          <li>history, and how far they got in everything</li>
          <li>saved filters and the home page they chose</li>
          <li>the rules that were set for them</li>
          <li>every session{keys && keys.items.length > 0 ? ` and ${plural(keys.items.length, 'API key')}` : ''}</li>
        </ul>
        <p>Playlists on displays and shared playlists stay, and are yours from then on; all others go.</p>
        <p>Nothing in the libraries is touched. This cannot be undone.</p>
      </Ask>
    </Section>
  );
}
