import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ScrollSurface, WindowScroll } from './windowScroll';

/** Behaves as a browser does: scrollTop stays within the content, and its height is what we were told. */
class FakeSurface implements ScrollSurface {
  clientHeight = 800;
  height = 0;
  private top = 0;

  get scrollTop(): number {
    return this.top;
  }
  set scrollTop(value: number) {
    this.top = Math.max(0, Math.min(value, this.height - this.clientHeight));
  }
  setHeight(px: number): void {
    this.height = px;
    this.scrollTop = this.top;
  }
}

const ROWS = 10_000_000;
const ROW_HEIGHT = 280;

function engine(rows = ROWS, windowPx?: number) {
  const surface = new FakeSurface();
  const scroll = new WindowScroll({ now: () => Date.now(), ...(windowPx ? { windowPx } : {}) });
  const detach = scroll.attach(surface);
  scroll.configure(rows, ROW_HEIGHT);
  const wheel = (px: number) => {
    vi.advanceTimersByTime(16);
    surface.scrollTop += px;
    scroll.onScroll();
  };
  const rest = () => vi.advanceTimersByTime(200);
  return { surface, scroll, wheel, rest, detach };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('window scroll over ten million rows', () => {
  it('never makes the element taller than its window', () => {
    const { surface, scroll } = engine();
    scroll.jump(5_000_000);
    expect(surface.height).toBeLessThanOrEqual(2_000_000);
  });

  it('reaches both ends exactly', () => {
    const { scroll } = engine();
    scroll.jump(Number.POSITIVE_INFINITY);
    expect(scroll.frame().bottom).toBe(ROWS - 1);
    expect(scroll.position).toBeCloseTo(scroll.end, 6);
    scroll.jump(-5);
    expect(scroll.position).toBe(0);
    expect(scroll.frame().top).toBe(0);
  });

  it('keeps the position through idle rebases', () => {
    const { scroll, surface, rest } = engine();
    surface.scrollTop = 1_700_000;
    scroll.onScroll();
    const before = scroll.position;
    rest();
    expect(scroll.position).toBeCloseTo(before, 6);
    expect(scroll.frame().origin).toBeGreaterThan(0);
    expect(surface.scrollTop).toBeCloseTo(1_000_000, -3);
  });

  it('moves every pixel it is sent through forced rebases, forwards and back', () => {
    const { scroll, wheel } = engine(ROWS, 30_000);
    for (let step = 0; step < 1000; step++) wheel(120);
    expect(scroll.position * ROW_HEIGHT).toBeCloseTo(120_000, 3);
    expect(scroll.frame().origin).toBeGreaterThan(0);
    for (let step = 0; step < 1000; step++) wheel(-120);
    expect(scroll.position).toBeCloseTo(0, 6);
    expect(scroll.frame().origin).toBe(0);
  });

  it('walks into the real end from a window near it', () => {
    const { scroll, wheel } = engine(1_000, 30_000);
    for (let step = 0; step < 700; step++) wheel(1_000);
    expect(scroll.frame().bottom).toBe(999);
    expect(scroll.position).toBeCloseTo(scroll.end, 6);
  });

  it('scrolls a short list natively, without ever moving the window', () => {
    const { scroll, wheel, rest } = engine(500);
    for (let step = 0; step < 300; step++) wheel(500);
    rest();
    expect(scroll.frame()).toMatchObject({ origin: 0, bottom: 499 });
  });
});

describe('frames', () => {
  it('draws the visible rows, one more above and two more below at rest', () => {
    const { scroll } = engine();
    scroll.jump(1_000);
    expect(scroll.frame()).toMatchObject({ top: 1_000, bottom: 1_002, first: 999, last: 1_004, moving: false });
  });

  it('draws more rows ahead at speed, in the direction of travel', () => {
    const { scroll, wheel } = engine();
    scroll.jump(1_000);
    for (let step = 0; step < 30; step++) wheel(40);
    const down = scroll.frame();
    expect(down.last - down.bottom).toBeGreaterThan(2);
    expect(down.top - down.first).toBe(2);
    for (let step = 0; step < 60; step++) wheel(-40);
    const up = scroll.frame();
    expect(up.top - up.first).toBeGreaterThan(2);
    expect(up.last - up.bottom).toBe(2);
  });

  it('is fast above four viewports a second or while scrubbing, and moving until it rests', () => {
    const { scroll, wheel, rest } = engine();
    for (let step = 0; step < 40; step++) wheel(200);
    expect(scroll.frame()).toMatchObject({ moving: true, fast: true });
    rest();
    expect(scroll.frame()).toMatchObject({ moving: false, fast: false });
    scroll.scrub(true);
    expect(scroll.isScrubbing).toBe(true);
    expect(scroll.frame().fast).toBe(true);
  });

  it('tells its listeners only of differences', () => {
    const { scroll } = engine();
    const heard = vi.fn();
    const forget = scroll.subscribe(heard);
    scroll.onResize();
    expect(heard).not.toHaveBeenCalled();
    scroll.jump(50);
    expect(heard).toHaveBeenCalledTimes(1);
    forget();
    scroll.jump(90);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('shows more rows when the viewport grows', () => {
    const { scroll, surface } = engine();
    surface.clientHeight = 1_600;
    scroll.onResize();
    expect(scroll.frame().bottom).toBe(5);
  });
});

describe('jumping', () => {
  it('reveals a row with the least movement', () => {
    const { scroll } = engine();
    scroll.jump(100);
    scroll.reveal(101);
    expect(scroll.position).toBe(100);
    scroll.reveal(110);
    expect(scroll.position).toBeCloseTo(111 - scroll.viewportRows, 6);
    scroll.reveal(90);
    expect(scroll.position).toBe(90);
  });

  it('does not take a jump for a movement', () => {
    const { scroll } = engine();
    scroll.jump(5_000_000);
    scroll.onScroll();
    expect(scroll.velocity.at(Date.now())).toBe(0);
  });

  it('waits for the rows to be known', () => {
    const surface = new FakeSurface();
    const scroll = new WindowScroll();
    expect(scroll.position).toBe(0);
    scroll.attach(surface)();
    scroll.jump(4_000_000);
    expect(scroll.position).toBe(4_000_000);
    scroll.attach(surface);
    scroll.jump(5_000_000);
    expect(scroll.frame().last).toBe(-1);
    scroll.configure(ROWS, ROW_HEIGHT);
    expect(scroll.position).toBe(5_000_000);
  });

  it('stays where it was when it is taken off and put on again', () => {
    const { scroll, detach } = engine();
    scroll.jump(777_777);
    detach();
    scroll.onScroll();
    expect(scroll.frame().top).toBe(777_777);
    expect(scroll.viewportRows).toBe(0);
    scroll.configure(ROWS, ROW_HEIGHT);
    scroll.attach(new FakeSurface());
    expect(scroll.position).toBe(777_777);
  });

  it('goes where a new geometry asks and refuses an impossible one', () => {
    const { scroll } = engine();
    scroll.jump(600_000);
    scroll.configure(ROWS / 2, 200, 300_000);
    expect(scroll.position).toBe(300_000);
    scroll.configure(ROWS, Number.POSITIVE_INFINITY);
    scroll.configure(ROWS, 0);
    expect(scroll.position).toBe(300_000);
  });

  it('empties when nothing is left', () => {
    const { scroll, surface } = engine();
    scroll.configure(0, ROW_HEIGHT, 0);
    expect(surface.height).toBe(0);
    expect(scroll.frame().last).toBe(-1);
  });
});
