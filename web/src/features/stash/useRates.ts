import { useEffect, useRef, useState } from 'react';
import type { KindKept } from './stashApi';

/** Rows a second of each kind that is being read, from one look to the next. */
export function useRates(kinds: readonly KindKept[], reading: boolean): ReadonlyMap<string, number> {
  const before = useRef(new Map<string, { seen: number; at: number }>());
  const [rates, setRates] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    if (!reading) {
      before.current.clear();
      setRates((known) => (known.size === 0 ? known : new Map()));
      return;
    }
    const now = performance.now();
    setRates((known) => next(known, kinds, before.current, now));
    for (const { kind, seen } of kinds) if (typeof seen === 'number') before.current.set(kind, { seen, at: now });
  }, [kinds, reading]);
  return rates;
}

export function next(
  known: ReadonlyMap<string, number>,
  kinds: readonly KindKept[],
  before: ReadonlyMap<string, { seen: number; at: number }>,
  now: number,
): ReadonlyMap<string, number> {
  const rates = new Map(known);
  for (const { kind, seen, read } of kinds) {
    const last = before.get(kind);
    if (read || typeof seen !== 'number') rates.delete(kind);
    else if (last && now > last.at && seen > last.seen) rates.set(kind, ((seen - last.seen) * 1000) / (now - last.at));
  }
  return rates;
}
