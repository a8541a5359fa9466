import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronRight, Search, UserPlus, Users } from 'lucide-react';
import { useEffect, useState } from 'react';
import { type Account, usersQuery } from '@/api/people';
import { sessionQuery } from '@/api/session';
import { formatAgo, formatCount } from '@/core/format';
import { Page } from '@/ui/Page';
import { EmptyState, ErrorState } from '@/ui/States';
import { AddUserDialog } from './AddUserDialog';
import classes from './People.module.css';
import { Badges, Face, Ghosts, Pages } from './parts';

/** Who has an account here. For administrators. */
export function UsersPage() {
  const { q = '', page = 1 } = useSearch({ from: '/shell/users' });
  const { data, error, refetch } = useQuery(usersQuery(q, page));
  const { data: session } = useQuery(sessionQuery);
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const show = (next: { q: string; page: number }) =>
    void navigate({
      to: '/users',
      search: { q: next.q || undefined, page: next.page > 1 ? next.page : undefined },
      replace: next.q !== q,
    });
  return (
    <Page
      title="Users"
      width="narrow"
      subtitle={data && q === '' ? howMany(data.pagination.total_count) : undefined}
      actions={
        <Button leftSection={<UserPlus size={16} aria-hidden="true" />} onClick={() => setAdding(true)}>
          Add a user
        </Button>
      }
    >
      <Find q={q} onFind={(next) => show({ q: next, page: 1 })} />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Ghosts count={4} />}
      {data?.items.length === 0 && (
        <EmptyState icon={Users} title="Nobody is called that">
          Try fewer letters, or another spelling.
        </EmptyState>
      )}
      {data && (
        <ul className={classes.list}>
          {data.items.map((user) => (
            <li key={user.id}>
              <UserRow user={user} self={session?.user.id === user.id} />
            </li>
          ))}
        </ul>
      )}
      {data && <Pages page={page} total={data.pagination.total_pages} onPage={(next) => show({ q, page: next })} />}
      {adding && <AddUserDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

function howMany(people: number): string {
  return people === 1 ? 'Only you have an account here.' : `${formatCount(people)} people have an account here.`;
}

function Find({ q, onFind }: { q: string; onFind: (q: string) => void }) {
  const [text, setText] = useState(q);
  const [wanted] = useDebouncedValue(text.trim(), 250);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing searches; the address changing by itself does not
  useEffect(() => {
    if (wanted !== q) onFind(wanted);
  }, [wanted]);
  return (
    <TextInput
      className={classes.find ?? ''}
      aria-label="Find a user"
      placeholder="Find a user"
      leftSection={<Search size={15} aria-hidden="true" />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}

function UserRow({ user, self }: { user: Account; self: boolean }) {
  const seen = user.last_seen_at === null ? 'Never here yet' : `Last here ${formatAgo(user.last_seen_at, Date.now())}`;
  return (
    <Link to="/users/$userId" params={{ userId: String(user.id) }} className={classes.row}>
      <Face name={user.name} />
      <span className={classes.who}>
        <span className={classes.name}>
          {user.name}
          <Badges user={user} self={self} />
        </span>
        <span className={classes.facts}>{user.has_password ? seen : `${seen} · no password`}</span>
      </span>
      <ChevronRight className={classes.chevron} size={18} aria-hidden="true" />
    </Link>
  );
}
