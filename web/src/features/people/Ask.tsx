import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './People.module.css';

interface AskProps {
  opened: boolean;
  title: string;
  action: string;
  busy: boolean;
  error: Error | null;
  onClose: () => void;
  onSure: () => void;
  children: ReactNode;
}

/** Asks before what cannot be undone, and says what goes. A refusal stays in the dialog. */
export function Ask({ opened, title, action, busy, error, onClose, onSure, children }: AskProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      {children}
      {error && (
        <p role="alert" style={{ color: 'var(--mantine-color-error)' }}>
          {error.message}
        </p>
      )}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Keep
        </Button>
        <Button color="red.8" loading={busy} onClick={onSure}>
          {action}
        </Button>
      </div>
    </Modal>
  );
}
