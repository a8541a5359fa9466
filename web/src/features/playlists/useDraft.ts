import { useEffect, useRef, useState } from 'react';

const PAUSE_MS = 600;

export interface Draft<T> {
  value: T;
  change: (value: T) => void;
  /** Saves what was typed without waiting for a pause. */
  flush: () => void;
}

interface Typed<T> {
  value: T;
  /** On its way; it stands until the answer is here. */
  sent: boolean;
}

/** A field that saves itself in a pause of the typing. What arrives from elsewhere does not overwrite what is being typed. */
export function useDraft<T>(saved: T, save: (value: T) => void): Draft<T> {
  const [typed, setTyped] = useState<Typed<T> | null>(null);
  const timer = useRef(0);
  const latest = useRef({ saved, save, typed });
  latest.current = { saved, save, typed };
  const hold = (next: Typed<T> | null) => {
    latest.current.typed = next;
    setTyped(next);
  };
  const flush = () => {
    clearTimeout(timer.current);
    const { typed: now, saved: before } = latest.current;
    if (!now || now.sent) return;
    if (Object.is(now.value, before)) hold(null);
    else {
      hold({ value: now.value, sent: true });
      latest.current.save(now.value);
    }
  };
  const flushed = useRef(flush);
  flushed.current = flush;
  useEffect(() => () => flushed.current(), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when what is saved changes, it is what was sent, or newer
  useEffect(() => setTyped((now) => (now?.sent ? null : now)), [saved]);
  return {
    value: typed ? typed.value : saved,
    change: (value) => {
      hold({ value, sent: false });
      clearTimeout(timer.current);
      timer.current = window.setTimeout(() => flushed.current(), PAUSE_MS);
    },
    flush,
  };
}
