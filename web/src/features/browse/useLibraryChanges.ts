import { useEffect, useRef, useState } from 'react';
import { liveEvents } from '@/api/events';

const PAUSE_MS = 4_000; // a scan reports many times a second; a list that renews itself that often cannot be read

/**
 * True after the library changed. While the reader is at the top and idle (`renew` says so by doing it and returning true) the
 * list renews itself instead, so that a first scan fills the screen as it goes.
 */
export function useLibraryChanges(renew: () => boolean): [changed: boolean, settle: () => void] {
  const [changed, setChanged] = useState(false);
  const latest = useRef(renew);
  latest.current = renew;
  useEffect(() => {
    let timer = 0;
    const unfollow = liveEvents.on('library', () => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        if (!latest.current()) setChanged(true);
      }, PAUSE_MS);
    });
    return () => {
      clearTimeout(timer);
      unfollow();
    };
  }, []);
  return [changed, () => setChanged(false)];
}
