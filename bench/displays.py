"""Displays over millions of posts, over real HTTP: counts and previews of blocks, rebuilds of a playlist of ten blocks, the pages an
administrator looks at, and a thousand displays whose players all say that they are through with a slot, so that what is to come is
filled up.

Posts come in by `longshelf import`; with LONGSHELF_BENCH_DATA they stay in that directory and are found there again. Each number is of
one client that waits for its answer, unless it says how many asked at once; every repetition is timed and none is left out but the
first."""

import http.client
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.http import Server, running
from bench.imports import write_posts
from bench.machine import environment_for, longshelf
from longshelf.accounts import keys, users
from longshelf.bench.machine import describe, table
from longshelf.displays import codes
from longshelf.errors import Conflict
from longshelf.index.generations import build_generation
from longshelf.store import displays, playlists
from longshelf.store.database import Database

POSTS = 3_000_000
DISPLAYS = 1_000  # a tenth of them below a tenth of the posts
TIMES = 30
PLAYERS = 32  # connections from which the players of all displays speak
ROUNDS = 3  # words of each player
NAME, PASSWORD = "bench", "a password for the bench"
BLOCKS: tuple[dict[str, Any], ...] = (
    {"order": "newest", "count": 1},
    {"order": "random", "count": 1},
    {"q": "amber", "order": "newest", "count": 1},
    {"q": "amber", "order": "random", "count": 1},
    {"q": "river -stone", "order": "random", "count": 1},
    {"q": "lan*", "order": "newest", "count": 1},
    {"q": "-winter", "order": "random", "count": 10},
    {"filter": "rating_min=60", "order": "newest", "count": 10},
    {"filter": "tag=1", "order": "random", "count": 10},
    {"q": "thunder", "filter": "rating_min=90", "format": "wide", "order": "random", "count": 10},
)


class Client:
    """One connection, kept open."""

    def __init__(self, port: int, key: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        self._connection.request(method, path, None if body is None else json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {told[:300]!r}")
        return json.loads(told) if told else None


def run(scale: float = 1.0) -> str:
    """Every table of this file. `scale` shrinks the number of posts."""
    count, many = int(POSTS * scale), DISPLAYS if scale >= 0.1 else DISPLAYS // 10
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as made:
        data = Path(os.environ.get("LONGSHELF_BENCH_DATA") or made) / f"displays-{count}"
        fill(data, count)
        key = _prepare(data)
        serve = [sys.executable, "-m", "longshelf.cli.main", "serve", "--workers", "1", "--no-worker", "--port"]
        with running(serve, environment_for(data) | {"LONGSHELF_ENGINE": "bitmaps"}) as server:
            admin = Client(server.port, key)
            display, playlist = _display(admin)
            rows = _pages(admin, display, playlist)
            rows += _rebuilds(admin, display)
            known, planned = _many(Database(f"sqlite:///{data / 'longshelf.db'}"), playlist, many)
            admin = Client(server.port, key)  # the other one was silent for too long
            lists = [
                _costed(server, what, lambda path=path: admin.ask("GET", path))  # type: ignore[misc]  # bound now
                for what, path in (
                    (f"{many + 1:,} displays, whole", "/api/displays"),
                    (f"a page of 24 of {many + 1:,} displays", "/api/displays?page=3&page_size=24"),
                    (f"{many + 1:,} displays, searched", "/api/displays?page_size=24&q=display+77"),
                    (f"{many + 1:,} playlists, by name alone", "/api/playlists?kind=blocks&brief=true&page_size=1000"),
                    (f"{many + 1:,} playlists with ten counts each", "/api/playlists?page_size=1000"),
                )
            ]
            players = [_players(server.port, known) | {"planned at first, ms each": planned}]
    head = f"## Displays ({describe()}; {count:,} posts, one server process, SQLite)\n\n"
    return (
        head + table("One client", rows) + "\n" + table("Lists", lists) + "\n" + table(f"{many:,} displays, {PLAYERS} connections", players)
    )


def fill(data: Path, count: int) -> None:
    """So many posts and their index, unless they are there."""
    if data.exists():
        return
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as made:
        posts = Path(made) / "posts.ndjson"
        write_posts(posts, count)
        longshelf(["import", str(posts), "--library", "Posts"], data)
    database = Database(f"sqlite:///{data / 'longshelf.db'}")
    build_generation(database, data / "index")
    database.close()


def _prepare(data: Path) -> str:
    """An administrator's API key. Displays of an earlier run go."""
    database = Database(f"sqlite:///{data / 'longshelf.db'}")
    try:
        with database.read() as connection:
            earlier = [each.id for each in displays.outlines(connection)]
        for each in earlier:
            with database.write_quietly() as connection:
                playlists.leave_displays(connection, each)
                displays.remove(connection, each, database.clock())
        with suppress(Conflict):
            users.add(database, NAME, PASSWORD, admin=True)
        return keys.create(database, NAME, "bench")
    finally:
        database.close()


def _display(admin: Client) -> tuple[int, int]:
    """One that plays a playlist of ten blocks."""
    code = admin.ask("POST", "/api/screens")["code"]
    display = admin.ask("POST", "/api/displays", {"code": code, "name": "Bench"})["id"]
    playlist = admin.ask("POST", "/api/playlists", {"name": "Ten blocks", "display_id": display})["id"]
    for block in BLOCKS:
        admin.ask("POST", f"/api/playlists/{playlist}/blocks", block)
    return display, playlist


def _pages(admin: Client, display: int, playlist: int) -> list[dict[str, Any]]:
    previews: list[float] = []
    counts: list[float] = []
    for block in BLOCKS:
        asked = {name: each for name, each in block.items() if name != "count"}
        counted = "&".join([*([f"q={block['q'].replace(' ', '%20')}"] if "q" in block else []), str(block.get("filter", ""))]).strip("&")
        previews += _times(lambda asked=asked: admin.ask("POST", "/api/playlists/blocks/preview", asked))  # type: ignore[misc]  # bound now
        counts += _times(lambda counted=counted: admin.ask("GET", f"/api/items/count?{counted}"))  # type: ignore[misc]  # bound now
    return [
        _row("count of a block, of each of ten", counts),
        _row("preview of a block, of each of ten", previews),
        _timed("playlist with its ten counts", lambda: admin.ask("GET", f"/api/playlists/{playlist}")),
        _timed("display page: display", lambda: admin.ask("GET", f"/api/displays/{display}")),
        _timed("display page: timeline", lambda: admin.ask("GET", f"/api/displays/{display}/timeline")),
        _timed("display page: history", lambda: admin.ask("GET", f"/api/displays/{display}/history")),
    ]


def _rebuilds(admin: Client, display: int) -> list[dict[str, Any]]:
    path = f"/api/displays/{display}"
    return [
        _timed("rebuild, playlist of ten blocks", lambda: admin.ask("POST", f"{path}/rebuild")),
        _row("next, five a second", _times(lambda: admin.ask("POST", f"{path}/next"), pause=0.2)),
        _timed("pause and play", lambda: [admin.ask("POST", f"{path}/{verb}") for verb in ("pause", "play")]),
    ]


def _many(database: Database, like: int, many: int) -> tuple[list[str], float]:
    """So many more displays, each with a playlist of the same blocks: their codes. They are made behind the server's back, so its
    looking thread finds and plans them: in how many milliseconds each."""
    known = []
    began = time.perf_counter()
    try:
        with database.read() as connection:
            row = playlists.get(connection, like)
            said = [{name: getattr(block, name) for name in playlists.WORDS} for block in playlists.blocks_of(connection, like)]
        for number in range(many):
            with database.write_quietly() as connection:
                code, at = codes.new_code(), database.clock()
                displays.add(connection, code, at)
                display = displays.claim(connection, code, f"Display {number}", row.user_id, at)
                assert display is not None
                made = playlists.add(connection, row.user_id, f"Playlist {number}", "blocks", shared=False, at=at)
                playlists.add_blocks(connection, made, said)
                playlists.join_display(connection, made, display)
                displays.tell(connection, [display])
                known.append(codes.shown(code))
        _wait_until_planned(database)
        seconds = time.perf_counter() - began
    finally:
        database.close()
    return known, seconds * 1000 / many


def _wait_until_planned(database: Database) -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        with database.read() as connection:
            ids = [each.id for each in displays.outlines(connection)]
            if all(row.playlist_id is not None for row in displays.of_ids(connection, ids)):
                return
        time.sleep(0.2)
    raise SystemExit("the displays were not planned in ten minutes")


def _players(port: int, known: list[str]) -> dict[str, Any]:
    """Every player says ROUNDS times that it is through with what is current."""
    took: list[float] = []
    applied = 0

    def speak(share: list[str]) -> None:
        nonlocal applied
        client = Client(port)
        told = {code: client.ask("GET", f"/api/screens/{code}") for code in share}
        for _ in range(ROUNDS):
            for code in share:
                current = told[code]["current"]
                said = {"slot_id": current["id"], "generation": current["generation"], "seconds": 1}
                began = time.perf_counter()
                told[code] = client.ask("POST", f"/api/screens/{code}/played", said)
                took.append((time.perf_counter() - began) * 1000)
                applied += told[code]["applied"]

    threads = [threading.Thread(target=speak, args=(known[start::PLAYERS],)) for start in range(PLAYERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return {**_row("a slot is through, and the next ones are planned", took), "words/s": len(took) / seconds, "applied": applied}


def _timed(what: str, work: Callable[[], object]) -> dict[str, Any]:
    return _row(what, _times(work))


def _costed(server: Server, what: str, work: Callable[[], object]) -> dict[str, Any]:
    """As `_timed`, and what each cost the server's processes, of whatever else the machine does."""
    work()
    before = server.cpu
    row = _timed(what, work)
    return row | {"CPU-ms each": (server.cpu - before) * 1000 / (TIMES + 1)}


def _times(work: Callable[[], object], pause: float = 0.0) -> list[float]:
    """Milliseconds; what the first one made is there for the others. `pause`: seconds between two, in which the server may do what it put
    off."""
    work()
    found = []
    for _ in range(TIMES):
        time.sleep(pause)
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return found


def _row(what: str, times: list[float]) -> dict[str, Any]:
    ordered = sorted(times)
    return {
        "what": what,
        "times": len(ordered),
        "p50, ms": statistics.median(ordered),
        "p99, ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
    }
