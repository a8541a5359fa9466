import { ActionIcon } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { formatAgo, plural } from '@/core/format';
import { Ask } from '@/ui/Ask';
import classes from './Feeds.module.css';
import { type Feed, feedsQuery, removeFeed } from './feedsApi';
import { feedLook, feedTimes } from './feedWords';

/** One feed: how it is, and when it is asked again. */
export function FeedEntry({ libraryId, feed }: { libraryId: number; feed: Feed }) {
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const remove = useMutation({
    mutationFn: () => removeFeed(libraryId, feed.id),
    onSuccess: () => client.invalidateQueries({ queryKey: feedsQuery(libraryId).queryKey }),
  });
  const look = feedLook(feed);
  const now = Date.now();
  const name = feed.title ?? feed.url;
  return (
    <li className={classes.feed}>
      <div>
        <h2>
          {name}{' '}
          <span className={classes.state} data-tone={look.tone}>
            {look.label}
          </span>
        </h2>
        {feed.title && <p className={classes.address}>{feed.url}</p>}
        {feed.url !== feed.given_url && <p className={classes.facts}>Moved from {feed.given_url}</p>}
        {feed.reason && <p className={classes.reason}>{feed.reason}</p>}
        {feed.answered_at !== null && feed.entries !== null && (
          <p className={classes.facts}>
            {plural(feed.entries, 'entry', 'entries')} in it
            {feed.newest_at && `, the newest ${formatAgo(feed.newest_at, now)}`}
          </p>
        )}
        <p className={classes.facts}>{feedTimes(feed, now)}</p>
      </div>
      <ActionIcon size={36} aria-label={`Remove ${name}`} onClick={() => setRemoving(true)}>
        <Trash2 size={17} />
      </ActionIcon>
      <Ask
        opened={removing}
        title={`Remove ${name}?`}
        action="Remove"
        busy={remove.isPending}
        error={remove.error}
        onClose={() => setRemoving(false)}
        onSure={() => remove.mutate()}
      >
        <p>It is read no more. What it brought stays in the library.</p>
      </Ask>
    </li>
  );
}
