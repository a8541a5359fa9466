import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type Account, profilesQuery, restrictionsQuery, userQuery } from '@/api/people';
import { sessionQuery } from '@/api/session';
import { formatAgo, formatDate } from '@/core/format';
import { BackLink } from '@/ui/BackLink';
import { Page } from '@/ui/Page';
import { ErrorState } from '@/ui/States';
import { draftOf } from './editor/draft';
import { inShort } from './editor/words';
import classes from './People.module.css';
import { Badges, Ghosts, Section } from './parts';
import { AccountSection } from './user/AccountSection';
import { KeysSection } from './user/KeysSection';
import { RemoveSection } from './user/RemoveSection';

/** One person, as an administrator sees and changes him. */
export function UserPage() {
  const userId = Number(useParams({ from: '/shell/users/$userId' }).userId);
  const { data: user, error, refetch } = useQuery(userQuery(userId));
  const { data: session } = useQuery(sessionQuery);
  const self = session?.user.id === userId;
  if (!user) {
    return (
      <Page title="User" width="narrow">
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Ghosts count={3} />}
      </Page>
    );
  }
  return (
    <Page
      title={user.name}
      width="narrow"
      subtitle={
        <span className={classes.under}>
          <Badges user={user} self={self} />
          {whenHere(user)}
        </span>
      }
      back={<BackLink to="/users">Users</BackLink>}
    >
      <KeptSection user={user} />
      <AccountSection user={user} self={self} />
      <KeysSection user={user} />
      {!self && <RemoveSection user={user} />}
    </Page>
  );
}

function whenHere({ created_at, last_seen_at }: Account): string {
  const seen = last_seen_at === null ? 'never here yet' : `last here ${formatAgo(last_seen_at, Date.now())}`;
  return `Since ${formatDate(created_at)}, ${seen}`;
}

function KeptSection({ user }: { user: Account }) {
  const { data: kept } = useQuery(restrictionsQuery(user.id));
  const { data: profiles } = useQuery(profilesQuery);
  const profile = profiles?.items.find(({ id }) => id === kept?.profile_id);
  const own = kept && inShort(draftOf(kept));
  return (
    <Section title="What is kept from them">
      <div className={classes.line}>
        <div>
          {kept && (own === 'hides nothing' ? 'No rules of their own' : `Their own: ${own}`)}
          <p>
            {profile ? `And the shared profile ${profile.name}: ${inShort(draftOf(profile))}` : 'No shared profile'}
          </p>
        </div>
        <Button
          component={Link}
          to={`/users/${user.id}/restrictions`}
          variant="default"
          aria-label={`Change what is kept from ${user.name}`}
        >
          Change
        </Button>
      </div>
    </Section>
  );
}
