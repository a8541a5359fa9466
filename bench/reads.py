"""What people feel while a scan runs: page requests over HTTP, first idle, then while a worker scans thousands of new files."""

import http.client
import json
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.machine import environment_for, longshelf
from longshelf.bench.machine import describe, table
from longshelf.demo import bulk

ITEMS = 20_000  # in the library that is browsed
NEW = 5_000  # EPUBs in the one that is scanned meanwhile
IDLE_REQUESTS = 4_000
PAUSE = 0.002  # seconds between requests: a busy household, not a load test
PAGES = (
    "/api/items?page_size=50",
    "/api/items?page_size=50&kind=book",
    "/api/items?page_size=50&sort=title&order=asc",
    "/api/items?page_size=50&sort=size&page=7",
    "/api/items?page_size=50&kind=image&sort=created",
)


def run(scale: float = 1.0) -> str:
    """The table of this file."""
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as place:
        base = Path(place)
        data, key = _prepare(base, scale)
        with _server(data) as port:
            client = _Client(port, key)
            _requests(client, lambda done: done < 200)  # warm
            idle = _requests(client, lambda done: done < IDLE_REQUESTS * scale)
            busy = _requests_during_scan(client, data, base / "new")
    rows = [_row("idle", idle, idle), _row(f"while {int(NEW * scale):,} EPUBs are scanned", busy, idle)]
    return f"## Reads during a scan ({describe()}; {int(ITEMS * scale):,} items)\n\n" + table("Page of 50 items over HTTP", rows)


def _prepare(base: Path, scale: float) -> tuple[Path, str]:
    data = base / "data"
    bulk.write_tree(base / "tree", int(ITEMS * scale), 1)
    bulk.write_epubs(base / "new", int(NEW * scale), 2)
    longshelf(["library", "add", "tree", "--folder", str(base / "tree")], data)
    longshelf(["scan", "tree"], data)
    environment = environment_for(data)
    add = [sys.executable, "-m", "longshelf.cli.main", "user", "add", "bench", "--admin", "--password-stdin"]
    subprocess.run(add, env=environment, input=b"a password for the bench\n", check=True, stdout=subprocess.DEVNULL)
    return data, longshelf(["key", "create", "bench"], data).result["key"]


@contextmanager
def _server(data: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "longshelf.cli.main", "serve", "--port", str(port), "--no-worker"]
    process = subprocess.Popen(command, env=environment_for(data), stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


class _Client:
    """One kept-alive connection."""

    def __init__(self, port: int, key: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str) -> bytes:
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:200]!r}")
        return body


def _requests(client: _Client, going_on: Callable[[int], bool]) -> list[float]:
    """Milliseconds of each request, while `going_on(number done)`."""
    chance = random.Random(1)
    times: list[float] = []
    while going_on(len(times)):
        path = chance.choice(PAGES)
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(PAUSE)
    return times


def _requests_during_scan(client: _Client, data: Path, library: Path) -> list[float]:
    job = longshelf(["library", "add", "new", "--folder", str(library)], data).result["job"]
    worker = subprocess.Popen([sys.executable, "-m", "longshelf.cli.main", "worker"], env=environment_for(data), stderr=subprocess.DEVNULL)
    try:
        while _state(client, job) == "queued":
            time.sleep(0.05)
        return _requests(client, lambda done: done % 20 != 0 or _state(client, job) == "running")
    finally:
        worker.terminate()
        worker.wait()


def _state(client: _Client, job: int) -> str:
    return str(json.loads(client.get(f"/api/jobs/{job}"))["state"])


def _row(name: str, times: list[float], idle: list[float]) -> dict[str, Any]:
    cuts, base = statistics.quantiles(times, n=100), statistics.quantiles(idle, n=100)
    return {
        "state": name,
        "requests": len(times),
        "p50 ms": cuts[49],
        "p99 ms": cuts[98],
        "max ms": max(times),
        "p99 ÷ idle p99": cuts[98] / base[98],
    }
