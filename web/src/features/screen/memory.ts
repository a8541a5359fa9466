/** What a screen still knows after a power cut. Where storage is forbidden it starts anew each time, and plays all the same. */
import type { Ack } from '@/api/screens';
import type { Left } from './player';

const PREFIX = 'longshelf-screen-';

interface Kept {
  code: string;
  /** What the server knew the screen by before it forgot it; it may remember. */
  former: string;
  acks: Ack[];
  left: Left;
  sound: boolean;
}

export function recall<K extends keyof Kept>(name: K): Kept[K] | null {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null') as Kept[K] | null;
  } catch {
    return null;
  }
}

export function remember<K extends keyof Kept>(name: K, value: Kept[K] | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full or forbidden.
  }
}
