import { Button, Loader } from '@mantine/core';
import { CircleAlert, CircleCheck, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Verdict.module.css';

/** What comes of trying an address while it is typed. It keeps its room, so that the form below does not jump. */
export function Trial({ children }: { children: ReactNode }) {
  return (
    <div className={classes.trial} role="status" aria-live="polite">
      {children}
    </div>
  );
}

export function Trying() {
  return (
    <p className={classes.trying}>
      <Loader size={16} aria-hidden="true" /> Trying it …
    </p>
  );
}

export function NotTriedYet() {
  return <p className={classes.hint}>It is tried as soon as there is an address. Nothing is kept before you add it.</p>;
}

interface VerdictProps {
  tone: 'good' | 'bad';
  title: string;
  icon?: LucideIcon;
  children?: ReactNode;
  /** Offers to try once more. */
  again?: (() => void) | null;
}

/** Good or bad, in colour and in words, and why. */
export function Verdict({ tone, title, icon, children, again }: VerdictProps) {
  const Icon = icon ?? (tone === 'good' ? CircleCheck : CircleAlert);
  return (
    <div className={classes.verdict} data-tone={tone}>
      <Icon size={18} aria-hidden="true" />
      <div>
        <strong>{title}</strong>
        {children}
      </div>
      {again && (
        <Button variant="default" size="xs" onClick={again}>
          Try again
        </Button>
      )}
    </div>
  );
}
