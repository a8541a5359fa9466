import { Button, Modal } from '@mantine/core';
import classes from './Editor.module.css';

export function LeaveDialog({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  return (
    <Modal opened onClose={onStay} title="Leave without saving?">
      <p className={classes.ask}>What you changed here is not saved yet.</p>
      <div className={classes.barButtons}>
        <Button variant="default" onClick={onStay}>
          Stay
        </Button>
        <Button color="red.8" onClick={onLeave}>
          Leave
        </Button>
      </div>
    </Modal>
  );
}
