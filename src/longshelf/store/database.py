"""The database, opened. `read()` gives one consistent snapshot and can never write or wait for a writer; `write()` gives the one
catalogue transaction at a time whose revision becomes visible in order; `write_quietly()` is for rows no index follows.

Everything the index must hear about goes through `Write.touch`: the revision, the rows and the change-log entry commit together."""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine
from sqlalchemy.exc import DBAPIError

from longshelf.store import connections

Clock = Callable[[], int]

Transaction = Connection  # what `read` and `write_quietly` give; packages that speak no SQL pass it on by this name


def now() -> int:
    """Microseconds since 1970 UTC: the unit of every `*_at` column."""
    return time.time_ns() // 1000


class Write:
    """One catalogue transaction. `revision` is the number it will commit as; rows written now carry it."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self.connection = connection
        self.revision = revision
        self._items: set[int] = set()
        self._entities: set[int] = set()
        self._libraries: set[int] = set()
        self._touched = False

    def touch(self, items: Iterable[int] = (), entities: Iterable[int] = (), library_id: int | None = None) -> None:
        """Says which rows this transaction changed. Without any call nothing is bumped; a call without ids still is a change."""
        self._touched = True
        self._items.update(items)
        self._entities.update(entities)
        if library_id is not None:
            self._libraries.add(library_id)

    def seal(self, at: int) -> None:
        """Writes the revision and its change-log row; the last statements before the commit."""
        if not self._touched:
            return
        library_id = next(iter(self._libraries)) if len(self._libraries) == 1 else None
        run(self.connection, "UPDATE revision SET value = ? WHERE id = 1", self.revision)
        text = "INSERT INTO change (revision, committed_at, library_id, items, entities) VALUES (?, ?, ?, ?, ?)"
        run(self.connection, text, self.revision, at, library_id, _ids(self._items), _ids(self._entities))


class Database:
    """Safe to share between threads. Sent to another process (spawn) or inherited by one (fork) it opens its own connections there."""

    def __init__(self, url: str, *, clock: Clock = now, mapped: bool = False) -> None:
        """`mapped` reads a SQLite file through a memory map: faster pages, and more memory counted to this process."""
        self.url = connections.parse(url)
        self.mapped = mapped
        self.clock = clock
        self._statements = 0
        self._writing_thread: int | None = None
        self._reset()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.url.get_backend_name()

    @property
    def statements(self) -> int:
        """Statements sent by this process so far, transaction control apart; each parameter set of an executemany counts."""
        return self._statements

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot for the whole block, fixed by its first statement. Writing raises."""
        with _explained(), self._engine("reader").connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Write]:
        """The catalogue transaction: commits when the block ends, rolls back when it raises. One at a time, over all processes."""
        with self._catalogue("writer") as write:
            yield write

    @contextmanager
    def write_unchecked(self) -> Iterator[Write]:
        """As `write`, but SQLite looks at no foreign key: for those who only add rows, very many of them, and see for themselves that what
        these lead to is there."""
        with self._catalogue("unchecked") as write:
            yield write

    @contextmanager
    def write_quietly(self) -> Iterator[Connection]:
        """A transaction for rows the index does not follow (jobs, sessions, settings): no revision, and on PostgreSQL no queue."""
        with self._writing("writer") as connection:
            yield connection

    def revision(self) -> int:
        """The newest committed revision; 0 in a new database."""
        with self.read() as connection:
            return int(connection.exec_driver_sql("SELECT value FROM revision WHERE id = 1").scalar_one())

    def analyze(self) -> None:
        """Refreshes the planner's statistics: after a bulk load, or plans stay those of an empty table."""
        with self.write_quietly() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
            connection.exec_driver_sql("ANALYZE")

    def close(self) -> None:
        """Closes every idle connection. The next use opens new ones."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()

    @contextmanager
    def _catalogue(self, role: str) -> Iterator[Write]:
        with self._writing(role) as connection:
            lock = " FOR UPDATE" if self.dialect == "postgresql" else ""  # SQLite holds its write lock already
            held = connection.exec_driver_sql(f"SELECT value FROM revision WHERE id = 1{lock}").scalar_one()
            write = Write(connection, held + 1)
            yield write
            write.seal(self.clock())

    @contextmanager
    def _writing(self, role: str) -> Iterator[Connection]:
        with _explained(), self._turn(), self._engine(role).begin() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Threads queue here for SQLite's one write lock: its own busy wait polls, and is unfair."""
        if self.dialect != "sqlite":
            yield
            return
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("this thread is already in a write transaction; pass its connection on instead of opening a second one")
        with self._write_lock:
            self._writing_thread = threading.get_ident()
            try:
                yield
            finally:
                self._writing_thread = None

    def _engine(self, role: str) -> Engine:
        if self._pid != os.getpid():
            self._forget_parent()
        engine = self._engines.get(role)
        if engine is None:
            with self._open_lock:
                engine = self._engines.get(role) or self._open(role)
                self._engines[role] = engine
        return engine

    def _open(self, role: str) -> Engine:
        if role == "reader":
            engine = connections.open_reader(self.url, mapped=self.mapped)
        else:
            engine = connections.open_writer(self.url, checked=role == "writer")
        connections.count_statements(engine, self._sent)
        return engine

    def _forget_parent(self) -> None:
        """After a fork: the parent's connections are the parent's; leave them open and untouched."""
        for engine in self._engines.values():
            engine.dispose(close=False)
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._engines: dict[str, Engine] = {}
        self._count_lock = threading.Lock()
        self._open_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._writing_thread = None

    def _sent(self, count: int) -> None:
        with self._count_lock:
            self._statements += count

    def __reduce__(self) -> tuple[type["Database"], tuple[str]]:
        return Database, (self.url.render_as_string(hide_password=False),)


@contextmanager
def _explained() -> Iterator[None]:
    """Turns driver errors a person can act on into StoreUnavailable; every other error passes unchanged."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        explanation = connections.explain(error)
        if explanation is None:
            raise
        raise explanation from error


def run(connection: Connection, text: str, *values: Any) -> CursorResult[*tuple[Any, ...]]:
    """Sends one of our own SQL texts, written with `?` for its values."""
    return connection.exec_driver_sql(placeholders(connection, text), values)


def placeholders(connection: Connection, text: str) -> str:
    """`?` written as the driver wants it. For our own SQL texts, which hold no other question mark."""
    return text if connection.dialect.name == "sqlite" else text.replace("?", "%s")


def _ids(ids: set[int]) -> str:
    return json.dumps(sorted(ids), separators=(",", ":"))
