import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { formatAgo, formatDate } from '@/core/format';
import { ErrorState } from '@/ui/States';
import { reportRefusal } from '@/ui/useItemKeys';
import { endOtherSessions, endSession, type OpenSession, sessionsQuery } from './accountApi';
import { deviceName } from './device';
import classes from './SettingsPage.module.css';

/** Where I am signed in. */
export function Sessions() {
  const { data: sessions, error, refetch } = useQuery(sessionsQuery);
  const client = useQueryClient();
  const { queryKey } = sessionsQuery;
  /** Gone from the list at once; the truth follows. */
  const ended = async (kept: (session: OpenSession) => boolean) => {
    await client.cancelQueries({ queryKey });
    client.setQueryData(queryKey, (all) => all?.filter(kept));
  };
  const settle = { onError: reportRefusal, onSettled: () => client.invalidateQueries({ queryKey }) };
  const one = useMutation({
    mutationFn: (id: number) => endSession(id),
    onMutate: (id) => ended((session) => session.id !== id),
    ...settle,
  });
  const others = useMutation({
    mutationFn: endOtherSessions,
    onMutate: () => ended(({ current }) => current),
    ...settle,
  });
  const several = sessions?.some(({ current }) => !current) ?? false;
  return (
    <section className={classes.section} aria-labelledby="sessions">
      <div className={classes.row}>
        <h2 id="sessions">Where you are signed in</h2>
        {several && (
          <Button variant="default" size="xs" loading={others.isPending} onClick={() => others.mutate()}>
            End all others
          </Button>
        )}
      </div>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      <ul className={classes.keys}>
        {sessions?.map((session) => (
          <SessionRow key={session.id} session={session} onEnd={() => one.mutate(session.id)} />
        ))}
      </ul>
    </section>
  );
}

function SessionRow({ session, onEnd }: { session: OpenSession; onEnd: () => void }) {
  const device = deviceName(session.device);
  return (
    <li>
      <div title={session.device}>
        <strong>
          {device}
          {session.current && <small className={classes.here}>This one</small>}
        </strong>
        <span>
          {session.address} · since {formatDate(session.created_at)} · seen {formatAgo(session.seen_at, Date.now())}
        </span>
      </div>
      {!session.current && (
        <Button variant="default" size="xs" aria-label={`End the session of ${device}`} onClick={onEnd}>
          End
        </Button>
      )}
    </li>
  );
}
