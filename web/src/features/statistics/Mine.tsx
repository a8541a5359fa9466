import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChartColumn } from 'lucide-react';
import type { ReactNode } from 'react';
import type { PersonalStatistics } from '@/api/personal';
import { formatCount, formatSpan, plural } from '@/core/format';
import { Chart } from '@/ui/charts/Chart';
import { KIND_LOOKS } from '@/ui/kinds';
import { EmptyState, ErrorState } from '@/ui/States';
import { type Ranked, Ranking, Skeleton, Tile, Tiles } from './parts';
import { scaleOf, weekPoints } from './points';
import classes from './StatisticsPage.module.css';
import { myStatisticsQuery } from './statisticsApi';

const LINES = 8; // of each list

const LISTS = [
  ['persons', 'People'],
  ['studios', 'Studios'],
  ['series', 'Series'],
  ['tags', 'Tags'],
  ['genres', 'Genres'],
] as const satisfies readonly (readonly [keyof PersonalStatistics, string])[];

export function Mine() {
  const { data, error, refetch } = useQuery(myStatisticsQuery);
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton />;
  if (data.plays === 0 && data.seconds === 0) {
    return (
      <EmptyState icon={ChartColumn} title="Nothing to count yet">
        Watch, read or listen to something, and it is counted here. Only you see it.
      </EmptyState>
    );
  }
  const scale = scaleOf(data.weeks);
  return (
    <>
      <Tiles>
        <Tile name="Time" value={hours(data.seconds)} />
        <Tile name="Plays" value={formatCount(data.plays)} />
        <Tile name="Items played" value={formatCount(data.items)} />
        <Tile
          name="Days in a row"
          value={formatCount(data.streak.current)}
          note={`${plural(data.streak.longest, 'day')} at most this year`}
        />
      </Tiles>
      <section className={classes.card}>
        <Chart
          kind="bars"
          title={scale.title}
          points={weekPoints(data.weeks, scale)}
          format={(value) => hours(value * scale.seconds)}
          axis={(value) => `${value} ${scale.unit}`}
          columns={['Week', 'Time']}
          whole={scale.unit === 'min'}
        />
      </section>
      <div className={classes.lists}>
        <Ranking title="By kind" lines={data.kinds.filter(isTold).map(kindLine)} />
        <Ranking title="Items" lines={data.top_items.filter(isTold).slice(0, LINES).map(itemLine)} />
        {LISTS.map(([name, title]) => (
          <Ranking key={name} title={title} lines={data[name].filter(isTold).slice(0, LINES).map(entityLine)} />
        ))}
      </div>
    </>
  );
}

/** What was only opened for a moment is no line of its own. */
function isTold({ plays, seconds }: { plays: number; seconds: number }): boolean {
  return plays > 0 || seconds >= 1;
}

function hours(seconds: number): string {
  return seconds <= 0 ? '0 min' : formatSpan(seconds);
}

function kindLine({ kind, plays, seconds }: PersonalStatistics['kinds'][number]): Ranked {
  return {
    key: kind,
    name: (
      <Link to="/browse" search={{ kind, played: 'true', sort: 'play_count' }}>
        {KIND_LOOKS[kind].many}
      </Link>
    ),
    ...amounts(plays, seconds),
  };
}

function entityLine({ id, kind, name, plays, seconds }: PersonalStatistics['persons'][number]): Ranked {
  return { key: String(id), name: <EntityName kind={kind} id={id} name={name} />, ...amounts(plays, seconds) };
}

function EntityName({ kind, id, name }: { kind: string; id: number; name: string }): ReactNode {
  return (
    <Link to="/browse" search={{ [kind]: String(id) }}>
      {name}
    </Link>
  );
}

function itemLine({ id, title, plays, seconds }: PersonalStatistics['top_items'][number]): Ranked {
  return {
    key: String(id),
    name: (
      <Link to="/items/$itemId" params={{ itemId: String(id) }}>
        {title}
      </Link>
    ),
    ...amounts(plays, seconds),
  };
}

function amounts(plays: number, seconds: number): Pick<Ranked, 'amount' | 'text'> {
  return {
    amount: plays,
    text: [plays > 0 ? plural(plays, 'play') : '', seconds >= 1 ? formatSpan(seconds) : ''].filter(Boolean).join(' · '),
  };
}
