"""Pages of items over HTTP: the real server with two workers and the bitmap engine, driven by wrk at random places of several lists, and
beside it a server that does nothing but send a page of the same size.

To reproduce: `apt-get install wrk`, then `python -m bench http --scale 0.01` for a hundred thousand items. The full scale is ten million:
let LONGSHELF_BENCH_DATA name a directory that keeps the catalogue (catalogue-N.db and index-N for N items; what is there is used).

The cards are read through once before anything is timed, so that the system has them in its cache: what is measured is the server. With
LONGSHELF_BENCH_COLD=1 they are not; drop the system's caches before.

CPU is user and system time of the server's processes over a run, divided by the answers; wrk runs on the same machine and is not in it. A
failed connection, a time-out and a status above 399 are errors. Offsets are drawn evenly over each list, so hardly a page is asked for
twice; the first run, which makes the views, is not shown."""

import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bench import bare
from bench.machine import environment_for
from longshelf.accounts import keys, users
from longshelf.accounts.accounts import Accounts, Origin
from longshelf.api.requests import SESSION_COOKIE
from longshelf.bench.machine import describe, table
from longshelf.demo.stocking import stock
from longshelf.errors import Conflict
from longshelf.index import files
from longshelf.index.generations import build_generation
from longshelf.store.database import Database
from longshelf.store.migrate import upgrade

ITEMS = 10_000_000
SEED = 7
WORKERS = 2
SECONDS = 8.0  # a run
CONNECTIONS = (1, 64, 1_000)
NAME, PASSWORD = "bench", "a password for the bench"
LISTS = (
    "sort=added",
    "sort=title&order=asc",
    "kind=video&sort=rating",
    "tag=1&sort=added",
    "tag=10&sort=date&order=asc",
    "tag=3&kind=image&sort=size",
    "rating_min=60&sort=created",
)
IDLE_SECONDS, IDLE_CPU = 0.5, 0.02  # a server that used no more than so many seconds of the processor in that time is idle
IDLE_LATEST = 30.0  # seconds
KNOWN = 500  # addresses that are asked for again with their ETag
_SCRIPT = """
local paths, highest, etags = {%s}, {%s}, {%s}
math.randomseed(%d)
request = function()
  local n = math.random(#paths)
  if etags[n] then
    wrk.headers["If-None-Match"] = etags[n]
    return wrk.format("GET", paths[n])
  end
  return wrk.format("GET", paths[n] .. math.random(0, highest[n]))
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests": %%d, "us": %%d, "bytes": %%d, "p50": %%f, "p99": %%f, "errors": %%d}\\n', summary.requests,
    summary.duration, summary.bytes, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class Address(NamedTuple):
    """`path` as it is, or with a number from 0 to `highest` written behind it; `etag` of the answer the client has."""

    path: str
    highest: int = 0
    etag: str = ""


@dataclass
class Server:
    """A running one: where it listens, and its processes."""

    port: int
    processes: Sequence[int]

    @property
    def cpu(self) -> float:
        """Seconds of user and system time so far."""
        return sum(_cpu(process) for process in self.processes)

    def rested(self) -> float:
        """The same once it is idle, or IDLE_LATEST seconds later: what a thousand connections had asked for when their run ended is still
        answered, and the next run would wait for it."""
        before, found, latest = -1.0, self.cpu, time.monotonic() + IDLE_LATEST
        while found - before > IDLE_CPU and time.monotonic() < latest:
            time.sleep(IDLE_SECONDS)
            before, found = found, self.cpu
        return found


def run(scale: float = 1.0) -> str:
    """The table of this file. `scale` 1.0 is ten million items."""
    if shutil.which("wrk") is None:
        return "## HTTP\n\nLeft out: wrk drives it. Install it with `apt-get install wrk`.\n"
    count = int(ITEMS * scale)
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as place:
        base = Path(os.environ.get("LONGSHELF_BENCH_DATA") or place)
        base.mkdir(parents=True, exist_ok=True)
        key, session = prepare(base, count)
        if not os.environ.get("LONGSHELF_BENCH_COLD"):
            _read_cards(base / f"catalogue-{count}.db")
        data = Path(place) / "data"
        data.mkdir()
        (data / "index").symlink_to(base / f"index-{count}")
        environment = environment_for(data)
        environment |= {"LONGSHELF_DATABASE_URL": f"sqlite:///{base / f'catalogue-{count}.db'}", "LONGSHELF_ENGINE": "bitmaps"}
        rows = _measure(environment, {"Authorization": f"Bearer {key}"}, {"Cookie": f"{SESSION_COOKIE}={session}"})
    return f"## HTTP ({describe()}; {count:,} items, {WORKERS} workers, wrk on the same machine)\n\n" + table("Pages of 50 items", rows)


def _read_cards(path: Path) -> None:
    """Through the system's cache. Nothing but the cards: the whole database may not fit, and would drive them out again."""
    database = Database(f"sqlite:///{path}")
    try:
        with database.read() as connection:
            connection.exec_driver_sql("SELECT sum(length(card)) FROM item_card").scalar_one()
    finally:
        database.close()


def _measure(environment: dict[str, str], by_key: Mapping[str, str], by_cookie: Mapping[str, str]) -> list[dict[str, Any]]:
    serve = [sys.executable, "-m", "longshelf.cli.main", "serve", "--workers", str(WORKERS), "--no-worker", "--port"]
    with running(serve, environment) as server:
        pages = _lists(server.port, by_key)
        _drive(server, pages, by_key, 8)  # from here on every view is there
        rows = [_row("page", server, pages, by_key, each) for each in CONNECTIONS]
        rows.append(_row("page, by cookie", server, pages, by_cookie, 64))
        for codec, each in (("zstd", 64), ("zstd", 1_000), ("br", 64), ("gzip", 64)):
            rows.append(_row(f"page, {codec}", server, pages, {**by_key, "Accept-Encoding": codec}, each))
        rows.append(_row("unchanged (304)", server, _known(server.port, pages, by_key), by_key, 64))
        environment = {**environment, bare.SIZE: str(len(_get(server.port, pages[0].path + "0", by_key)[0]))}
    granian = [sys.executable, "-m", "granian", "--interface", "asgi", "--workers", str(WORKERS), "bench.bare:app", "--port"]
    with running(granian, environment) as server:
        floor = [_row("bare framework", server, [Address("/healthz?offset=", 9)], {}, each) for each in CONNECTIONS]
    bare_rates = {row["connections"]: row["requests/s"] for row in floor}
    return [{**row, "rate ÷ bare": row["requests/s"] / bare_rates[row["connections"]]} for row in [*rows, *floor]]


def _row(what: str, server: Server, addresses: Sequence[Address], headers: Mapping[str, str], connections: int) -> dict[str, Any]:
    before = server.rested()
    found = _drive(server, addresses, headers, connections)
    used = server.cpu - before
    seconds = found["us"] / 1e6
    sys.stderr.write(f"{what}, {connections} connections: {found['requests'] / seconds:,.0f}/s\n")
    return {
        "answer": what,
        "connections": connections,
        "requests/s": found["requests"] / seconds,
        "p50, ms": found["p50"],
        "p99, ms": found["p99"],
        "errors": found["errors"],
        "CPU-ms each": used * 1000 / max(found["requests"], 1),
        "MB/s": found["bytes"] / 1e6 / seconds,
    }


def _drive(server: Server, addresses: Sequence[Address], headers: Mapping[str, str], connections: int) -> dict[str, Any]:
    """One run of wrk: what its script reports."""
    columns = [",".join(json.dumps(each) for each in column if each != "") for column in zip(*addresses, strict=True)]
    sent = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % (*columns, connections))
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS:g}s", "--timeout", "10s", "-s", script.name, *sent]
        ran = subprocess.run([*command, f"http://127.0.0.1:{server.port}"], capture_output=True, text=True, check=True)
    line = next(line for line in ran.stdout.splitlines() if line.startswith("RESULT "))
    found: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    return found


def _lists(port: int, headers: Mapping[str, str]) -> list[Address]:
    """The lists, each with the offset of its last full page."""
    found = []
    for each in LISTS:
        path = f"/api/items?page_size=50&{each}&offset="
        total = json.loads(_get(port, path + "0", headers)[0])["pagination"]["total_count"]
        found.append(Address(path, max(total - 50, 0)))
    return found


def _known(port: int, pages: Sequence[Address], headers: Mapping[str, str]) -> list[Address]:
    """Pages with the ETag a client would have of them."""
    rng = random.Random(1)
    paths = [f"{page.path}{rng.randint(0, page.highest)}" for page in rng.choices(pages, k=KNOWN)]
    return [Address(path, 0, _get(port, path, headers)[1]) for path in paths]


def _get(port: int, path: str, headers: Mapping[str, str]) -> tuple[bytes, str]:
    """The body and its ETag."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {body[:200]!r}")
    return body, answer.headers.get("etag", "")


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Server]:
    """`command` with a free port behind it, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([*command, str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield Server(port, [process.pid, *_children(process.pid)])
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until every worker answers: a new connection goes to any of them."""
    deadline = time.monotonic() + 300
    answers = 0
    while answers < 20 * WORKERS:
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the server did not start")
        try:
            _get(port, "/healthz", {})
        except OSError:
            answers = 0
            time.sleep(0.1)
        else:
            answers += 1


def _children(parent: int) -> list[int]:
    found = [int(child) for path in Path(f"/proc/{parent}/task").glob("*/children") for child in path.read_text().split()]
    return [each for child in found for each in (child, *_children(child))]


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prepare(base: Path, count: int) -> tuple[str, str]:
    """The catalogue, its index and an administrator; an API key and a session of hers."""
    database = Database(f"sqlite:///{base / f'catalogue-{count}.db'}")
    try:
        upgrade(database)
        with database.read() as connection:
            stocked = connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM library)").scalar_one()
        if not stocked:
            stock(database, count, SEED, library_name="bench")
        if not files.generations(base / f"index-{count}"):
            build_generation(database, base / f"index-{count}")
        with suppress(Conflict):  # she is there since an earlier run
            users.add(database, NAME, PASSWORD, admin=True)
        session = Accounts(database, lambda work: work()).sign_in(NAME, PASSWORD, Origin(""))[1]
        return keys.create(database, NAME, "bench"), session
    finally:
        database.close()
