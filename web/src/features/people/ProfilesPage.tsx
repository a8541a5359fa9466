import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronRight, Plus, ShieldCheck } from 'lucide-react';
import { type Profile, profilesQuery } from '@/api/people';
import { plural } from '@/core/format';
import { Page } from '@/ui/Page';
import rows from '@/ui/Rows.module.css';
import { EmptyState, ErrorState } from '@/ui/States';
import { draftOf } from './editor/draft';
import { inShort } from './editor/words';
import { Ghosts } from './parts';

/** Rules that several people share, such as "Children". */
export function ProfilesPage() {
  const { data, error, refetch } = useQuery(profilesQuery);
  const add = (
    <Button component={Link} to="/profiles/new" leftSection={<Plus size={16} aria-hidden="true" />}>
      New profile
    </Button>
  );
  const none = data?.items.length === 0;
  return (
    <Page
      title="Profiles"
      width="narrow"
      subtitle="Rules that several people share. A change holds for all of them at once."
      actions={!none && add}
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Ghosts count={3} />}
      {none && (
        <EmptyState icon={ShieldCheck} title="No profiles yet" action={add}>
          Make one, “Children” for example, and give it to the people it is for.
        </EmptyState>
      )}
      <ul className={rows.list}>
        {data?.items.map((profile) => (
          <li key={profile.id}>
            <ProfileRow profile={profile} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

function ProfileRow({ profile }: { profile: Profile }) {
  const people = profile.users.length === 0 ? 'nobody has it' : plural(profile.users.length, 'person', 'people');
  return (
    <Link to="/profiles/$profileId" params={{ profileId: String(profile.id) }} className={rows.row}>
      <span className={rows.who}>
        <span className={rows.name}>{profile.name}</span>
        <span className={rows.facts}>
          {inShort(draftOf(profile))} · {people}
        </span>
      </span>
      <ChevronRight className={rows.chevron} size={18} aria-hidden="true" />
    </Link>
  );
}
