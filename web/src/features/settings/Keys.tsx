import { ActionIcon, Alert, Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { formatAgo, formatDate } from '@/core/format';
import { CopyButton } from '@/ui/CopyButton';
import { ErrorState } from '@/ui/States';
import { type ApiKey, createKey, keysQuery, type NewApiKey, revokeKey } from './keysApi';
import classes from './SettingsPage.module.css';

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
  const make = useMutation({
    mutationFn: () => createKey(name.trim()),
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
    onError: (error) => notifications.show({ color: 'red', title: 'That did not work', message: error.message }),
  });
  const used = row.used_at === null ? 'never used' : `used ${formatAgo(row.used_at, Date.now())}`;
  return (
    <li>
      <div>
        <strong>{row.name || 'Unnamed'}</strong>
        <span>
          <code>{row.prefix}…</code> · made {formatDate(row.created_at)} · {used}
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
