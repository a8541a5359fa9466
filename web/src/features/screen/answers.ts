/**
 * What an answer that is none means. Between a screen and its server stand proxies with words of their own, during an update
 * above all: only what the server itself says counts against a screen or a slot.
 */
import { ApiError } from '@/api/errors';

/** No proxy has this word: only the server says it, of a screen whose display an administrator removed. */
const REMOVED = 'screen_removed';

/**
 * `away`: wait and try again; `unknown`: the server knows no such screen, or not yet; `removed`: its display was removed, for
 * good; `refused`: it will never have it.
 */
export type Verdict = 'away' | 'unknown' | 'removed' | 'refused';

export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof ApiError) || isBusy(error.status)) return 'away';
  if (error.status === 410 && error.code === REMOVED) return 'removed';
  if (error.status === 404) return error.code === 'not_found' ? 'unknown' : 'away';
  // Without a code of its own it is not the server that speaks.
  return error.code === String(error.status) ? 'away' : 'refused';
}

/** Whether an answer to a request for media says something of the way, and nothing of the media. */
export function isAway({ status, headers }: Response): boolean {
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true;
  return isBusy(status) || (status === 404 && !isProblem);
}

/** How long the server asks to be left alone, in milliseconds. */
export function askedToWait({ headers }: Response): number {
  const seconds = Number(headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}

function isBusy(status: number): boolean {
  return status >= 500 || status === 429;
}
