import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type Binding, Keymap } from '@/core/keymap';

export const keymap = new Keymap();

/** Binds keys while the component is mounted. `run` may close over fresh state: it is looked up at each press. */
export function useKeys(bindings: readonly Binding[], enabled = true): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  const shape = bindings.map((one) => one.keys.join(',')).join(';');
  // biome-ignore lint/correctness/useExhaustiveDependencies: re-registering only when the set of keys changes keeps layer order stable
  useEffect(() => {
    if (!enabled) return;
    return keymap.add(
      latest.current.map((one, place) => ({
        ...one,
        run: (event) => latest.current[place]?.run(event),
        when: (event) => latest.current[place]?.when?.(event) ?? true,
      })),
    );
  }, [shape, enabled]);
}

export function useBindings(): readonly Binding[] {
  return useSyncExternalStore(keymap.subscribe, keymap.bindings);
}
