"""Both databases for tests: a SQLite file, and one private PostgreSQL a session that listens on a loopback port and nowhere else.

Each test gets a fresh, migrated database copied from a template. Without PostgreSQL binaries those tests skip and say so."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from longshelf.store.database import Clock, Database, now
from longshelf.store.migrate import upgrade

DIALECTS = ("sqlite", "postgres")
_numbers = itertools.count(1)


class PostgresMissingError(Exception):
    """No PostgreSQL server binaries on this machine; `str()` is the reason a skip prints."""


class PostgresServer:
    """One private server with a migrated template database."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port

    def url(self, name: str) -> str:
        return f"postgresql://longshelf@127.0.0.1:{self.port}/{name}"

    def create(self, template: str = "template0") -> str:
        """The URL of a new database copied from `template`."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return self.url(name)

    def drop(self, url: str) -> None:
        self._admin(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Starts a server and stops it at the end, by its own pid. PostgresMissingError without binaries."""
    binaries = find_binaries()
    directory = Path(tempfile.mkdtemp(prefix="longshelf-pg-"))
    try:
        as_user = _unprivileged(directory)
        data = directory / "data"
        subprocess.run(
            [*as_user, binaries / "initdb", "-D", data, "-U", "longshelf", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=directory,
        )
        port = _free_port()
        with (directory / "log").open("wb") as log:
            process = subprocess.Popen(
                [*as_user, binaries / "postgres", "-D", data, *_options(directory, port)], stdout=log, stderr=log, cwd=directory
            )
        try:
            server = PostgresServer(directory, port)
            _wait_until_ready(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: open sessions are dropped
            process.wait(timeout=30)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def find_binaries() -> Path:
    """The directory that holds `initdb` and `postgres`."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for candidate in candidates:
        if (candidate / "postgres").exists() and (candidate / "initdb").exists():
            return candidate
    raise PostgresMissingError("no PostgreSQL binaries (initdb, postgres) on PATH or under /usr/lib/postgresql")


def _unprivileged(directory: Path) -> list[str]:
    """The server refuses to run as root: then it runs as `nobody`, who gets the directory."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PostgresMissingError("running as root, and there is no setpriv to start PostgreSQL as another user")
    shutil.chown(directory, "nobody")
    return [setpriv, "--reuid=nobody", "--clear-groups", "--"]


def _options(directory: Path, port: int) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": directory,
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "shared_buffers": "64MB",
        "max_connections": 100,
        "max_wal_size": "1GB",
        "autovacuum": "off",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((server.directory / "log").read_text(errors="replace")) from None
            time.sleep(0.05)
        else:
            return


class Databases:
    """Makes migrated databases of one dialect, and removes them."""

    def __init__(self, directory: Path, server: PostgresServer | None) -> None:
        self._directory = directory
        self._server = server
        self._template: str | None = None

    def new_url(self, *, migrated: bool = True) -> str:
        """The URL of a new database; an empty one when not `migrated`."""
        if not migrated:
            return self._empty()
        if self._template is None:
            self._template = self._empty()
            template = Database(self._template)
            upgrade(template)
            template.close()
        return self._copy(self._template)

    @contextmanager
    def new(self, *, migrated: bool = True, clock: Clock = now) -> Iterator[Database]:
        """A new database, removed when the block ends."""
        url = self.new_url(migrated=migrated)
        database = Database(url, clock=clock)
        try:
            yield database
        finally:
            database.close()
            self._remove(url)

    def _empty(self) -> str:
        if self._server is not None:
            return self._server.create()
        return f"sqlite:///{self._directory / f'{next(_numbers)}.db'}"

    def _copy(self, template: str) -> str:
        if self._server is not None:
            return self._server.create(template.rsplit("/", 1)[1])
        url = self._empty()
        shutil.copyfile(template.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return url

    def _remove(self, url: str) -> None:
        if self._server is not None:
            self._server.drop(url)
            return
        for ending in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + ending).unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The session's private PostgreSQL."""
    try:
        find_binaries()
    except PostgresMissingError as reason:
        pytest.skip(str(reason))
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return Databases(tmp_path_factory.mktemp("sqlite"), None)


@pytest.fixture(scope="session")
def postgres_databases(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return Databases(tmp_path_factory.mktemp("postgres"), postgres)


@pytest.fixture(params=DIALECTS)
def databases(request: pytest.FixtureRequest) -> Databases:
    """A maker of databases, once for each dialect."""
    maker: Databases = request.getfixturevalue(f"{request.param}_databases")
    return maker


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A fresh, migrated database, once for each dialect."""
    with databases.new() as database:
        yield database


@pytest.fixture
def sqlite_database(sqlite_databases: Databases) -> Iterator[Database]:
    """A fresh, migrated SQLite database, for tests that need just one."""
    with sqlite_databases.new() as database:
        yield database
