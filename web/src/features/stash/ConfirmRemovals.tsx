import { Button, Modal, Text } from '@mantine/core';
import classes from './Stash.module.css';

interface ConfirmRemovalsProps {
  text: string;
  onClose: () => void;
  onSure: () => void;
}

export function ConfirmRemovals({ text, onClose, onSure }: ConfirmRemovalsProps) {
  return (
    <Modal opened onClose={onClose} title="Take out what is gone?">
      <Text>{text}</Text>
      <Text mt="sm">
        What people said about them is kept, and comes back with them when they are there again. If the server only
        shows less at the moment, leave it.
      </Text>
      <div className={classes.end}>
        <Button variant="default" onClick={onClose} data-autofocus>
          Leave it
        </Button>
        <Button color="red.8" onClick={onSure}>
          Take them out
        </Button>
      </div>
    </Modal>
  );
}
