import { Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, type FormEvent, useLayoutEffect, useRef, useState } from 'react';
import { serverUrl } from '@/api/client';
import { claimDisplay, hearDisplay, renewDisplays } from '@/api/displays';
import { ApiError, problemAt } from '@/api/errors';
import { FormEnd } from '@/ui/FormEnd';
import { CODE_LENGTH, codeLetters, spelledCode } from '@/ui/pairingCode';
import classes from './Displays.module.css';
import { PersonSelect } from './PersonSelect';

const GROUP = 4;

/** Makes a screen that shows a code ours. */
export default function ClaimDialog({ onClose }: { onClose: () => void }) {
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const [person, setPerson] = useState<number | null>(null);
  const client = useQueryClient();
  const claim = useMutation({
    mutationFn: () => claimDisplay(spelledCode(code), name.trim(), person),
    onSuccess: (display) => {
      hearDisplay(client, display);
      void renewDisplays(client);
      onClose();
    },
  });
  const atCode =
    claim.error instanceof ApiError && claim.error.status === 404
      ? claim.error.message
      : problemAt(claim.error, 'code');
  const atName = problemAt(claim.error, 'name');
  const whole = codeLetters(code).length === CODE_LENGTH;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (whole && name.trim()) claim.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="Add a display">
      <form onSubmit={submit}>
        <Stack gap="md">
          <p className={classes.lead}>
            Open <b className={classes.address}>{serverUrl('screen').replace(/^https?:\/\//, '')}</b> on the screen. It
            shows a code.
          </p>
          <CodeInput code={code} error={atCode} onChange={setCode} />
          <TextInput
            label="Name"
            placeholder="Hall, left of the door"
            required
            withAsterisk={false}
            maxLength={200}
            value={name}
            error={atName}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PersonSelect value={person} onChange={setPerson} />
        </Stack>
        <FormEnd
          error={atCode || atName ? null : claim.error?.message}
          action="Add"
          busy={claim.isPending}
          disabled={!whole || !name.trim()}
          onCancel={onClose}
        />
      </form>
    </Modal>
  );
}

interface CodeInputProps {
  code: string;
  error: string | null;
  onChange: (code: string) => void;
}

/** Two groups of four in one field, whatever is typed or pasted: with or without a hyphen, small or large. */
function CodeInput({ code, error, onChange }: CodeInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const caret = useRef<number | null>(null);
  // The hyphen comes and goes by itself; the caret stays behind the letter it stood behind.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the new text stands
  useLayoutEffect(() => {
    if (caret.current === null) return;
    input.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [code]);
  const change = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const letters = codeLetters(currentTarget.value.slice(0, currentTarget.selectionStart ?? undefined)).length;
    caret.current = letters > GROUP ? letters + 1 : letters;
    onChange(spelledCode(currentTarget.value));
  };
  return (
    <TextInput
      ref={input}
      label="Code"
      data-autofocus
      autoComplete="off"
      autoCapitalize="characters"
      spellCheck={false}
      placeholder="ABCD-EFGH"
      classNames={{ input: classes.codeInput ?? '' }}
      value={code}
      error={error}
      onChange={change}
    />
  );
}
