import { notifications } from '@mantine/notifications';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import {
  type Display,
  displayQuery,
  displaysPageQuery,
  hearDisplay,
  presumeDisplay,
  renewDisplays,
  seekDisplay,
  skipDisplay,
  soundDisplay,
  type Wish,
  wishDisplay,
} from '@/api/displays';
import { ApiError } from '@/api/errors';
import { liveEvents } from '@/api/events';

/** A page of displays, as they are now: what any administrator or screen changes is heard at once. */
export function useDisplays(q: string, page: number) {
  useNews();
  return useQuery(displaysPageQuery(q, page));
}

/** One display, as it is now. */
export function useDisplay(id: number) {
  useNews();
  return useQuery({ ...displayQuery(id), retry: (failures, error) => failures < 2 && !isGone(error) });
}

/** Whether the server says that there is no such display. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

function useNews(): void {
  const client = useQueryClient();
  useEffect(() => {
    const renew = () => void renewDisplays(client);
    const unfollow = [
      liveEvents.on('display', (display) => hearDisplay(client, display)),
      liveEvents.on('displays', renew),
      // A new stream: what was said before it is not known here.
      liveEvents.on('hello', renew),
    ];
    return () => {
      for (const end of unfollow) end();
    };
  }, [client]);
}

export interface Remote {
  wish: (wish: Wish) => void;
  skip: (way: 'next' | 'previous') => void;
  seek: (seconds: number) => void;
  sound: (sound: { volume?: number; muted?: boolean }) => void;
}

/** The remote control. What was pressed shows at once; what the server answers is the truth, and stands. */
export function useRemote(display: Display): Remote {
  const client = useQueryClient();
  const { id, current } = display;
  return useMemo(
    () => ({
      wish: (wish) =>
        act(client, id, STATES[wish] === undefined ? {} : { state: STATES[wish] }, () => wishDisplay(id, wish)),
      skip: (way) => act(client, id, {}, () => skipDisplay(id, way, current?.slot ?? null)),
      seek: (seconds) =>
        act(client, id, current ? { current: { ...current, position: seconds } } : {}, () => seekDisplay(id, seconds)),
      sound: (sound) => act(client, id, sound, () => soundDisplay(id, sound)),
    }),
    [client, id, current],
  );
}

const STATES: Partial<Record<Wish, Display['state']>> = { play: 'playing', pause: 'paused', stop: 'stopped' };

function act(client: QueryClient, id: number, shown: Partial<Display>, send: () => Promise<Display>): void {
  presumeDisplay(client, id, shown);
  send().then(
    (display) => hearDisplay(client, display),
    (error: unknown) => {
      notifications.show({
        color: 'red',
        title: 'The display was not told',
        message: error instanceof Error ? error.message : '',
      });
      void renewDisplays(client);
    },
  );
}

const TICK_MS = 500;

/** How far it is: runs on between what the screen says, as long as it plays and is there. */
export function useRunning(display: Display): number {
  const { current, state, online } = display;
  const runs = state === 'playing' && online && current !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: heard at the moment it changed
  const heardAt = useMemo(() => performance.now(), [current, state, online]);
  const [, tick] = useState(0);
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => tick((n) => n + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [runs]);
  if (!current) return 0;
  const since = runs ? (performance.now() - heardAt) / 1000 : 0;
  return Math.max(0, Math.min(current.seconds || Number.POSITIVE_INFINITY, current.position + since));
}
