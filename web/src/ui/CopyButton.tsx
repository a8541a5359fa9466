import { ActionIcon } from '@mantine/core';
import { Check, Copy, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from './copyText';

const SHOWN_MS = 1_600;

/** Says by its icon whether it worked. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [worked, setWorked] = useState<boolean | null>(null);
  useEffect(() => {
    if (worked === null) return;
    const timer = setTimeout(() => setWorked(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [worked]);
  const Icon = worked === null ? Copy : worked ? Check : X;
  return (
    <ActionIcon
      size={32}
      aria-label={worked === null ? label : worked ? 'Copied' : 'Could not copy: select the text instead'}
      onClick={() => void copyText(text).then(setWorked)}
    >
      <Icon size={16} />
    </ActionIcon>
  );
}
