import { Button } from '@mantine/core';
import { CloudOff, type LucideIcon, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError, OfflineError } from '@/api/errors';
import classes from './States.module.css';

interface EmptyStateProps {
  icon?: LucideIcon;
  title: string;
  children?: ReactNode;
  /** One primary action, no more. */
  action?: ReactNode;
}

export function EmptyState({ icon: Icon = SearchX, title, children, action }: EmptyStateProps) {
  return (
    <div className={classes.state}>
      <span className={classes.badge}>
        <Icon size={28} strokeWidth={1.5} aria-hidden="true" />
      </span>
      <h2 className={classes.title}>{title}</h2>
      {children && <p className={classes.text}>{children}</p>}
      {action}
    </div>
  );
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div role="alert">
      <EmptyState
        icon={error instanceof OfflineError ? CloudOff : SearchX}
        title={headline(error)}
        action={onRetry && <Button onClick={onRetry}>Try again</Button>}
      >
        {error instanceof Error ? error.message : 'No reason was given.'}
      </EmptyState>
    </div>
  );
}

function headline(error: unknown): string {
  if (error instanceof OfflineError) return 'Longshelf is not answering';
  if (error instanceof ApiError && error.status === 404) return 'There is nothing here';
  if (error instanceof ApiError && error.status < 500) return 'That request does not work';
  return 'Something went wrong';
}
