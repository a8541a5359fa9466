import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { type Preview, previewQuery } from '@/api/people';
import classes from './Editor.module.css';
import { previewWords } from './words';

const LeaveDialog = lazy(async () => ({ default: (await import('./LeaveDialog')).LeaveDialog }));

const PAUSE_MS = 350;

/** What the draft would hide. The old figure stays, dimmed, until the new one is here. */
export function usePreview(path: string, body: string) {
  const [wanted] = useDebouncedValue(body, PAUSE_MS);
  const { data, error, isPlaceholderData } = useQuery(previewQuery(path, wanted));
  return { preview: data, error, stale: isPlaceholderData || wanted !== body };
}

interface SaveBarProps {
  preview: Preview | undefined;
  previewError: Error | null;
  stale: boolean;
  changed: boolean;
  saving: boolean;
  /** Why saving did not work, where no field of the page says it. */
  problem: string | null;
  onSave: () => void;
  onDiscard: () => void;
}

/** Always in sight below the rules: the effect of the whole, and the way to make it so. */
export function SaveBar({ preview, previewError, stale, changed, saving, problem, onSave, onDiscard }: SaveBarProps) {
  const share = preview ? preview.hidden_items / Math.max(1, preview.hidden_items + preview.visible_items) : 0;
  return (
    <section className={classes.bar} aria-label="Effect">
      <div className={classes.effect} data-stale={stale || undefined} aria-live="polite" aria-busy={stale}>
        <span className={classes.share} aria-hidden="true">
          <i style={{ width: `${share * 100}%` }} />
        </span>
        <span>{preview ? previewWords(preview, changed) : (previewError?.message ?? 'Counting …')}</span>
      </div>
      {problem && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      <div className={classes.barButtons}>
        <Button variant="default" disabled={!changed || saving} onClick={onDiscard}>
          Discard
        </Button>
        <Button disabled={!changed} loading={saving} onClick={onSave}>
          Save
        </Button>
      </div>
    </section>
  );
}

/** Asks before changes that were not saved are lost, also when the tab is closed. */
export function LeaveGuard({ changed }: { changed: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => changed && current.pathname !== next.pathname,
    enableBeforeUnload: () => changed,
    withResolver: true,
  });
  return (
    <Suspense>{status === 'blocked' && <LeaveDialog onStay={() => reset?.()} onLeave={() => proceed?.()} />}</Suspense>
  );
}
