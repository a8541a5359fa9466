"""What browser tests of the real server share: fresh profiles in which a script error fails the test, and what every page is held to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.product import Product

Contexts = Callable[..., BrowserContext]
Open = Callable[..., Page]

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: run `npm ci` in web/")
_SERIOUS = """async () => (await axe.run()).violations
  .filter((one) => ['serious', 'critical'].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`)"""


@contextmanager
def fresh_contexts(browser: Browser) -> Iterator[Contexts]:
    """Makes fresh profiles; an uncaught script error or a breach of the page's policy fails the test at its end."""
    made: list[BrowserContext] = []
    failures: list[str] = []

    def make(*, theme: str = "dark", phone: bool = False, width: int = 1440, height: int = 900) -> BrowserContext:
        size: Any = {"width": 390, "height": 844} if phone else {"width": width, "height": height}
        context = browser.new_context(viewport=size, has_touch=phone, is_mobile=phone, reduced_motion="reduce")
        context.add_init_script(f"if (location.protocol === 'http:') localStorage.setItem('longshelf-scheme', '{theme}')")
        context.on("weberror", lambda error: failures.append(str(error.error)))
        context.on("console", lambda message: failures.append(message.text) if "Content Security" in message.text else None)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert failures == []


def opener(contexts: Contexts, product: Product) -> Open:
    """Opens a path in a profile of its own, as the administrator unless told otherwise; `looks` are those of the profile."""

    def open_(path: str = "/", *, signed_in: bool = True, **looks: Any) -> Page:
        context = contexts(**looks)
        if signed_in:
            context.add_cookies([{"name": "longshelf_session", "value": product.session(), "url": product.url}])
        page = context.new_page()
        page.goto(product.url + path)
        return page

    return open_


def serious_violations(page: Page) -> list[str]:
    """What the automatic accessibility check finds on the page as it is. Evaluated, since the page's policy allows no foreign script."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_SERIOUS)
    return found


def fits_its_width(page: Page) -> bool:
    """Nothing makes the page scroll sideways."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))


def play_slowly(page: Page) -> None:
    """From now on, until the document is left, films play at a fifth of their speed: the generated ones last a few seconds, and a busy
    machine must find them still playing."""
    page.evaluate("document.addEventListener('playing', (event) => { event.target.playbackRate = 0.2; }, true)")


def until(page: Page, expression: str, seconds: float = 30) -> None:
    """Waits until it is true. Not wait_for_function: that evaluates inside the page, where its policy forbids it."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(50)


def until_so(page: Page, happens: Callable[[], bool], seconds: float = 30) -> None:
    """Waits until it has come to that, outside the page."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not come to that"
        page.wait_for_timeout(100)
