import { Link } from '@tanstack/react-router';
import { Rss } from 'lucide-react';
import type { Library } from '@/api/types';
import classes from './Feeds.module.css';

/** The way from a library's card to its feeds. */
export function FeedsLine({ library }: { library: Library }) {
  return (
    <p className={classes.line}>
      <Rss size={14} aria-hidden="true" />
      <span>{library.state_reason ?? 'Posts and feeds'}</span>
      <Link
        to="/libraries/$libraryId/feeds"
        params={{ libraryId: String(library.id) }}
        aria-label={`Feeds of ${library.name}`}
      >
        Feeds
      </Link>
    </p>
  );
}
