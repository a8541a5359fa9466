import { Button, Loader } from '@mantine/core';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { formatAgo, plural } from '@/core/format';
import classes from './Feeds.module.css';
import type { FeedProbe } from './feedsApi';

export interface Probed {
  /** `null` while nothing worth trying is entered. */
  found: FeedProbe | null;
  trying: boolean;
  error: Error | null;
  again: () => void;
}

/** What came of trying the address, while it is being entered. */
export function FeedProbeResult({ probed, many }: { probed: Probed; many: boolean }) {
  return (
    <div className={classes.probe} role="status" aria-live="polite">
      <Said probed={probed} many={many} />
    </div>
  );
}

function Said({ probed: { found, trying, error, again }, many }: { probed: Probed; many: boolean }) {
  if (many)
    return <p className={classes.hint}>They are tried when they are read. One that fails keeps no other back.</p>;
  if (trying) {
    return (
      <p className={classes.trying}>
        <Loader size={16} aria-hidden="true" /> Trying it …
      </p>
    );
  }
  if (error) return <Trouble title="It cannot be tried" text={error.message} again={again} />;
  if (!found)
    return (
      <p className={classes.hint}>It is tried as soon as there is an address. Nothing is kept before you add it.</p>
    );
  if (found.trouble !== null) return <Trouble title="This is no feed we can read" text={found.trouble} again={again} />;
  const newest = found.newest_at && formatAgo(found.newest_at, Date.now());
  return (
    <div className={classes.verdict} data-tone="good">
      <CircleCheck size={18} aria-hidden="true" />
      <div>
        <strong>{found.title ?? 'A feed without a title'}</strong>
        <p>
          {plural(found.entries, 'entry', 'entries')}
          {newest && `, the newest ${newest}`}
          {found.newest_title && `: ${found.newest_title}`}
        </p>
      </div>
    </div>
  );
}

function Trouble({ title, text, again }: { title: string; text: string; again: () => void }) {
  return (
    <div className={classes.verdict} data-tone="bad">
      <CircleAlert size={18} aria-hidden="true" />
      <div>
        <strong>{title}</strong>
        <p>{text}</p>
      </div>
      <Button variant="default" size="xs" onClick={again}>
        Try again
      </Button>
    </div>
  );
}
