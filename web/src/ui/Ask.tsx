import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Ask.module.css';

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

/** Asks before something goes, and says what goes. A refusal stays in the dialog. */
export function Ask({ opened, title, action, busy, error, onClose, onSure, children }: AskProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      {children}
      {error && (
        <p role="alert" className={classes.error}>
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
