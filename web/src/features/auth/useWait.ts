import { useEffect, useState } from 'react';
import { ApiError } from '@/api/errors';

/** Seconds left until the server will look at another try; 0 when it would now. Counts down by itself. */
export function useWait(error: Error | null): number {
  const [until, setUntil] = useState<{ error: Error; at: number } | null>(null);
  const [now, setNow] = useState(() => Date.now());
  const seconds = error instanceof ApiError ? error.retryAfter : null;
  if (error !== null && seconds !== null && until?.error !== error) {
    setUntil({ error, at: Date.now() + seconds * 1000 });
    setNow(Date.now());
  }
  const at = until !== null && until.error === error ? until.at : 0;
  const left = Math.max(0, Math.ceil((at - now) / 1000));
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => setNow(Date.now()), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}
