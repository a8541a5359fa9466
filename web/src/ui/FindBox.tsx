import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import classes from './FindBox.module.css';

interface FindBoxProps {
  /** "Find a user". */
  label: string;
  /** What is searched for now. */
  q: string;
  onFind: (q: string) => void;
}

/** Narrows a list by name, a moment after the typing rests. */
export function FindBox({ label, q, onFind }: FindBoxProps) {
  const [text, setText] = useState(q);
  const [wanted] = useDebouncedValue(text.trim(), 250);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing searches; the address changing by itself does not
  useEffect(() => {
    if (wanted !== q) onFind(wanted);
  }, [wanted]);
  return (
    <TextInput
      className={classes.find ?? ''}
      aria-label={label}
      placeholder={label}
      leftSection={<Search size={15} aria-hidden="true" />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}
