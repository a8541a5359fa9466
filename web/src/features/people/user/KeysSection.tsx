import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Account, type ApiKey, userKeysQuery, withdrawKeyOf } from '@/api/people';
import { keyFacts } from '@/ui/keyFacts';
import rows from '@/ui/Rows.module.css';
import { ErrorState } from '@/ui/States';
import { reportRefusal } from '@/ui/useItemKeys';
import classes from '../People.module.css';
import { Section } from '../parts';

export function KeysSection({ user }: { user: Account }) {
  const { data, error, refetch } = useQuery(userKeysQuery(user.id));
  return (
    <Section title="API keys" text="Programs that act in their name. A key that is withdrawn stops working at once.">
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && <p className={rows.facts}>None.</p>}
      {data?.items.map((key) => (
        <KeyLine key={key.id} user={user} apiKey={key} />
      ))}
    </Section>
  );
}

function KeyLine({ user, apiKey }: { user: Account; apiKey: ApiKey }) {
  const [sure, setSure] = useState(false);
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: () => withdrawKeyOf(user.id, apiKey.id),
    onSuccess: () => client.invalidateQueries({ queryKey: userKeysQuery(user.id).queryKey }),
    onError: reportRefusal,
  });
  const name = apiKey.name || 'Unnamed';
  return (
    <div className={classes.line}>
      <div>
        {name}
        <p>
          <code>{apiKey.prefix}…</code> · {keyFacts(apiKey, Date.now())}
        </p>
      </div>
      {sure ? (
        <Button
          autoFocus
          color="red.8"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate()}
          onBlur={() => setSure(false)}
        >
          Withdraw it
        </Button>
      ) : (
        <Button variant="default" aria-label={`Withdraw ${name}`} onClick={() => setSure(true)}>
          Withdraw
        </Button>
      )}
    </div>
  );
}
