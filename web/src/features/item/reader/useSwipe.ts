import { type TouchEvent, useRef } from 'react';

const FAR_PX = 50;

/** A quick horizontal stroke of one finger. */
export function useSwipe(onSwipe: (direction: 'left' | 'right') => void, enabled: boolean) {
  const start = useRef<{ x: number; y: number } | null>(null);
  if (!enabled) return {};
  return {
    onTouchStart: (event: TouchEvent) => {
      const touch = event.touches.item(0);
      start.current = touch && event.touches.length === 1 ? { x: touch.clientX, y: touch.clientY } : null;
    },
    onTouchEnd: (event: TouchEvent) => {
      const from = start.current;
      const touch = event.changedTouches.item(0);
      start.current = null;
      if (!from || !touch) return;
      const dx = touch.clientX - from.x;
      if (Math.abs(dx) < FAR_PX || Math.abs(dx) < 2 * Math.abs(touch.clientY - from.y)) return;
      onSwipe(dx < 0 ? 'left' : 'right');
    },
  };
}
