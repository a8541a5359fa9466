import { ActionIcon, Alert, Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { ApiKey, Scope } from '@/api/people';
import { sessionQuery } from '@/api/session';
import { CopyButton } from '@/ui/CopyButton';
import { keyFacts, SCOPE_WORDS } from '@/ui/keyFacts';
import { ErrorState } from '@/ui/States';
import { reportRefusal } from '@/ui/useItemKeys';
import { createKey, keysQuery, type NewApiKey, revokeKey } from './keysApi';
import classes from './SettingsPage.module.css';

const SCOPES: readonly Scope[] = ['read', 'write', 'admin'];
const DAY_SECONDS = 86_400;
const FOREVER = 'forever';
const LASTING = [
  { value: FOREVER, label: 'Never expires' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
];

export function Keys() {
  const client = useQueryClient();
  const { data: keys, error, refetch } = useQuery(keysQuery);
  const [fresh, setFresh] = useState<NewApiKey | null>(null);
  const changed = () => client.invalidateQueries({ queryKey: keysQuery.queryKey });
  return (
    <section className={classes.section} aria-labelledby="keys">
      <h2 id="keys">API keys</h2>
      <p className={classes.text}>
        For programs that act in your name: they send <code>Authorization: Bearer</code> and the key.
      </p>
      <NewKeyForm
        onMade={(key) => {
          setFresh(key);
          void changed();
        }}
      />
      {fresh && <FreshKey made={fresh} onClose={() => setFresh(null)} />}
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {keys && keys.length > 0 && (
        <ul className={classes.keys}>
          {keys.map((key) => (
            <KeyRow key={key.id} row={key} onRevoked={changed} />
          ))}
        </ul>
      )}
    </section>
  );
}

function NewKeyForm({ onMade }: { onMade: (key: NewApiKey) => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('write');
  const [lasts, setLasts] = useState(FOREVER);
  const { data: session } = useQuery(sessionQuery);
  const make = useMutation({
    mutationFn: () => createKey(name.trim(), scope, lasts === FOREVER ? null : Number(lasts) * DAY_SECONDS),
    onSuccess: (key) => {
      setName('');
      onMade(key);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form className={classes.newKey} onSubmit={submit}>
      <TextInput
        aria-label="What the key is for"
        placeholder="What it is for: backup script, phone …"
        value={name}
        error={make.error?.message}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        className={classes.choice ?? ''}
        aria-label="What the key may do"
        allowDeselect={false}
        value={scope}
        comboboxProps={{ width: 260, position: 'bottom-start' }}
        data={SCOPES.filter((one) => one !== 'admin' || session?.user.admin).map((one) => ({
          value: one,
          label: SCOPE_WORDS[one],
        }))}
        onChange={(value) => value && setScope(value as Scope)}
      />
      <Select
        className={classes.choice ?? ''}
        aria-label="How long the key lasts"
        allowDeselect={false}
        value={lasts}
        data={LASTING}
        onChange={(value) => value && setLasts(value)}
      />
      <Button type="submit" disabled={name.trim() === ''} loading={make.isPending}>
        Make a key
      </Button>
    </form>
  );
}

function FreshKey({ made, onClose }: { made: NewApiKey; onClose: () => void }) {
  return (
    <Alert
      className={classes.fresh ?? ''}
      icon={<KeyRound size={18} />}
      title="Copy it now: it is not shown again"
      withCloseButton
      closeButtonLabel="Done"
      onClose={onClose}
    >
      <span className={classes.freshKey}>
        <code>{made.key}</code>
        <CopyButton text={made.key} label="Copy the key" />
      </span>
    </Alert>
  );
}

function KeyRow({ row, onRevoked }: { row: ApiKey; onRevoked: () => Promise<void> }) {
  const [sure, setSure] = useState(false);
  const revoke = useMutation({
    mutationFn: () => revokeKey(row.id),
    onSuccess: onRevoked,
    onError: reportRefusal,
  });
  return (
    <li>
      <div>
        <strong>{row.name || 'Unnamed'}</strong>
        <span>
          <code>{row.prefix}…</code> · {keyFacts(row, Date.now())}
        </span>
      </div>
      {sure ? (
        <Button
          autoFocus
          color="red"
          size="xs"
          loading={revoke.isPending}
          onClick={() => revoke.mutate()}
          onBlur={() => setSure(false)}
        >
          Revoke it
        </Button>
      ) : (
        <ActionIcon size={36} aria-label={`Revoke ${row.name || 'this key'}`} onClick={() => setSure(true)}>
          <Trash2 size={17} />
        </ActionIcon>
      )}
    </li>
  );
}
