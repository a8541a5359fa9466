import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import classes from './Undo.module.css';
import { reportRefusal } from './useItemKeys';

const SHOWN_MS = 12_000;

/** Says what was done, and offers to take it back for a while. */
export function offerUndo(message: string, undo: () => Promise<unknown>): void {
  const id = notifications.show({
    autoClose: SHOWN_MS,
    closeButtonProps: { 'aria-label': 'Close' },
    message: (
      <span className={classes.undo}>
        <span>{message}</span>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            void undo().catch(reportRefusal);
          }}
        >
          Undo
        </Button>
      </span>
    ),
  });
}
