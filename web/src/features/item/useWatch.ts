import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { patchMine } from '@/api/me';
import { sendPing } from '@/api/personal';
import type { Item, Me } from '@/api/types';
import { itemQuery } from './itemApi';
import { type Place, sessionWord, Watch } from './watch';

const IDLE_MS = 3 * 60_000; // nobody looks longer at a page without moving anything
const BEAT_MS = 10_000;
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Tells the server what is played of this item, and shows my progress at once; says the last place when the page goes. */
export function useWatch(item: Item): Watch {
  const client = useQueryClient();
  const [watch] = useState(() => {
    const { queryKey } = itemQuery(item.id);
    const show = (me: Partial<Me>) => {
      client.setQueryData(queryKey, (now) => (now === undefined ? now : { ...now, me: { ...now.me, ...me } }));
    };
    return new Watch({
      session: sessionWord(),
      show: (progress) => {
        show({ progress });
        patchMine(item.id, { progress });
      },
      send: async (ping) => {
        const { applied, me } = await sendPing(item.id, ping);
        if (!applied) return;
        // An answer from before this ping would bring the old state back.
        await client.cancelQueries({ queryKey, exact: true });
        show(me);
        patchMine(item.id, me, true);
      },
    });
  });
  useEffect(() => {
    const flush = () => watch.flush();
    const leave = () => watch.pause();
    document.addEventListener('visibilitychange', flush);
    window.addEventListener('pagehide', leave);
    return () => {
      document.removeEventListener('visibilitychange', flush);
      window.removeEventListener('pagehide', leave);
      watch.close();
    };
  }, [watch]);
  return watch;
}

/**
 * Reading as watching: it runs while the page is visible and somebody is there. Who has not moved anything for some minutes
 * has put the book down.
 */
export function useReading(item: Item, place: Place, atEnd: boolean): void {
  const watch = useWatch(item);
  const latest = useRef(place);
  const signAt = useRef(0);
  const key = JSON.stringify(place.said);

  useEffect(() => {
    signAt.current = performance.now();
    const go = () => document.visibilityState === 'visible' && watch.start(latest.current);
    const sign = () => {
      signAt.current = performance.now();
      go();
    };
    const look = () => {
      if (document.visibilityState === 'visible') sign();
      else watch.pause();
    };
    const beat = setInterval(() => {
      if (performance.now() - signAt.current > IDLE_MS) watch.pause();
      else watch.at(latest.current);
    }, BEAT_MS);
    sign();
    document.addEventListener('visibilitychange', look);
    for (const name of SIGNS) document.addEventListener(name, sign, { passive: true });
    return () => {
      clearInterval(beat);
      document.removeEventListener('visibilitychange', look);
      for (const name of SIGNS) document.removeEventListener(name, sign);
    };
  }, [watch]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: places compare by what is said of them
  useEffect(() => {
    const turned = latest.current !== place;
    latest.current = place;
    if (turned) {
      // The text of a book is a frame of its own, whose events do not come here: turning is the sign.
      signAt.current = performance.now();
      watch.start(place);
    }
    watch.at(place);
    if (atEnd) watch.flush();
  }, [watch, key, atEnd]);
}
