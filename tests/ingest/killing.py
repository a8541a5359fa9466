"""Syncs that kill themselves: a process for each, ended by SIGKILL at a given point of its work, and another one that goes on.

The points are those at which something becomes true: before each question to the server, before each commit and after it."""

import os
import pickle
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

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
    found = Mirrored.__new__(Mirrored)
    found.database, found.library_id = Database(f"sqlite:///{path}"), 1
    found.stash = FakeStash.__new__(FakeStash)
    found.stash.url, found.stash.api_key = url, ""
    return found


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


def try_all(url: str, begin: Path, place: Path, mode: Mode, step: int, results: "Queue[Any]") -> None:
    """Kills a sync at its first point, then `step` points later, and so on until one comes to its end. Tells (points, what an undisturbed
    run makes, points after which something else came of it)."""
    small_pages()
    whole = _finished(url, begin, place, mode)
    wrong: list[int] = []
    point = 1
    while True:
        cut = place / "cut.db"
        _copy(begin, cut)
        if _forked(lambda: _run(url, cut, mode, point)) != -signal.SIGKILL:  # noqa: B023 - it runs at once
            break
        if _finished(url, cut, place, mode) != whole:
            wrong.append(point)
        point += step
    results.put((point - 1, whole, wrong))


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


def _run(url: str, path: Path, mode: Mode, point: int) -> None:
    left = point

    def reached() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    found = opened(path, url)
    _interrupt(found.database, reached)
    found.sync(mode, Quiet())


def _interrupt(database: Database, reached: Callable[[], None]) -> None:
    read, write = Client._read, database.write_quietly

    def asking(self: Client, body: bytes) -> bytes:
        reached()
        return read(self, body)

    @contextmanager
    def writing() -> Iterator[Transaction]:
        with write() as connection:
            yield connection
            reached()
        reached()

    Client._read = asking  # type: ignore[method-assign]  # for the short rest of this process
    database.write_quietly = writing  # type: ignore[method-assign]  # likewise


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
