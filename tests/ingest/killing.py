"""Syncs that are killed at every point of their work, and other ones that go on.

The points are those at which something becomes true: before each question to the server, before each commit and after it. What a kill
leaves of a process is its database file as it is in that moment. So one sync leaves a copy at each point, and only copies that differ have
to be gone on from; that a process which really dies leaves no more and no less is tried at a few points."""

import hashlib
import os
import pickle
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from longshelf.sources.stash.client import Client
from longshelf.sources.stash.kinds import KINDS
from longshelf.sources.stash.modes import Mode
from longshelf.store.database import Database, Transaction
from tests.ingest.mirroring import Mirrored, Quiet
from tests.support.fake_stash import FakeStash

PAGE = 4  # rows; small, so that a small library has many pages
TABLES = (
    "SELECT user_id, item_id, rating, favorite, progress, play_count, play_seconds, last_played_at FROM user_item ORDER BY 1, 2",
    "SELECT user_id, entity_id, rating, favorite, hidden FROM user_entity ORDER BY 1, 2",
    "SELECT user_id, body FROM restriction ORDER BY 1",
    "SELECT kind, remote_id, hash, gone, files FROM mirror_row WHERE kind <> 'marker' ORDER BY 1, 2",
    "SELECT kind, remote_id FROM mirror_missing ORDER BY 1, 2",
    "SELECT entity_id, vanished FROM mirror_stale ORDER BY 1",
    "SELECT name_key, name, entity_id IS NOT NULL FROM entity_alias ORDER BY 1",
)


def opened(path: Path, url: str) -> Mirrored:
    """The one library of a database file."""
    stash = FakeStash.__new__(FakeStash)
    stash.url, stash.api_key = url, ""
    return Mirrored.of(Database(f"sqlite:///{path}"), stash, 1)


def small_pages() -> None:
    """In this process."""
    KINDS.update({name: msgspec.structs.replace(kind, page=PAGE) for name, kind in KINDS.items()})


def everything(found: Mirrored) -> tuple[Any, ...]:
    """All a sync is for; ids here are told by those of the server, as they follow the order of work."""
    names = {row[0]: row[1] for row in found.rows("SELECT id, external_id FROM item WHERE library_id = ?")}
    with found.database.read() as connection:
        rows: list[Any] = [[tuple(row) for row in connection.exec_driver_sql(text)] for text in TABLES]
    rows[0] = sorted((row[0], names[row[1]], *row[2:]) for row in rows[0])
    return found.told(), found.cards(), rows


class Tried(NamedTuple):
    """How many points there were, and how many different states they left; what an undisturbed run makes; where something else came of
    it: names of copies, and numbers of points at which a process died."""

    points: int
    states: int
    whole: Any
    wrong: list[str]


def try_all(url: str, begin: Path, place: Path, mode: Mode, results: "Queue[Any]") -> None:
    """Puts a `Tried`."""
    small_pages()
    whole = _finished(url, begin, place, mode)
    cuts = place / "cuts"
    cuts.mkdir()
    points = _leave_copies(url, begin, place, cuts, mode)
    states = sorted(cuts.glob("*.db"))
    wrong = [each.stem for each in states if _finished(url, each, place, mode) != whole]
    wrong += [str(point) for point in (points // 3, 2 * points // 3) if not _survives(url, begin, place, mode, point, whole)]
    results.put(Tried(points, len(states), whole, wrong))


def _leave_copies(url: str, begin: Path, place: Path, cuts: Path, mode: Mode) -> int:
    """A whole sync of which each different state is kept in `cuts`; how many points it had."""
    running, counted = place / "running.db", place / "points"
    _copy(begin, running)

    def run() -> None:
        points = 0

        def reached() -> None:
            nonlocal points
            points += 1
            # By another process: to close a file that SQLite has open gives up all locks this one has on it.
            assert _forked(lambda: _keep(running, cuts)) == 0

        _run(url, running, mode, reached)
        counted.write_text(str(points))

    assert _forked(run) == 0
    return int(counted.read_text())


def _keep(running: Path, cuts: Path) -> None:
    parts = [running.with_name(running.name + ending) for ending in ("", "-wal")]
    digest = hashlib.blake2b(b"".join(part.read_bytes() if part.exists() else b"" for part in parts), digest_size=12).hexdigest()
    if not (cuts / f"{digest}.db").exists():
        _copy(running, cuts / f"{digest}.db")


def _survives(url: str, begin: Path, place: Path, mode: Mode, point: int, whole: Any) -> bool:
    cut = place / "cut.db"
    _copy(begin, cut)
    left = point

    def reached() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    assert _forked(lambda: _run(url, cut, mode, reached)) == -signal.SIGKILL
    return bool(_finished(url, cut, place, mode) == whole)


def _finished(url: str, begin: Path, place: Path, mode: Mode) -> Any:
    """What a run makes that is not disturbed."""
    path, told = place / "whole.db", place / "told"
    _copy(begin, path)

    def finish() -> None:
        found = opened(path, url)
        found.sync(mode)
        told.write_bytes(pickle.dumps(everything(found)))

    assert _forked(finish) == 0
    return pickle.loads(told.read_bytes())


def _run(url: str, path: Path, mode: Mode, reached: Callable[[], None]) -> None:
    found = opened(path, url)
    _interrupt(found.database, reached)
    found.sync(mode, Quiet())


def _interrupt(database: Database, reached: Callable[[], None]) -> None:
    """One point at a time, and none while somebody else writes: a kill ends all threads in the same moment."""
    read, write, one = Client._read, database._writing, threading.RLock()

    def asking(self: Client, body: bytes) -> bytes:
        with one:
            reached()
        return read(self, body)

    @contextmanager
    def writing(role: str) -> Iterator[Transaction]:
        with one:
            with write(role) as connection:
                yield connection
                reached()
            reached()

    Client._read = asking  # type: ignore[method-assign]  # for the short rest of this process
    database._writing = writing  # type: ignore[method-assign]  # likewise


def _forked(work: Callable[[], None]) -> int:
    """How a process of its own ended; below 0 by a signal."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _copy(source: Path, target: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
        if source.with_name(source.name + ending).exists():
            shutil.copyfile(source.with_name(source.name + ending), target.with_name(target.name + ending))
