import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronRight, UserPlus, Users } from 'lucide-react';
import { useState } from 'react';
import { type Account, usersQuery } from '@/api/people';
import { sessionQuery } from '@/api/session';
import { formatAgo, formatCount } from '@/core/format';
import { FindBox } from '@/ui/FindBox';
import { Page } from '@/ui/Page';
import { Pager } from '@/ui/Pager';
import rows from '@/ui/Rows.module.css';
import { EmptyState, ErrorState } from '@/ui/States';
import { AddUserDialog } from './AddUserDialog';
import { Badges, Face, Ghosts } from './parts';

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
      <FindBox label="Find a user" q={q} onFind={(next) => show({ q: next, page: 1 })} />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Ghosts count={4} />}
      {data?.items.length === 0 && (
        <EmptyState icon={Users} title="Nobody is called that">
          Try fewer letters, or another spelling.
        </EmptyState>
      )}
      {data && (
        <ul className={rows.list}>
          {data.items.map((user) => (
            <li key={user.id}>
              <UserRow user={user} self={session?.user.id === user.id} />
            </li>
          ))}
        </ul>
      )}
      {data && <Pager page={page} total={data.pagination.total_pages} onPage={(next) => show({ q, page: next })} />}
      {adding && <AddUserDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

function howMany(people: number): string {
  return people === 1 ? 'Only you have an account here.' : `${formatCount(people)} people have an account here.`;
}

function UserRow({ user, self }: { user: Account; self: boolean }) {
  const seen = user.last_seen_at === null ? 'Never here yet' : `Last here ${formatAgo(user.last_seen_at, Date.now())}`;
  return (
    <Link to="/users/$userId" params={{ userId: String(user.id) }} className={rows.row}>
      <Face name={user.name} />
      <span className={rows.who}>
        <span className={rows.name}>
          {user.name}
          <Badges user={user} self={self} />
        </span>
        <span className={rows.facts}>{user.has_password ? seen : `${seen} · no password`}</span>
      </span>
      <ChevronRight className={rows.chevron} size={18} aria-hidden="true" />
    </Link>
  );
}
