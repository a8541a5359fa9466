import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ArrowRight, Eye, EyeOff } from 'lucide-react';
import { Fragment, useState } from 'react';
import { api, serverUrl } from '@/api/client';
import { type Account, type HiddenReason, usersQuery, whyHiddenQuery } from '@/api/people';
import { ENTITY_KINDS, ENTITY_PATHS, type Item } from '@/api/types';
import { BackLink } from '@/ui/BackLink';
import { ENTITY_WORDS } from '@/ui/entityWords';
import { Page } from '@/ui/Page';
import { Pager } from '@/ui/Pager';
import rows from '@/ui/Rows.module.css';
import { ErrorState } from '@/ui/States';
import classes from './People.module.css';
import { Badges, Face, Ghosts } from './parts';

/** Who sees an item and who does not, and every reason why. For administrators. */
export function VisibilityPage() {
  const itemId = Number(useParams({ from: '/shell/items/$itemId/visibility' }).itemId);
  const [page, setPage] = useState(1);
  const item = useQuery({
    queryKey: ['item', itemId],
    queryFn: ({ signal }) => api.get<Item>(`items/${itemId}`, { signal }),
  });
  const people = useQuery(usersQuery('', page));
  const error = item.error ?? people.error;
  return (
    <Page
      title="Who can see this?"
      width="narrow"
      subtitle={item.data?.title}
      back={
        <BackLink to="/items/$itemId" params={{ itemId: String(itemId) }}>
          Back to it
        </BackLink>
      }
    >
      {error && <ErrorState error={error} onRetry={() => void Promise.all([item.refetch(), people.refetch()])} />}
      {!error && !(item.data && people.data) && <Ghosts count={4} />}
      {item.data && people.data && (
        <>
          <ul className={rows.list}>
            {people.data.items.map((user) => (
              <Seen key={user.id} itemId={itemId} user={user} />
            ))}
          </ul>
          <Pager page={page} total={people.data.pagination.total_pages} onPage={setPage} />
        </>
      )}
    </Page>
  );
}

function Seen({ itemId, user }: { itemId: number; user: Account }) {
  const { data, error } = useQuery(whyHiddenQuery(itemId, user.id));
  return (
    <li aria-label={user.name}>
      <div className={rows.row}>
        <Face name={user.name} />
        <span className={rows.who}>
          <span className={rows.name}>
            {user.name}
            <Badges user={user} self={false} />
          </span>
          {error && <span className={rows.facts}>{error.message}</span>}
        </span>
        {data && <Verdict visible={data.visible} disabled={user.disabled} />}
      </div>
      {data && data.reasons.length > 0 && (
        <ul className={classes.reasons}>
          {data.reasons.map((reason) => (
            <Reason
              key={`${reason.source} ${reason.part} ${reason.rule} ${reason.about}`}
              reason={reason}
              user={user}
            />
          ))}
        </ul>
      )}
    </li>
  );
}

function Verdict({ visible, disabled }: { visible: boolean; disabled: boolean }) {
  const Icon = visible ? Eye : EyeOff;
  return (
    <span className={classes.verdict} data-hidden={!visible || undefined}>
      <Icon size={17} aria-hidden="true" />
      {visible ? (disabled ? 'Would see it' : 'Sees it') : 'Hidden'}
    </span>
  );
}

function Reason({ reason, user }: { reason: HiddenReason; user: Account }) {
  return (
    <li>
      <p>
        <Source reason={reason} user={user} />
        {reason.path.length > 1 ? ':' : `: ${reason.about}`}
      </p>
      {reason.path.length > 1 && <Path path={reason.path} />}
    </li>
  );
}

/** Leads to where it can be changed. What somebody hid himself only he can show again. */
function Source({ reason, user }: { reason: HiddenReason; user: Account }) {
  if (reason.source === 'own') return <>{user.name} hid it</>;
  const what = partWords(reason);
  const whose = reason.source === 'profile' ? 'the shared profile' : 'their own rules';
  return (
    <>
      {what} of{' '}
      <Link to="/users/$userId/restrictions" params={{ userId: String(user.id) }}>
        {whose}
      </Link>
    </>
  );
}

function partWords({ part, rule }: HiddenReason): string {
  if (part === 'age_rating') return 'The age limit';
  if (part === 'libraries') return 'The choice of libraries';
  return `Rule ${(rule ?? 0) + 1}`;
}

/** From what the rule names, by whatever carries it, to the item. */
function Path({ path }: { path: HiddenReason['path'] }) {
  return (
    <div className={classes.path}>
      {path.map((step, at) => (
        <Fragment key={`${step.type} ${step.id}`}>
          {at > 0 && <ArrowRight size={14} role="img" aria-label="leads to" />}
          <Step step={step} />
        </Fragment>
      ))}
    </div>
  );
}

function Step({ step }: { step: HiddenReason['path'][number] }) {
  const kind = ENTITY_KINDS.find((one) => one === step.kind);
  if (step.type !== 'entity' || kind === undefined) return <span className={classes.step}>{step.name}</span>;
  return (
    <a className={classes.step} href={serverUrl(`${ENTITY_PATHS[kind]}/${step.id}`)}>
      <small>{ENTITY_WORDS[kind].one}</small>
      {step.name}
    </a>
  );
}
