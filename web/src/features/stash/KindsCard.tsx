import { Button, Progress } from '@mantine/core';
import { Check } from 'lucide-react';
import { isRunning } from '@/api/jobs';
import type { Job } from '@/api/types';
import { formatCount, formatSpan, percentOf } from '@/core/format';
import classes from './Stash.module.css';
import type { KindKept, MirrorStatus } from './stashApi';
import { kindName } from './stashWords';
import { useRates } from './useRates';

interface KindsCardProps {
  status: MirrorStatus;
  sync: Job | null;
  onRemoved: () => void;
}

/** What is here, by kind; while everything is read, how far each is and how fast. */
export function KindsCard({ status, sync, onRemoved }: KindsCardProps) {
  const reading = sync !== null && isRunning(sync) && status.mode !== null && status.mode !== 'incremental';
  const rates = useRates(status.kinds ?? [], reading);
  if (status.kinds === null) return null;
  const removed = status.kinds.reduce((sum, kind) => sum + kind.removed, 0);
  return (
    <section className={classes.card} aria-labelledby="kinds">
      <h2 id="kinds">What is mirrored</h2>
      {status.kinds.length === 0 ? (
        <p className={classes.hint}>Nothing yet: the first sync brings it.</p>
      ) : (
        <table className={classes.kinds}>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Here</th>
              {reading && <th scope="col">Read</th>}
              <th scope="col">Removed upstream</th>
            </tr>
          </thead>
          <tbody>
            {status.kinds.map((kind) => (
              <tr key={kind.kind}>
                <th scope="row">{kindName(kind.kind)}</th>
                <td>{formatCount(kind.count)}</td>
                {reading && (
                  <td>
                    <Reading kind={kind} rate={rates.get(kind.kind) ?? null} />
                  </td>
                )}
                <td>{kind.removed > 0 ? formatCount(kind.removed) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {removed > 0 && (
        <p className={classes.removedLine}>
          <span>
            {formatCount(removed)} {removed === 1 ? 'was' : 'were'} removed upstream. What people said about{' '}
            {removed === 1 ? 'it' : 'them'} is kept.
          </span>
          <Button variant="default" size="xs" onClick={onRemoved}>
            Show
          </Button>
        </p>
      )}
    </section>
  );
}

function Reading({ kind, rate }: { kind: KindKept; rate: number | null }) {
  if (kind.read) {
    return (
      <span className={classes.read}>
        <Check size={15} aria-label="all of" /> {formatCount(kind.seen ?? kind.count)}
      </span>
    );
  }
  if (typeof kind.seen !== 'number') return <span className={classes.hint}>waits</span>;
  const percent = kind.count > kind.seen ? percentOf(kind.seen, kind.count) : null;
  return (
    <span className={classes.reading}>
      <span>
        {formatCount(kind.seen)}
        {rate !== null && ` · ${formatCount(Math.round(rate))} a second`}
        {rate !== null && percent !== null && ` · ${formatSpan((kind.count - kind.seen) / rate)} left`}
      </span>
      <Progress
        value={percent ?? 100}
        animated={percent === null}
        size={4}
        aria-label={`${kindName(kind.kind)} read`}
      />
    </span>
  );
}
