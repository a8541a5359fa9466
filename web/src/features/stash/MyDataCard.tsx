import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { isRunning } from '@/api/jobs';
import type { Job, Library, Session } from '@/api/types';
import { formatAgo, formatCount } from '@/core/format';
import { JobProgress } from '@/ui/JobProgress';
import { ImportDialog } from './ImportDialog';
import classes from './Stash.module.css';
import { type UserDataState, userDataQuery } from './stashApi';
import { takenText } from './stashWords';

interface MyDataCardProps {
  library: Library;
  session: Session;
  opened: boolean;
  onOpen: () => void;
  onClose: () => void;
}

/** What I have said about this library, and taking over what I said on the server. */
export function MyDataCard({ library, session, opened, onOpen, onClose }: MyDataCardProps) {
  const { data } = useQuery(userDataQuery(library.id, null));
  const job = data?.job ?? null;
  const live = job !== null && job.finished_at === null;
  return (
    <section className={classes.card} aria-labelledby="mine">
      <h2 id="mine">Your ratings and plays</h2>
      <p className={classes.hint}>
        What you said on this Stash can become what you say here. Doing it again brings only what is new, and never
        changes what you said here, unless you ask for it.
      </p>
      {data?.figures && <Figures figures={data.figures} />}
      {job && (live ? <Live job={job} /> : <Ended job={job} />)}
      <Button variant="light" leftSection={<Download size={16} />} disabled={live} onClick={onOpen}>
        Take over from Stash
      </Button>
      {opened && <ImportDialog library={library} session={session} onClose={onClose} />}
    </section>
  );
}

function Figures({ figures }: { figures: NonNullable<UserDataState['figures']> }) {
  const shown = [
    ['Rated', figures.rated],
    ['Played', figures.played],
    ['In progress', figures.in_progress],
    ['O-counter', figures.o_total],
  ] as const;
  return (
    <dl className={classes.facts}>
      {shown
        .filter(([name, count]) => name !== 'O-counter' || count > 0)
        .map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{formatCount(count)}</dd>
          </div>
        ))}
    </dl>
  );
}

function Live({ job }: { job: Job }) {
  return isRunning(job) ? <JobProgress job={job} label="Taking over your data" /> : <p>Waits for its turn</p>;
}

function Ended({ job }: { job: Job }) {
  const when = formatAgo(job.finished_at, Date.now());
  if (job.state === 'done') {
    return (
      <p className={classes.hint}>
        Taken over {when}. {takenText(job.result)}
      </p>
    );
  }
  return (
    <p className={classes.told} role="status">
      {job.state === 'cancelled' ? `Cancelled ${when}; what had come is here.` : (job.message ?? 'It failed.')}
    </p>
  );
}
