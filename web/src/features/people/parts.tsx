import type { ReactNode } from 'react';
import { ApiError, problemAt } from '@/api/errors';
import type { Account } from '@/api/people';
import rows from '@/ui/Rows.module.css';
import classes from './People.module.css';

export function Face({ name }: { name: string }) {
  return (
    <span className={rows.sign} data-round aria-hidden="true">
      {name.trim().charAt(0).toUpperCase()}
    </span>
  );
}

export function Badges({ user, self }: { user: Account; self: boolean }) {
  return (
    <>
      {self && <span className={rows.badge}>You</span>}
      {user.admin && <span className={rows.badge}>Administrator</span>}
      {user.disabled && (
        <span className={rows.badge} data-alert>
          Disabled
        </span>
      )}
      {user.linked && <span className={rows.badge}>Sign-in service</span>}
    </>
  );
}

export function Section({ title, text, children }: { title: string; text?: ReactNode; children?: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <h2>{title}</h2>
      {text && <p className={classes.text}>{text}</p>}
      {children}
    </section>
  );
}

export function Ghosts({ count }: { count: number }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <div key={at} className={rows.ghost} />
      ))}
    </div>
  );
}

/** What was refused for a reason that no single field holds. */
export function generalProblem(error: Error | null, fields: readonly string[]): string | null {
  if (error === null) return null;
  const field = error instanceof ApiError ? error.field : null;
  const shown = field !== null && fields.some((one) => field === one || field.startsWith(`${one}[`));
  return shown ? null : error.message;
}

export const SHORTEST_PASSWORD = 8;

/** A name that is taken is a conflict, which names no field; it is the name's. */
export function nameProblem(error: Error | null): string | null {
  return error instanceof ApiError && error.status === 409 ? error.message : problemAt(error, 'name');
}
