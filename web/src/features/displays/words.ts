/** Displays in words. */
import type { Display, SlotStatus } from '@/api/displays';
import { formatAgo } from '@/core/format';

export function nameOf(display: Pick<Display, 'id' | 'name'>): string {
  return display.name || `Display ${display.id}`;
}

const STATES: Record<Display['state'], string> = { playing: 'Playing', paused: 'Paused', stopped: 'Stopped' };

/** "Playing", or what is the matter. */
export function stateText({ state, online, last_seen_at, current }: Display, now: number): string {
  if (!online)
    return last_seen_at === null ? 'Never connected' : `Not connected, last seen ${formatAgo(last_seen_at, now)}`;
  if (state === 'playing' && current === null) return 'Connected, with nothing to play';
  return STATES[state];
}

/** Why a display can show nothing to anybody, whatever its playlist holds; null when its person may come in. */
export function personProblem({ user }: Pick<Display, 'user'>): string | null {
  if (user === null) return 'The account it played as was removed. It shows nothing until another is chosen.';
  return user.disabled ? `The account of ${user.name} is disabled. It shows nothing until another is chosen.` : null;
}

export const OUTCOMES: Record<Exclude<SlotStatus, 'planned' | 'current'>, string> = {
  played: 'Played',
  skipped: 'Skipped',
  failed: 'Could not be shown',
  timeout: 'Did not end in time',
};
