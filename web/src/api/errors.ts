import type { Problem } from './types';

/** The server answered, and the answer is a refusal. `message` is a sentence fit for the person at the screen. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;

  constructor(status: number, problem: Problem) {
    super(problem.reason ?? problem.detail ?? problem.title ?? `The server answered with status ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? lastSegment(problem.type) ?? String(status);
    this.field = problem.field ?? null;
  }
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
