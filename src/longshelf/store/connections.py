"""How each database is opened. Readers can never write and never wait for the writer; a writer owns the write lock from its first
statement, so it fails at the start or not at all.

SQLite: one file in WAL mode. PostgreSQL: psycopg 3; readers run REPEATABLE READ, so a block of reads is one snapshot on both."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.pool import QueuePool

from longshelf.errors import Invalid, StoreUnavailable

SQLITE_VERSION = sqlite3.sqlite_version
BUSY_SECONDS = 60  # how long a writer waits for another process's write before it gives up
READERS_KEPT = 16  # idle reader connections; more are opened when needed, so no reader ever waits for another
WRITERS_KEPT = 4

# synchronous=NORMAL in WAL mode survives a crash of the process; a power cut may lose the last commits but never corrupts.
SQLITE_BOTH = ("synchronous = NORMAL", "temp_store = MEMORY", f"busy_timeout = {BUSY_SECONDS * 1000}")
SQLITE_READER = (*SQLITE_BOTH, "cache_size = -16384", "query_only = ON")
# Web processes map the file: its pages are shared between them and cost no copy (a quarter off a page's cards, measured on 100,000 items).
# Those that scan do not, so that their memory stays flat however large the library.
SQLITE_MAPPED = "mmap_size = 1073741824"
# journal_size_limit gives the disk back after a long write; cache_size is in KiB when negative, and taken only as far as it is used. A long
# write changes the same pages of many indexes again and again: the log takes 8,192 of them (32 MiB) before they go to the file.
SQLITE_WRITER = (
    "journal_mode = WAL", *SQLITE_BOTH, "cache_size = -65536", "foreign_keys = ON", "journal_size_limit = 67108864",
    "wal_autocheckpoint = 8192",
)  # fmt: skip
# For those who add very many rows: see Database.write_unchecked. Commits in a row change the same pages, and the log takes 128 MiB of them,
# so that most go to the file but once; on SQLite that is a tenth of what a post costs.
SQLITE_UNCHECKED = (*SQLITE_WRITER, "foreign_keys = OFF", "wal_autocheckpoint = 32768", "journal_size_limit = 134217728")

# A worker machine that vanishes mid-transaction must not hold the revision row for the two hours TCP would take to notice.
POSTGRES_OPTIONS = "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"

IsolationLevel = Literal["REPEATABLE READ", "READ COMMITTED"]


def parse(url: str) -> URL:
    """The URL with its driver named. Invalid when it is neither a SQLite file nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Invalid("LONGSHELF_DATABASE_URL", "write sqlite:////path/to/file.db or postgresql://user:password@host/database") from None
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise Invalid("LONGSHELF_DATABASE_URL", "name a file: an in-memory SQLite database cannot be shared by readers and the writer")
        return parsed.set(drivername="sqlite+pysqlite")
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise Invalid("LONGSHELF_DATABASE_URL", f"{parsed.get_backend_name()} is not supported; use sqlite or postgresql")


def open_reader(url: URL, *, mapped: bool) -> Engine:
    """Connections that cannot write, each transaction one snapshot. `mapped` lets SQLite map the file into memory."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, (*SQLITE_READER, SQLITE_MAPPED) if mapped else SQLITE_READER, "BEGIN", READERS_KEPT)
    engine = _postgres(url, READERS_KEPT, isolation_level="REPEATABLE READ")

    def forbid_writes(connection: Any, _record: object) -> None:
        connection.read_only = True

    event.listen(engine, "connect", forbid_writes)
    return engine


def open_writer(url: URL, *, checked: bool = True) -> Engine:
    """Connections whose transactions may write; on SQLite they take the write lock when they begin, and look at foreign keys if they are
    `checked`."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, SQLITE_WRITER if checked else SQLITE_UNCHECKED, "BEGIN IMMEDIATE", WRITERS_KEPT)
    return _postgres(url, WRITERS_KEPT, isolation_level="READ COMMITTED")


def _postgres(url: URL, kept: int, isolation_level: IsolationLevel) -> Engine:
    options = {} if "options" in url.query else {"options": POSTGRES_OPTIONS}
    return create_engine(url, isolation_level=isolation_level, pool_size=kept, max_overflow=-1, pool_pre_ping=True, connect_args=options)


def _sqlite(url: URL, pragmas: tuple[str, ...], begin: str, kept: int) -> Engine:
    _prepare_file(Path(url.database or ""))
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=kept,
        max_overflow=-1,
        # isolation_level None: the driver begins nothing by itself, `begin` below does. The statement cache holds the long bulk texts.
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": BUSY_SECONDS, "cached_statements": 128},
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    def start(connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
    return engine


def _prepare_file(path: Path) -> None:
    """StoreUnavailable when the file or its directory cannot be written (WAL puts two files beside the database). A new file is
    readable by its owner only: it holds password hashes."""
    directory = path.parent
    if not directory.is_dir():
        raise StoreUnavailable(f"The data directory {directory} does not exist. Create it, or point LONGSHELF_DATA elsewhere.")
    if not os.access(directory, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise StoreUnavailable(f"{path} is not writable by this user. Give it write access to the file and to its directory.")
    if not path.exists():
        path.touch(mode=0o600)


# What a driver says, and what a person can do about it. Looked up in order, in the text of the driver's own error.
EXPLANATIONS: tuple[tuple[str, str], ...] = (
    ("database or disk is full", "The disk with the database is full. Free some space; nothing of this write was kept."),
    ("no space left on device", "The disk with the database is full. Free some space; nothing of this write was kept."),
    ("database is locked", f"Another process has been writing for more than {BUSY_SECONDS} s. Try again, or stop it."),
    ("readonly database", "The database file is not writable. Give this user write access to the file and to its directory."),
    ("unable to open database file", "The database file cannot be opened. Check that its directory exists and is readable."),
    ("file is not a database", "The database file is not a SQLite database. Restore a backup, or move the file away."),
    ("database disk image is malformed", "The database file is damaged. Restore the last backup with `longshelf restore`."),
    ("disk i/o error", "The disk with the database reports an error. Check the disk, then restart."),
    ("could not connect", "The PostgreSQL server cannot be reached. Check LONGSHELF_DATABASE_URL and that the server runs."),
    ("connection refused", "The PostgreSQL server cannot be reached. Check LONGSHELF_DATABASE_URL and that the server runs."),
    ("connection failed", "The PostgreSQL server does not let us in. Check LONGSHELF_DATABASE_URL."),
    ("server closed the connection", "The PostgreSQL server closed the connection. Nothing of this write was kept; try again."),
    ("terminating connection", "The PostgreSQL server closed the connection. Nothing of this write was kept; try again."),
)


def explain(error: BaseException) -> StoreUnavailable | None:
    """The sentence for a driver error that a person can do something about; None for a mistake of ours."""
    if isinstance(error, IntegrityError | DataError | ProgrammingError):
        return None  # about the statement, and its text may quote anything
    text = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    return next((StoreUnavailable(f"{said} ({error.__class__.__name__})") for needle, said in EXPLANATIONS if needle in text), None)


Listener = Callable[[int], None]


def count_statements(engine: Engine, add: Listener) -> None:
    """Calls `add` with the number of statements sent, each parameter set of an executemany counting once."""

    def sent(_connection: object, _cursor: object, _text: str, parameters: Any, _context: object, many: bool) -> None:
        add(len(parameters) if many else 1)

    event.listen(engine, "before_cursor_execute", sent)
