import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type Display, type PlayedEntry, playedQuery } from '@/api/displays';
import { formatAgo } from '@/core/format';
import { Pager } from '@/ui/Pager';
import { ErrorState } from '@/ui/States';
import classes from './Displays.module.css';
import { ItemLine } from './Upcoming';
import { OUTCOMES } from './words';

/** What a display showed, the newest first. */
export function Played({ display }: { display: Display }) {
  const { page = 1 } = useSearch({ from: '/shell/displays/$displayId' });
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(playedQuery(display.id, page));
  const show = (next: number) =>
    void navigate({
      to: '/displays/$displayId',
      params: { displayId: String(display.id) },
      search: { page: next > 1 ? next : undefined },
    });
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data?.items.length === 0) return <p className={classes.facts}>Nothing yet.</p>;
  const pages = data?.pagination.total_pages ?? 1;
  return (
    <>
      <ol className={classes.slots}>
        {data?.items.map((entry) => (
          <li key={entry.number} className={classes.slot}>
            <ItemLine item={entry.item} note={noteOf(entry)} />
          </li>
        ))}
      </ol>
      <Pager page={page} total={pages} onPage={show} label="Pages of what was played" words={['Newer', 'Older']} />
    </>
  );
}

function noteOf({ outcome, played_at }: PlayedEntry): string {
  const when = formatAgo(played_at, Date.now());
  return outcome === 'played' ? when : `${OUTCOMES[outcome]} · ${when}`;
}
