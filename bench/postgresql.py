"""A PostgreSQL server for one benchmark: from the system's binaries, on a loopback port, stopped at the end by its own pid.

The rule: it is set up as somebody would who gives it a share of such a machine, not as it comes: the defaults are meant for 1 GiB of
memory. What differs from them is in SETTINGS, and belongs to every figure."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from tests.support.databases import find_binaries

SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",  # no disk that turns
    "synchronous_commit": "off",
    "fsync": "off",  # for the filling; nothing is written while questions are timed
    "listen_addresses": "127.0.0.1",
}


@contextmanager
def server(directory: Path) -> Iterator[str]:
    """The URL of the database `bench` in a server that keeps its files in `directory`; they stay for the next run."""
    binaries, data = find_binaries(), directory / "data"
    directory.mkdir(parents=True, exist_ok=True)
    user = _unprivileged(directory)
    if not (data / "PG_VERSION").exists():
        made = [*user, binaries / "initdb", "-D", data, "-U", "longshelf", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=directory)
    port = _free_port()
    settings = {**SETTINGS, "port": port, "unix_socket_directories": directory}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([*user, binaries / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=directory)
    try:
        admin = f"postgresql://longshelf@127.0.0.1:{port}/postgres"
        _make_database(admin, process, directory / "log")
        yield admin.removesuffix("postgres") + "bench"
    finally:
        process.send_signal(signal.SIGINT)  # fast shutdown: open sessions are dropped
        process.wait(timeout=120)


def _unprivileged(directory: Path) -> list[str]:
    """The server refuses to run as root: then it runs as `nobody`, who gets the directory."""
    if os.geteuid() != 0:
        return []
    shutil.chown(directory, "nobody")
    return ["setpriv", "--reuid=nobody", "--clear-groups", "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_database(admin: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until the server takes connections; makes the database where it is missing."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(admin, autocommit=True, connect_timeout=2) as connection:
                if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'bench'").fetchone() is None:
                    connection.execute("CREATE DATABASE bench TEMPLATE template0")
                return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(log.read_text(errors="replace")) from None
            time.sleep(0.05)
