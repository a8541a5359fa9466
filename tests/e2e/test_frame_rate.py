"""Figures, printed and not asserted: on a shared machine frames per second say more about the neighbours than about us.

`pytest tests/e2e -m bench -s` on an idle machine."""

import statistics
import time

import pytest
from playwright.sync_api import Page

from tests.e2e import shelf
from tests.e2e.conftest import OpenShelf, Server

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("pixels", [30, 60, 180, 960])
def test_wheel(open_shelf: OpenShelf, pixels: int) -> None:
    page = open_shelf()
    shelf.ready(page)
    page.mouse.move(700, 500)
    _wheel(page, pixels, seconds=1.0)  # warm
    shelf.watch(page)
    started = time.monotonic()
    sent = _wheel(page, pixels, seconds=3.0)
    speed = sent / (time.monotonic() - started)
    seen = shelf.watched(page)
    gaps = sorted(after - before for before, after in zip(seen["times"], seen["times"][1:], strict=False))
    fps = 1000 / statistics.mean(gaps)
    print(
        f"\nwheel {speed:8,.0f} px/s: {fps:5.1f} fps, p95 {gaps[int(len(gaps) * 0.95)]:.1f} ms, worst {gaps[-1]:.1f} ms, "
        f"{seen['blank']} blank and {seen['skeleton']} skeleton frames of {seen['frames']}"
    )


def _wheel(page: Page, pixels: int, seconds: float) -> int:
    until, sent = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        page.mouse.wheel(0, pixels)
        sent += pixels
    return sent


@pytest.mark.parametrize("latency", [0.0, 0.05, 0.25])
def test_jumps_of_the_rail(open_shelf: OpenShelf, server: Server, latency: float) -> None:
    server.control(latency=latency)
    page = open_shelf()
    shelf.ready(page)
    rail = page.get_by_role("slider", name="Position in the list")
    box = rail.bounding_box()
    assert box
    times = []
    for step in range(30):
        page.mouse.move(box["x"] + 60, box["y"] + (step * 37 % 100) / 100 * box["height"])
        page.mouse.down()
        page.mouse.up()
        started = time.monotonic()
        shelf.ready(page)
        times.append((time.monotonic() - started) * 1000)
    times.sort()
    print(f"\njump at {latency * 1000:.0f} ms latency: data on screen p50 {times[15]:.0f} ms, p95 {times[28]:.0f} ms")


def test_cached_page(open_shelf: OpenShelf) -> None:
    """From the key to the frame after the page is drawn."""
    page = open_shelf("/browse?view=pages")
    shelf.ready(page)
    times = []
    for number in range(1, 31):
        page.wait_for_timeout(150)
        times.append(page.evaluate(_TURN, number * 50))
    times.sort()
    print(f"\ncached page of 50: p50 {times[15]:.0f} ms, p95 {times[28]:.0f} ms")


_TURN = """(first) => new Promise((done) => {
  const started = performance.now();
  const look = () => (document.querySelector(`a[data-i="${first}"]`)
    ? requestAnimationFrame(() => done(performance.now() - started))
    : requestAnimationFrame(look));
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: ']', bubbles: true }));
  look();
})"""
