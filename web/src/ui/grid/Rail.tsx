import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef } from 'react';
import { formatCount } from '@/core/format';
import { labelAt, type Mark, scrubGain, spacedMarks } from '@/core/rail';
import type { WindowScroll } from '@/core/windowScroll';
import classes from './Rail.module.css';

interface RailProps {
  scroll: WindowScroll;
  total: number;
  columns: number;
  marks: readonly Mark[];
}

const MIN_SHARE = 0.026; // labels closer than this to each other would touch

/** The scrollbar of a list too long for scrollbars: it works in items, not pixels, and names the places it passes. */
export function Rail({ scroll, total, columns, marks }: RailProps) {
  const rail = useRef<HTMLDivElement>(null);
  const bubble = useRef<HTMLDivElement>(null);
  const drag = useScrubbing(scroll, rail);
  const shown = useMemo(() => spacedMarks(marks, total, MIN_SHARE), [marks, total]);

  useEffect(() => {
    const describe = (position: number) => {
      const index = Math.min(Math.floor(position) * columns, Math.max(0, total - 1));
      const label = labelAt(marks, index);
      return `${label ? `${label} · ` : ''}${formatCount(index + 1)}`;
    };
    // Written past React: this runs on every frame of a scroll.
    const follow = () => {
      const element = rail.current;
      if (!element) return;
      const text = describe(scroll.position);
      element.style.setProperty('--at', String(scroll.end > 0 ? scroll.position / scroll.end : 0));
      element.setAttribute('aria-valuenow', String(Math.floor(scroll.position) * columns + 1));
      element.setAttribute('aria-valuetext', text);
      element.toggleAttribute('data-moving', scroll.frame().moving || scroll.isScrubbing);
      if (bubble.current) bubble.current.textContent = text;
    };
    follow();
    return scroll.subscribe(follow);
  }, [scroll, marks, total, columns]);

  return (
    <div
      ref={rail}
      className={classes.rail}
      data-bare={shown.length === 0 || undefined}
      role="slider"
      tabIndex={0}
      aria-label="Position in the list"
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={Math.max(1, total)}
      aria-valuenow={1}
      onKeyDown={(event) => steer(event, scroll)}
      {...drag}
    >
      {shown.map((mark) => (
        <span
          key={mark.pos}
          className={classes.mark}
          style={{ top: `${(mark.pos / total) * 100}%` }}
          aria-hidden="true"
        >
          {mark.label}
        </span>
      ))}
      <div className={classes.thumb} aria-hidden="true">
        <div ref={bubble} className={classes.bubble} />
      </div>
    </div>
  );
}

/** Where the pointer is, there the list is; moving it sideways away from the rail makes it finer. One jump a frame. */
function useScrubbing(scroll: WindowScroll, rail: React.RefObject<HTMLDivElement | null>) {
  const ratio = useRef(0);
  const lastY = useRef(0);
  const request = useRef(0);
  useEffect(() => () => cancelAnimationFrame(request.current), []);

  const go = () => {
    cancelAnimationFrame(request.current);
    request.current = requestAnimationFrame(() => scroll.jump(ratio.current * scroll.end));
  };
  const boxOf = (event: PointerEvent) =>
    rail.current?.getBoundingClientRect() ?? event.currentTarget.getBoundingClientRect();
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      const box = boxOf(event);
      event.currentTarget.setPointerCapture(event.pointerId);
      scroll.scrub(true);
      ratio.current = within((event.clientY - box.top) / box.height);
      lastY.current = event.clientY;
      go();
    },
    onPointerMove: (event: PointerEvent) => {
      if (!scroll.isScrubbing) return;
      const box = boxOf(event);
      const gain = scrubGain(box.left - event.clientX);
      const absolute = gain === 1 ? (event.clientY - box.top) / box.height : null;
      ratio.current = within(absolute ?? ratio.current + ((event.clientY - lastY.current) / box.height) * gain);
      lastY.current = event.clientY;
      go();
    },
    onPointerUp: () => scroll.scrub(false),
    onPointerCancel: () => scroll.scrub(false),
  };
}

function steer(event: KeyboardEvent, scroll: WindowScroll): void {
  const steps: Record<string, number> = {
    ArrowUp: scroll.position - scroll.viewportRows,
    ArrowDown: scroll.position + scroll.viewportRows,
    PageUp: scroll.position - scroll.end / 100,
    PageDown: scroll.position + scroll.end / 100,
    Home: 0,
    End: scroll.end,
  };
  const target = steps[event.key];
  if (target === undefined) return;
  event.preventDefault();
  scroll.jump(target);
}

function within(ratio: number): number {
  return Math.max(0, Math.min(ratio, 1));
}
