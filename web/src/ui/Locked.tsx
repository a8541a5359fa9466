import { Button } from '@mantine/core';
import { Lock as LockIcon, LockOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Lock } from '@/api/editing';
import { formatAgo } from '@/core/format';
import classes from './Locked.module.css';

interface LockedProps {
  /** What the field is called on the screen. */
  name: string;
  /** Null while nobody has edited the field. */
  lock: Lock | null;
  /** The source gets it back when the form is saved. */
  released: boolean;
  /** What that means: "The next scan writes it again." */
  releasedText: string;
  onRelease: (released: boolean) => void;
  children?: ReactNode;
}

/** A field of a form, with who edited it by hand, and the way to let the source decide again. */
export function Locked({ name, lock, released, releasedText, onRelease, children }: LockedProps) {
  return (
    <div>
      {children}
      {lock && (
        <div className={classes.note}>
          <span className={classes.label}>
            {released ? <LockOpen size={13} aria-hidden="true" /> : <LockIcon size={13} aria-hidden="true" />}
            {released ? releasedText : editedText(lock)}
          </span>
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={released ? `Keep ${name} as it is` : `Let the source decide again: ${name}`}
            onClick={() => onRelease(!released)}
          >
            {released ? 'Keep it as it is' : 'Let the source decide again'}
          </Button>
        </div>
      )}
    </div>
  );
}

function editedText({ user_name, locked_at }: Lock): string {
  const when = formatAgo(locked_at, Date.now());
  return user_name === null ? `Edited by hand, ${when}` : `Edited by ${user_name}, ${when}`;
}
