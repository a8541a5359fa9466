"""A browser and a pretend server for the tests here. Both start once for this folder, and end with it: Playwright's event
loop must not outlive its tests. Each test gets a page of its own with an empty profile."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.pages import Contexts, Open, fresh_contexts, opener
from tests.e2e.product import Product
from tests.e2e.synthetic import DIST

ROOT = Path(__file__).parents[2]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
BUILD = DIST / "index.html"
PATIENCE = 20  # seconds until a page that does not come to what is expected fails its test; on a loaded machine pages are slow
# No sandbox: CI runs as root in a container. The rest keeps the browser from talking to anybody but us.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = _missing()
    for item in items:
        if not item.path.is_relative_to(Path(__file__).parent):
            continue
        item.add_marker(pytest.mark.e2e)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


def _missing() -> str:
    if not BUILD.is_file():
        return "the web UI is not built: run `make web`"
    if not CHROMIUM.is_file():
        return f"no browser at {CHROMIUM}: install chromium or set CHROMIUM"
    return ""


class Server:
    """The pretend server from outside: its address, and its manners (see synthetic.py)."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, **wish: Any) -> None:
        body = json.dumps(wish).encode()
        request = urllib.request.Request(f"{self.url}/control", body, {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=PATIENCE):
            pass


@pytest.fixture(scope="package")
def running_server() -> Iterator[Server]:
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    process = subprocess.Popen(
        [*command, "tests.e2e.synthetic:app"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    server = Server(f"http://127.0.0.1:{port}")
    try:
        _wait_for(f"{server.url}/api/setup", process)
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 3 * PATIENCE  # Python imports slowly there, too
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.1)
    pytest.fail("the pretend server did not start")


@pytest.fixture
def server(running_server: Server) -> Server:
    """In its usual manners, whatever the test before did."""
    running_server.control(latency=0.0, snapshot="1", failing=False)
    return running_server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE * 1_000)
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Contexts]:
    with fresh_contexts(browser) as make:
        yield make


@pytest.fixture
def open_page(contexts: Contexts, product: Product) -> Open:
    """Opens a path of the real server that the module calls `product`."""
    return opener(contexts, product)


OpenShelf = Callable[..., Page]


@pytest.fixture
def open_shelf(browser: Browser, server: Server) -> Iterator[OpenShelf]:
    """Opens a path of the pretend server in a fresh profile; any uncaught script error fails the test at its end."""
    contexts: list[BrowserContext] = []
    failures: list[str] = []

    def open_(path: str = "/browse", *, theme: str = "dark", width: int = 1440, height: int = 900, touch: bool = False) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch)
        contexts.append(context)
        # A sandboxed frame has no storage, and runs this too.
        context.add_init_script(f"if (origin !== 'null') localStorage.setItem('longshelf-scheme', '{theme}')")
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(server.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert failures == []
