/** One scrolled grid of equal cells: engine, geometry, what to fetch, and the cell that has the keyboard focus. */
import {
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { currentTier, pageCostMs } from '@/api/listing';
import { type Geometry, type GridShape, gridGeometry, type Move, moved, rowsOf, samePlace } from '@/core/gridGeometry';
import type { PageCache } from '@/core/pageCache';
import { planScroll } from '@/core/prefetch';
import { type Frame, WindowScroll } from '@/core/windowScroll';
import type { Place } from '../places';

/** A part of a result, from index `start` on; `count` is null until the total is known. Memoise it: effects compare it. */
export interface Span {
  start: number;
  count: number | null;
}

export interface Grid {
  scroll: WindowScroll;
  frame: Frame;
  geometry: Geometry | null;
  span: Span;
  active: number;
  scroller: RefObject<HTMLDivElement | null>;
  spacer: RefObject<HTMLDivElement | null>;
  /** Whether the focus belongs to the grid; kept while the focused card is scrolled away and unmounted. */
  focused: RefObject<boolean>;
  setActive: (index: number) => void;
  move: (move: Move) => number;
  goTo: (index: number) => void;
  place: () => Place;
  visiblePages: () => readonly [number, number];
}

export function useGrid<T>(cache: PageCache<T>, span: Span, shape: GridShape, initial: Place | null): Grid {
  const [scroll] = useState(() => new WindowScroll());
  const scroller = useRef<HTMLDivElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const focused = useRef(false);
  const [active, setActive] = useState(initial?.active ?? span.start);
  const width = useSurface(scroll, scroller, spacer);
  const geometry = useMemo(() => gridGeometry(width, shape), [width, shape]);
  useGeometry(scroll, geometry, span, initial);
  const frame = useSyncExternalStore(scroll.subscribe, scroll.frame);
  useFetching(cache, scroll, frame, geometry, span, initial);

  const [start, setStart] = useState(span.start);
  if (start !== span.start) {
    setStart(span.start);
    setActive(span.start);
  }

  const columns = geometry?.columns ?? 1;
  const latest = useRef({ active, columns, span });
  latest.current = { active, columns, span };

  const actions = useMemo(() => {
    const firstVisible = () => latest.current.span.start + Math.floor(scroll.position) * latest.current.columns;
    const rowOf = (index: number) => Math.floor((index - latest.current.span.start) / latest.current.columns);
    const goTo = (index: number) => {
      scroll.jump(rowOf(index));
      setActive(index);
    };
    const move = (where: Move): number => {
      const { span: now, columns: across } = latest.current;
      const from = focused.current ? latest.current.active : firstVisible();
      const to = now.start + moved(from - now.start, where, now.count ?? 0, across, scroll.viewportRows);
      focused.current = true;
      scroll.reveal(rowOf(to));
      setActive(to);
      return to;
    };
    const place = (): Place => ({
      index: firstVisible(),
      offset: scroll.position % 1,
      active: latest.current.active,
    });
    const visiblePages = () => pagesOf(scroll.frame(), latest.current.columns, latest.current.span, cache.pageSize);
    return { goTo, move, place, visiblePages };
  }, [scroll, cache]);

  return { scroll, frame, geometry, span, active, scroller, spacer, focused, setActive, ...actions };
}

/** Connects the engine to the element and follows its size. */
function useSurface(
  scroll: WindowScroll,
  scroller: RefObject<HTMLDivElement | null>,
  spacer: RefObject<HTMLDivElement | null>,
): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    const content = spacer.current;
    if (!element || !content) return;
    const measure = () => {
      setWidth(content.clientWidth);
      scroll.onResize();
    };
    const detach = scroll.attach({
      get scrollTop() {
        return element.scrollTop;
      },
      set scrollTop(px: number) {
        element.scrollTop = px;
      },
      get clientHeight() {
        return element.clientHeight;
      },
      setHeight: (px) => {
        content.style.height = `${px}px`;
      },
    });
    const onScroll = () => scroll.onScroll();
    element.addEventListener('scroll', onScroll, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      detach();
    };
  }, [scroll, scroller, spacer]);
  return width;
}

/** Tells the engine about rows and their height; after a resize the same item is at the top, even after many in a row. */
function useGeometry(scroll: WindowScroll, geometry: Geometry | null, span: Span, initial: Place | null): void {
  const before = useRef<{ columns: number; start: number; position: number; item: number } | null>(null);
  useLayoutEffect(() => {
    if (!geometry || span.count === null) return;
    const { columns, rowHeight } = geometry;
    const last = before.current;
    const rows = rowsOf(span.count, columns);
    let position = scroll.position;
    if (!last) position = initial ? Math.floor((initial.index - span.start) / columns) + initial.offset : position;
    else if (last.start !== span.start) position = 0;
    else if (last.columns !== columns) {
      const untouched = last.position === position;
      position = untouched ? Math.floor(last.item / columns) : samePlace(position, last.columns, columns);
    }
    scroll.configure(rows, rowHeight, position);
    const item = last && last.position === scroll.position ? last.item : Math.floor(scroll.position) * columns;
    before.current = { columns, start: span.start, position: scroll.position, item };
  }, [scroll, geometry, span, initial]);
}

function useFetching<T>(
  cache: PageCache<T>,
  scroll: WindowScroll,
  frame: Frame,
  geometry: Geometry | null,
  span: Span,
  initial: Place | null,
): void {
  const wanted = useCallback(() => {
    if (span.count === null || !geometry) {
      const page = Math.floor((initial?.index ?? span.start) / cache.pageSize);
      cache.want([page, page], []);
      return;
    }
    if (frame.last < frame.first) return;
    const visible = pagesOf(frame, geometry.columns, span, cache.pageSize);
    const plan = planScroll({
      visible,
      lastPage: Math.floor((span.start + span.count - 1) / cache.pageSize),
      velocity: scroll.velocity.at(performance.now()),
      direction: scroll.velocity.direction,
      rowsPerPage: cache.pageSize / geometry.columns,
      costMs: pageCostMs(),
      tier: currentTier(),
      scrubbing: scroll.isScrubbing,
    });
    cache.want(visible, plan.ahead, plan.fetchVisible);
  }, [cache, scroll, frame, geometry, span, initial]);
  useEffect(wanted, [wanted]);
}

function pagesOf(frame: Frame, columns: number, span: Span, pageSize: number): readonly [number, number] {
  const last = Math.min((frame.bottom + 1) * columns, span.count ?? 1) - 1;
  return [
    Math.floor((span.start + frame.top * columns) / pageSize),
    Math.floor((span.start + Math.max(last, 0)) / pageSize),
  ];
}
