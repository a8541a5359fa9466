"""A whole Longshelf for browser tests: the real server with its worker, over a small generated library of real media."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import av
import httpx
from PIL import Image

from longshelf.demo.bulk import tiny_png
from longshelf.demo.library import write_library

NAME, PASSWORD = "ada", "nine green horses"
START_SECONDS = 60  # a loaded machine imports slowly
SCAN_SECONDS = 90
_TOKEN = re.compile(r"/setup\?token=(\S+)")
BROKEN = "Broken/cut short.epub"
OLD_FILM = "Films/An Old Film.avi"


class Product:
    """One running server: `token` makes its first administrator, `library` is the folder that is there to be read."""

    def __init__(self, url: str, token: str, library: Path) -> None:
        self.url = url
        self.token = token
        self.library = library
        self.client = httpx.Client(base_url=url, timeout=30, headers={"origin": url})

    def wait_until_it_answers(self) -> None:
        """The address is told when the server starts, a moment before it listens."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                if self.client.get("/readyz").is_success:
                    return
            time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def set_up(self) -> None:
        """The administrator, and the library read to its end."""
        self._post("/api/setup", token=self.token, name=NAME, password=PASSWORD)
        self._post("/api/libraries", name="Demo", folders=[str(self.library)])
        deadline = time.monotonic() + SCAN_SECONDS
        while time.monotonic() < deadline:
            scans = self.get("/api/jobs", kind="scan")["items"]
            if scans and scans[0]["state"] == "done":
                return
            time.sleep(0.3)
        raise AssertionError(f"the scan did not end: {scans}")

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def first(self, **filters: Any) -> dict[str, Any]:
        """The first item by title among those that match, in full form."""
        cards = self.get("/api/items", sort="title", page_size=1, **filters)["items"]
        return self.item(cards[0]["id"])

    def item(self, item_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/api/items/{item_id}")
        return found

    def draw_covers(self) -> None:
        """Small pictures are drawn when they are first asked for, which keeps a browser's few connections busy on a loaded machine."""
        for item in self.get("/api/items", page_size=100)["items"]:
            if item["cover"]:
                assert self.client.get(f"/{item['cover']}&w=192", timeout=120).is_success

    def session(self) -> str:
        """The value of the session cookie."""
        return str(self.client.cookies["longshelf_session"])

    def _post(self, path: str, **body: Any) -> None:
        answer = self.client.post(path, json=body)
        assert answer.is_success, answer.text


@contextmanager
def running(directory: Path, library: Path) -> Iterator[Product]:
    """The server with an empty database in `directory`, stopped at the end with all its processes."""
    with (directory / "server.log").open("w+", encoding="utf-8") as log:
        port = _free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "longshelf.cli.main", "serve", "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LONGSHELF_DATA": str(directory / "data")},
            start_new_session=True,
        )
        try:
            token = _token(process, log)
            product = Product(f"http://127.0.0.1:{port}", token, library)
            with product.client:
                product.wait_until_it_answers()
                yield product
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def scanned(directory: Path, write: Callable[[Path], object]) -> Iterator[Product]:
    """The server with its administrator, and what `write` puts into a folder read to its end."""
    library = directory / "library"
    write(library)
    with running(directory, library) as product:
        product.set_up()
        yield product


def some(**counts: int) -> Callable[[Path], object]:
    """Writes so many of the kinds named and none of the others: `some(books=6, images=8)`."""
    none = dict.fromkeys(("books", "comics", "audiobooks", "videos", "images", "pdfs"), 0)
    return lambda target: write_library(target, 11, **{**none, **counts})


def write_media(target: Path, *, pictures: int = 0) -> int:
    """Some of every kind, a film no browser plays, a broken book, and `pictures` tiny ones to make a scan last. Returns how many items
    a scan finds."""
    written = write_library(target, 11, books=4, comics=3, audiobooks=3, videos=3, images=4, pdfs=1)
    _write_avi(target / OLD_FILM)
    broken = target / BROKEN
    broken.parent.mkdir()
    broken.write_bytes(b"PK\x03\x04 and then nothing")
    for number in range(pictures):
        folder = target / "Many" / f"{number // 100:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:05d}.png").write_bytes(tiny_png(number))
    return len(written.items) + 1 + pictures


def _write_avi(path: Path) -> None:
    path.parent.mkdir()
    with av.open(str(path), "w", format="avi") as container:
        stream: Any = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        frames: Any = av.VideoFrame
        for shade in range(0, 200, 20):
            container.mux(stream.encode(frames.from_image(Image.new("RGB", (160, 120), (shade, 40, 80)))))
        container.mux(stream.encode(None))


def _token(process: subprocess.Popen[bytes], log: IO[str]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        log.seek(0)
        found = _TOKEN.search(log.read())
        if found:
            return found[1]
        time.sleep(0.1)
    log.seek(0)
    raise AssertionError(f"the server did not start:\n{log.read()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
