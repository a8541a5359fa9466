import type { Problem } from './types';

/** The server answered, and the answer is a refusal. `message` is a sentence fit for the person at the screen. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  /** Seconds to wait before the next try, when the server says so. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Problem, retryAfter: number | null = null) {
    super(problem.reason ?? problem.detail ?? problem.title ?? `The server answered with status ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? lastSegment(problem.type) ?? String(status);
    this.field = problem.field ?? null;
    this.retryAfter = retryAfter;
  }
}

/** What the server says against one field, to be shown there. A list's own `rules[3].ids` belongs to the field `rules`, too. */
export function problemAt(error: unknown, field: string): string | null {
  if (!(error instanceof ApiError) || error.field === null) return null;
  return error.field === field || error.field.startsWith(`${field}[`) ? error.message : null;
}

/** The server did not answer at all: it is down, or the network is. */
export class OfflineError extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached', { cause });
    this.name = 'OfflineError';
  }
}

/** Problem types are URIs such as `/problems/setup_required`; the last segment is the stable code. */
function lastSegment(type: string | undefined): string | null {
  if (!type || type === 'about:blank') return null;
  return type.split(/[/#:]/).filter(Boolean).at(-1) ?? null;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
