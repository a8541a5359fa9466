/** Where a list was scrolled to, per history entry: going back lands on the same item, also after a reload. */

export interface Place {
  /** Index of the first item on screen, and how far it is scrolled past, in rows. */
  index: number;
  offset: number;
  /** The item with the keyboard focus. */
  active: number;
}

const PREFIX = 'longshelf-place:';
const KEPT = 50;

export function rememberPlace(entry: string, place: Place): void {
  try {
    sessionStorage.removeItem(PREFIX + entry);
    forgetOldest();
    sessionStorage.setItem(PREFIX + entry, JSON.stringify(place));
  } catch {
    // Storage is full or forbidden: going back then starts at the top.
  }
}

export function recallPlace(entry: string): Place | null {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + entry) ?? 'null') as Place | null;
  } catch {
    return null;
  }
}

function forgetOldest(): void {
  const ours = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  for (const key of ours.slice(0, Math.max(0, ours.length - KEPT + 1))) sessionStorage.removeItem(key);
}
