import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import { Fragment } from 'react';
import type { Because } from '@/api/personal';
import type { RowCard } from '@/api/rows';
import { listOfRecommended } from '@/api/rows';
import { ENTITY_KINDS } from '@/api/types';
import { formatDate, formatDuration } from '@/core/format';
import { Cover } from '@/ui/Cover';
import { KIND_LOOKS } from '@/ui/kinds';
import { Page } from '@/ui/Page';
import { useRowKeys } from '@/ui/row/useRowKeys';
import { EmptyState, ErrorState } from '@/ui/States';
import classes from './RecommendedPage.module.css';
import { reasonOf } from './rowLooks';

const GHOSTS = 12;

/** Everything that is recommended, each with its reasons, which lead on. */
export function RecommendedPage() {
  const { data, error, refetch } = useQuery(listOfRecommended);
  useRowKeys((id) => data?.items.find((card) => card.id === id));
  return (
    <Page
      title="Recommended for you"
      subtitle="From what you play, rate and favour. The same order all day, another tomorrow."
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && (
        <ul className={classes.list} role="status" aria-label="Loading">
          {Array.from({ length: GHOSTS }, (_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
            <li key={at} className={classes.ghost} aria-hidden="true" />
          ))}
        </ul>
      )}
      {data?.items.length === 0 && (
        <EmptyState icon={Sparkles} title="Nothing to recommend">
          You have opened everything there is, or there is nothing yet.
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <ul className={classes.list} data-row>
          {data.items.map((card, index) => (
            <Recommended key={card.id} card={card} index={index} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function Recommended({ card, index }: { card: RowCard; index: number }) {
  const facts = [KIND_LOOKS[card.kind].one, formatDate(card.date), formatDuration(card.duration)].filter(Boolean);
  return (
    <li className={classes.item}>
      <div className={classes.cover}>
        <Cover item={card} width={88} ratio={88 / 124} lazy />
      </div>
      <div className={classes.text}>
        <Link to="/items/$itemId" params={{ itemId: String(card.id) }} className={classes.title} data-i={index}>
          {card.title}
        </Link>
        <p className={classes.facts}>
          {card.me.favorite && '♥ '}
          {facts.join(' · ')}
        </p>
        <p className={classes.because}>
          <Reasons reasons={card.because ?? []} />
        </p>
      </div>
    </li>
  );
}

function Reasons({ reasons }: { reasons: readonly Because[] }) {
  const { lead, main, rest } = reasonOf(reasons);
  return (
    <>
      {lead} {main && <ReasonLink reason={main} />}
      {rest.length > 0 && <br />}
      {rest.map((reason, place) => (
        <Fragment key={`${reason.kind} ${reason.id}`}>
          {place > 0 && ' · '}
          <ReasonLink reason={reason} />
        </Fragment>
      ))}
    </>
  );
}

function ReasonLink({ reason: { kind, id, name } }: { reason: Because }) {
  const entity = ENTITY_KINDS.find((one) => one === kind);
  return entity ? (
    <Link to="/browse" search={{ [entity]: String(id) }}>
      {name}
    </Link>
  ) : (
    <Link to="/items/$itemId" params={{ itemId: String(id) }}>
      {name}
    </Link>
  );
}
