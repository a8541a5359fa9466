import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { RefreshCw, Trash2 } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { DISPLAY_LISTS, type Display, removeDisplay } from '@/api/displays';
import { BackLink } from '@/ui/BackLink';
import { Page } from '@/ui/Page';
import { EmptyState, ErrorState } from '@/ui/States';
import { Controls } from './Controls';
import { Lamp, Note, WhichPlaylist } from './DisplayCard';
import classes from './Displays.module.css';
import { NowPlaying } from './NowPlaying';
import { Played } from './Played';
import { Upcoming } from './Upcoming';
import { isGone, useDisplay, useRemote } from './useDisplays';
import { nameOf, stateText } from './words';

const Settings = lazy(() => import('./Settings'));
// Few visits remove anything.
const Ask = lazy(async () => ({ default: (await import('@/ui/Ask')).Ask }));

/** One display whole: remote control, what comes, what was, and how it hangs. */
export function DisplayPage() {
  const { displayId } = useParams({ strict: false });
  const { data: display, error, refetch } = useDisplay(Number(displayId));
  if (isGone(error)) {
    return (
      <EmptyState title="There is no such display">
        It was removed. <Link to="/displays">See all displays</Link>
      </EmptyState>
    );
  }
  if (error && !display) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return display ? <OneDisplay display={display} /> : <Page title="Display" />;
}

function OneDisplay({ display }: { display: Display }) {
  const remote = useRemote(display);
  useTimelineNews(display);
  return (
    <Page
      title={nameOf(display)}
      subtitle={
        <span className={classes.state}>
          <Lamp display={display} />
          {stateText(display, Date.now())}
        </span>
      }
      back={<BackLink to="/displays">Displays</BackLink>}
      actions={<Remove display={display} />}
    >
      <div className={classes.columns}>
        <div className={classes.column}>
          <section className={classes.card} aria-label="Remote control">
            <NowPlaying display={display} onSeek={remote.seek} />
            <Controls display={display} remote={remote} />
            <WhichPlaylist display={display} />
            <Note display={display} />
          </section>
          <Suspense>
            <Settings key={display.id} display={display} />
          </Suspense>
        </div>
        <div className={classes.column}>
          <section className={classes.card} aria-label="Coming up">
            <header className={classes.sectionHead}>
              <h2>Coming up</h2>
              <Button
                size="compact-sm"
                variant="subtle"
                color="gray"
                leftSection={<RefreshCw size={14} aria-hidden="true" />}
                disabled={display.playlist_id === null}
                onClick={() => remote.wish('rebuild')}
              >
                Plan anew
              </Button>
            </header>
            <Upcoming display={display} />
          </section>
          <section className={classes.card} aria-label="Played">
            <h2>Played</h2>
            <Played display={display} />
          </section>
        </div>
      </div>
    </Page>
  );
}

/** Every change of a display may be one of its timeline. */
function useTimelineNews({ id, version }: Display): void {
  const client = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version is the news
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['displays', 'timeline', id] });
    void client.invalidateQueries({ queryKey: ['displays', 'history', id] });
  }, [client, id, version]);
}

function Remove({ display }: { display: Display }) {
  const [asking, setAsking] = useState<boolean | null>(null); // null: never asked for, so not loaded
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => removeDisplay(display.id),
    onSuccess: async () => {
      await navigate({ to: '/displays' });
      void client.invalidateQueries({ queryKey: DISPLAY_LISTS });
      void client.invalidateQueries({ queryKey: ['playlists'] });
    },
  });
  return (
    <>
      <Button variant="default" leftSection={<Trash2 size={16} aria-hidden="true" />} onClick={() => setAsking(true)}>
        Remove
      </Button>
      <Suspense>
        {asking !== null && (
          <Ask
            opened={asking}
            title={`Remove ${nameOf(display)}?`}
            action="Remove"
            busy={remove.isPending}
            error={remove.error}
            onClose={() => setAsking(false)}
            onSure={() => remove.mutate()}
          >
            <p>
              The screen stops, and shows a new code. What it played is forgotten. Its playlists stay, for no display.
            </p>
          </Ask>
        )}
      </Suspense>
    </>
  );
}
