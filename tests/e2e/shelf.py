"""The browse page as a person sees it: which items are on screen, whether anything is blank, how to travel."""

from typing import Any

from playwright.sync_api import Page, expect

# Items on screen by index, and how many of the boxes on screen are still skeletons.
_ON_SCREEN = """() => {
  const grid = document.querySelector('[role=grid]');
  if (!grid) return { indexes: [], skeletons: 0 };
  const box = grid.getBoundingClientRect();
  const shown = [...grid.querySelectorAll('[data-i]')].filter((cell) => {
    const { top, bottom } = cell.getBoundingClientRect();
    return bottom > box.top + 1 && top < box.bottom - 1;
  });
  return {
    indexes: shown.filter((cell) => !cell.hasAttribute('data-skeleton')).map((cell) => Number(cell.dataset.i)),
    skeletons: shown.filter((cell) => cell.hasAttribute('data-skeleton')).length,
  };
}"""

# Counts frames in which some of the grid's viewport is covered by no cell at all, and frames with a skeleton in them.
_WATCH = """() => {
  const grid = document.querySelector('[role=grid]');
  const seen = { frames: 0, blank: 0, skeleton: 0, times: [] };
  window.__watch = seen;
  const look = (now) => {
    const box = grid.getBoundingClientRect();
    const rows = [...grid.querySelectorAll('[role=row]')].map((row) => row.getBoundingClientRect());
    const top = Math.min(...rows.map((row) => row.top));
    const bottom = Math.max(...rows.map((row) => row.bottom));
    seen.frames += 1;
    seen.times.push(now);
    if (!rows.length || top > box.top + 5 || bottom < box.bottom - 1) seen.blank += 1;
    const visible = (cell) => cell.getBoundingClientRect().bottom > box.top && cell.getBoundingClientRect().top < box.bottom;
    if ([...grid.querySelectorAll('[data-skeleton]')].some(visible)) seen.skeleton += 1;
    if (!seen.done) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def ready(page: Page) -> None:
    """Waits until everything on screen is a real item."""
    page.wait_for_function(f"() => {{ const s = ({_ON_SCREEN})(); return s.indexes.length > 0 && s.skeletons === 0; }}")


def on_screen(page: Page) -> list[int]:
    shown: dict[str, Any] = page.evaluate(_ON_SCREEN)
    return list(shown["indexes"])


def at(page: Page, index: int) -> None:
    """Waits until that item is on screen."""
    expect(page.locator(f"a[data-i='{index}']")).to_be_in_viewport()


def watch(page: Page) -> None:
    page.evaluate(_WATCH)


def watched(page: Page) -> dict[str, Any]:
    """Ends the watch: {frames, blank, skeleton, times}."""
    result: dict[str, Any] = page.evaluate("() => { window.__watch.done = true; return window.__watch; }")
    return result


def list_stats(page: Page) -> dict[str, int]:
    """The page cache's own counters for the result on screen."""
    stats: dict[str, int] = page.evaluate("() => longshelf.lists().items.results.at(-1)")
    return stats


def at_rest(page: Page) -> None:
    """What is shown is here, and so is what was guessed to be wanted next."""
    page.wait_for_function("() => longshelf.lists().items.results.at(-1).loading === 0")


def holds_few_nodes(page: Page, most: int = 700) -> None:
    """Once scrolling rests: in motion a few more rows are drawn ahead."""
    page.wait_for_function("(most) => document.body.querySelectorAll('*').length <= most", arg=most, timeout=3000)


def heap_bytes(page: Page) -> float:
    """After a collection, so that only what is held counts."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"])
