import { type RefObject, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { serverUrl } from '@/api/client';
import { probeFile } from '@/api/probe';
import type { Item } from '@/api/types';
import { progressOfTime, resumeTime } from '../progress';
import { useWatch } from '../useWatch';
import type { Place } from '../watch';
import { type Conversion, Playback, type PlaybackState } from './playback';
import { Timeline } from './timeline';

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

interface Habits {
  speed: number;
  volume: number;
}

interface PlaybackHandle<E extends HTMLMediaElement> {
  playback: Playback;
  state: PlaybackState;
  ref: RefObject<E | null>;
}

/** What can be played instead of the files; `converted` begins with it. */
interface Conversions {
  conversions?: readonly Conversion[];
  converted?: boolean;
}

const NONE: readonly Conversion[] = [];

/** A player for the files of an item: goes on where it was left, and keeps my progress. */
export function usePlayback<E extends HTMLMediaElement>(
  item: Item,
  habit: 'audio' | 'video',
  { conversions = NONE, converted = false }: Conversions = {},
): PlaybackHandle<E> {
  const watch = useWatch(item);
  const known = useRef(conversions);
  known.current = conversions;
  const ref = useRef<E>(null);
  const [playback] = useState(() => {
    const total = new Timeline(item.files.map((file) => file.duration)).total ?? item.duration;
    return new Playback({
      ...recallHabits(habit),
      sources: item.files.map((file) => ({ ...file, url: serverUrl(file.url) })),
      startAt: resumeTime(item.me.progress, total),
      onChange: (what, time, whole) => {
        const place = placeOf(item, time, whole);
        if (what === 'playing') watch.start(place, playback.snapshot().speed);
        else if (what === 'time') watch.at(place);
        else if (what === 'jumped') watch.seek(place);
        else if (what === 'ended') watch.end(place);
        else {
          watch.at(place);
          watch.pause();
        }
      },
      probe: probeFile,
      conversions: () => known.current,
      converted,
    });
  });
  useEffect(() => (ref.current ? playback.attach(ref.current) : undefined), [playback]);
  const state = useSyncExternalStore(playback.subscribe, playback.snapshot);
  const { speed, volume } = state;
  useEffect(() => watch.setRate(speed), [watch, speed]);
  useEffect(() => rememberHabits(habit, { speed, volume }), [habit, speed, volume]);
  return { playback, state, ref };
}

/** By the seconds, which tell the server how much was watched; by the share, where it does not know the length. */
function placeOf(item: Item, time: number, whole: number | null): Place {
  const fraction = progressOfTime(time, item.duration ?? whole);
  const said = item.duration === null && fraction !== null ? { progress: fraction } : { position: time };
  return { said, fraction };
}

/** The next slower or faster step. */
export function stepSpeed(speed: number, by: 1 | -1): number {
  const next = by > 0 ? SPEEDS.find((one) => one > speed) : SPEEDS.findLast((one) => one < speed);
  return next ?? speed;
}

const keyOf = (habit: string) => `longshelf-player-${habit}`;

function recallHabits(habit: string): Habits {
  try {
    const { speed, volume } = JSON.parse(localStorage.getItem(keyOf(habit)) ?? '{}') as Partial<Habits>;
    return {
      speed: SPEEDS.find((one) => one === speed) ?? 1,
      volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : 1,
    };
  } catch {
    return { speed: 1, volume: 1 };
  }
}

function rememberHabits(habit: string, habits: Habits): void {
  try {
    localStorage.setItem(keyOf(habit), JSON.stringify(habits));
  } catch {
    // Storage is full or forbidden: the next player starts at the usual speed.
  }
}
