import { useEffect, useState } from 'react';

const STILL_MS = 3_000;

/** Keeps the display of the device on. The browser lets go whenever the page is hidden, so it is asked again each time. */
export function useAwake(): void {
  useEffect(() => {
    // Only over https: elsewhere the device's own settings decide.
    if (!('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const hold = async () => {
      if (over || document.visibilityState !== 'visible' || (lock && !lock.released)) return;
      try {
        lock = await navigator.wakeLock.request('screen');
      } catch {
        // Low battery, or not allowed: asked again when the page is next looked at.
      }
      if (over) void lock?.release();
    };
    const ask = () => void hold();
    ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
    };
  }, []);
}

/** True while nobody moves a pointer or presses a key. */
export function useQuiet(): boolean {
  const [quiet, setQuiet] = useState(false);
  useEffect(() => {
    let timer = window.setTimeout(() => setQuiet(true), STILL_MS);
    const stir = () => {
      setQuiet(false);
      clearTimeout(timer);
      timer = window.setTimeout(() => setQuiet(true), STILL_MS);
    };
    const events = ['pointermove', 'pointerdown', 'keydown'] as const;
    for (const name of events) document.addEventListener(name, stir, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const name of events) document.removeEventListener(name, stir);
    };
  }, []);
  return quiet;
}
