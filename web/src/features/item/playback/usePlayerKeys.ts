import type { KeyEventLike } from '@/core/keymap';
import { useKeys } from '@/ui/keys';
import type { Playback } from './playback';
import { stepSpeed } from './usePlayback';

const GROUP = 'Player';
const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/**
 * `f` and the digits mean "favourite" and "rate" on an item page. They steer the player only where it is clearly meant:
 * in full screen, or when something in it has the focus.
 */
export function playerIsMeant(event: KeyEventLike): boolean {
  const inside = event.target instanceof Element && event.target.closest('[data-player]') !== null;
  return inside || (document.fullscreenElement?.closest('[data-player]') ?? null) !== null;
}

interface Extras {
  skipSeconds: number;
  fullScreen?: () => void;
  previous?: () => void;
  next?: () => void;
}

export function usePlayerKeys(playback: Playback, { skipSeconds, fullScreen, previous, next }: Extras): void {
  const state = playback.snapshot;
  useKeys([
    { keys: ['Space', 'k'], label: 'Play or pause', group: GROUP, run: playback.toggle, when: isNotOnButton },
    { keys: ['ArrowLeft'], label: 'Back 5 seconds', group: GROUP, run: () => playback.skip(-5) },
    { keys: ['ArrowRight'], label: 'Forward 5 seconds', group: GROUP, run: () => playback.skip(5) },
    { keys: ['j'], label: `Back ${skipSeconds} seconds`, group: GROUP, run: () => playback.skip(-skipSeconds) },
    { keys: ['l'], label: `Forward ${skipSeconds} seconds`, group: GROUP, run: () => playback.skip(skipSeconds) },
    { keys: ['ArrowUp'], label: 'Louder', group: GROUP, run: () => louder(playback, 0.1), when: playerIsMeant },
    { keys: ['ArrowDown'], label: 'Quieter', group: GROUP, run: () => louder(playback, -0.1), when: playerIsMeant },
    { keys: ['m'], label: 'Sound on or off', group: GROUP, run: playback.toggleMute },
    { keys: ['<'], label: 'Slower', group: GROUP, run: () => playback.setSpeed(stepSpeed(state().speed, -1)) },
    { keys: ['>'], label: 'Faster', group: GROUP, run: () => playback.setSpeed(stepSpeed(state().speed, 1)) },
    {
      keys: DIGITS,
      label: 'Go to 0–90 % (in the player)',
      group: GROUP,
      when: playerIsMeant,
      run: (event) => playback.seek(((state().total ?? 0) * Number(event.key)) / 10),
    },
    ...(fullScreen
      ? [{ keys: ['f'], label: 'Full screen (in the player)', group: GROUP, when: playerIsMeant, run: fullScreen }]
      : []),
    ...(previous ? [{ keys: ['p'], label: 'Previous chapter', group: GROUP, run: previous }] : []),
    ...(next ? [{ keys: ['n'], label: 'Next chapter', group: GROUP, run: next }] : []),
  ]);
}

function louder(playback: Playback, by: number): void {
  const { volume, muted } = playback.snapshot();
  playback.setVolume((muted ? 0 : volume) + by);
}

/** Space on a focused button or link is a press of that button. */
function isNotOnButton(event: KeyEventLike): boolean {
  return (
    event.key !== ' ' || !(event.target instanceof Element && event.target.closest('button,a,summary,[role^=menu]'))
  );
}
