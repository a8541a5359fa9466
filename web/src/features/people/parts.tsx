import { ActionIcon } from '@mantine/core';
import { Link, type LinkProps } from '@tanstack/react-router';
import { ArrowLeft, ChevronLeft, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError, problemAt } from '@/api/errors';
import type { Account } from '@/api/people';
import { formatCount } from '@/core/format';
import classes from './People.module.css';

export function Face({ name }: { name: string }) {
  return (
    <span className={classes.face} aria-hidden="true">
      {name.trim().charAt(0).toUpperCase()}
    </span>
  );
}

export function Badges({ user, self }: { user: Account; self: boolean }) {
  return (
    <>
      {self && <span className={classes.badge}>You</span>}
      {user.admin && <span className={classes.badge}>Administrator</span>}
      {user.disabled && (
        <span className={classes.badge} data-alert>
          Disabled
        </span>
      )}
      {user.linked && <span className={classes.badge}>Sign-in service</span>}
    </>
  );
}

export function Back({ children, ...to }: { children: string } & Pick<LinkProps, 'to' | 'params'>) {
  return (
    <Link {...to} className={classes.back}>
      <ArrowLeft size={16} aria-hidden="true" />
      {children}
    </Link>
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
        <div key={at} className={classes.ghost} />
      ))}
    </div>
  );
}

interface PagesProps {
  page: number;
  total: number;
  onPage: (page: number) => void;
}

export function Pages({ page, total, onPage }: PagesProps) {
  if (total <= 1 && page === 1) return null;
  return (
    <nav className={classes.pages} aria-label="Pages">
      <ActionIcon size={40} aria-label="Previous page" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        <ChevronLeft size={20} />
      </ActionIcon>
      <span aria-live="polite">
        Page {formatCount(page)} of {formatCount(total)}
      </span>
      <ActionIcon size={40} aria-label="Next page" disabled={page >= total} onClick={() => onPage(page + 1)}>
        <ChevronRight size={20} />
      </ActionIcon>
    </nav>
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
