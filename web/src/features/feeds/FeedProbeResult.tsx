import { formatAgo, plural } from '@/core/format';
import { NotTriedYet, Trial, Trying, Verdict } from '@/ui/Verdict';
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
    <Trial>
      <Said probed={probed} many={many} />
    </Trial>
  );
}

function Said({ probed: { found, trying, error, again }, many }: { probed: Probed; many: boolean }) {
  if (many)
    return <p className={classes.hint}>They are tried when they are read. One that fails keeps no other back.</p>;
  if (trying) return <Trying />;
  if (error) {
    return (
      <Verdict tone="bad" title="It cannot be tried" again={again}>
        <p>{error.message}</p>
      </Verdict>
    );
  }
  if (!found) return <NotTriedYet />;
  if (found.trouble !== null) {
    return (
      <Verdict tone="bad" title="This is no feed we can read" again={again}>
        <p>{found.trouble}</p>
      </Verdict>
    );
  }
  const newest = found.newest_at && formatAgo(found.newest_at, Date.now());
  return (
    <Verdict tone="good" title={found.title ?? 'A feed without a title'}>
      <p>
        {plural(found.entries, 'entry', 'entries')}
        {newest && `, the newest ${newest}`}
        {found.newest_title && `: ${found.newest_title}`}
      </p>
    </Verdict>
  );
}
