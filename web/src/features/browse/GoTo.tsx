import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { formatCount } from '@/core/format';
import { type Mark, spacedMarks } from '@/core/rail';
import classes from './BrowsePage.module.css';

interface GoToProps {
  onClose: () => void;
  total: number;
  marks: readonly Mark[];
  onGo: (index: number) => void;
}

/** Straight to a position, or to one of the places the rail knows by name. */
export default function GoTo({ onClose, total, marks, onGo }: GoToProps) {
  const [text, setText] = useState('');
  const go = (index: number) => {
    onClose();
    onGo(Math.max(0, Math.min(index, total - 1)));
  };
  const wanted = Number.parseInt(text.replaceAll(/\D/g, ''), 10);
  return (
    <Modal opened onClose={onClose} title="Go to" size="sm">
      <form
        className={classes.goTo}
        onSubmit={(event) => {
          event.preventDefault();
          if (Number.isFinite(wanted)) go(wanted - 1);
        }}
      >
        <TextInput
          data-autofocus
          inputMode="numeric"
          label={`Item, 1 to ${formatCount(total)}`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!Number.isFinite(wanted)}>
          Go
        </Button>
      </form>
      <div className={classes.goToMarks}>
        {spacedMarks(marks, total, 0.01).map((mark) => (
          <Button key={mark.pos} size="compact-sm" variant="default" onClick={() => go(mark.pos)}>
            {mark.label}
          </Button>
        ))}
      </div>
    </Modal>
  );
}
