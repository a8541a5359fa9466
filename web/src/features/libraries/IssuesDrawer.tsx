import { Button, CloseButton, Drawer, Loader, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { CircleCheck, Search } from 'lucide-react';
import { useState } from 'react';
import type { ScanIssue } from '@/api/types';
import { formatAgo, plural } from '@/core/format';
import { EmptyState, ErrorState } from '@/ui/States';
import classes from './LibrariesPage.module.css';
import { issuesQuery } from './librariesApi';

interface IssuesDrawerProps {
  libraryId: number;
  name: string;
  onClose: () => void;
}

/** Files that could not be taken in, each with its reason. They are tried again when they change, or at a full scan. */
export function IssuesDrawer({ libraryId, name, onClose }: IssuesDrawerProps) {
  const [text, setText] = useState('');
  const query = useInfiniteQuery(issuesQuery(libraryId));
  const all = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.pagination.total_count ?? 0;
  const shown = matching(all, text);
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={name ? `Problems in ${name}` : 'Problems'}>
      {query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Loader aria-label="Loading" />}
      {query.data && total === 0 && (
        <EmptyState icon={CircleCheck} title="No problems">
          Every file of the last scan could be read.
        </EmptyState>
      )}
      {total > 0 && (
        <>
          <TextInput
            aria-label="Search the problems"
            placeholder="Path or reason"
            leftSection={<Search size={16} aria-hidden="true" />}
            rightSection={text && <CloseButton size="sm" aria-label="Clear" onClick={() => setText('')} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <p className={classes.issueCount} aria-live="polite">
            {text
              ? `${plural(shown.length, 'match', 'matches')} among ${plural(all.length, 'problem')}`
              : plural(total, 'problem')}
          </p>
          <ul className={classes.issueList}>
            {shown.map((issue) => (
              <li key={`${issue.root} ${issue.path}`}>
                <p className={classes.reason}>{issue.reason}</p>
                <p className={classes.path}>{issue.path}</p>
                <p className={classes.since}>Since {formatAgo(issue.first_seen_at, Date.now())}</p>
              </li>
            ))}
          </ul>
          {query.hasNextPage && (
            <Button
              variant="default"
              fullWidth
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              Show more
            </Button>
          )}
        </>
      )}
    </Drawer>
  );
}

export function matching(issues: readonly ScanIssue[], text: string): ScanIssue[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return issues.filter((issue) => {
    const hay = `${issue.path} ${issue.reason}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}
