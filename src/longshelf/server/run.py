"""`longshelf serve`: the web server's processes and, beside them, one that runs jobs. When it ends, it takes them with it."""

import errno
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from longshelf.accounts.accounts import offer_setup
from longshelf.config import SETTINGS, Settings
from longshelf.errors import Conflict, LongshelfError
from longshelf.store.database import Database
from longshelf.store.migrate import upgrade

TARGET = "longshelf.server.app:app_from_environment"
# Bytes of a request line and its headers, in round figures; an address has 64 KiB at most, which is not ours to choose.
HEADER_LIMIT = 256 * 1024
STOP_SECONDS = 10  # for open requests to end; event streams end at once
WORKER_STOP_SECONDS = 20  # for a job to put itself back
RESTART_SECONDS = 3.0  # after a worker has died
_log = structlog.get_logger(__name__)


def serve(settings: Settings, *, with_worker: bool = True) -> None:
    """Blocks until SIGTERM or SIGINT. Conflict when the port is taken, StoreUnavailable when the database cannot be used."""
    check_port(settings.host, settings.port)
    token = _prepare(settings)
    os.environ.update(environment(settings))
    server = Granian(
        TARGET,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        factory=True,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=30_000, max_buffer_size=HEADER_LIMIT),
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=True,
        backlog=2_048,
    )
    jobs = _JobProcess() if with_worker else None
    server.on_startup(lambda: _announce(settings, token))
    if jobs is not None:
        server.on_startup(jobs.start)
    try:
        server.serve()
    finally:
        if jobs is not None:
            jobs.stop()


def environment(settings: Settings) -> dict[str, str]:
    """The settings as variables, for the processes of this server."""
    return {setting.variable: str(value) for setting in SETTINGS if (value := getattr(settings, setting.name)) not in {"", None}}


def check_port(host: str, port: int) -> None:
    """Conflict when somebody listens there already, with what to do about it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _unusable(host, port, error) from None


def _unusable(host: str, port: int, error: OSError) -> LongshelfError:
    if error.errno == errno.EADDRINUSE:
        return Conflict(f"Port {port} is taken: another program, perhaps another Longshelf, listens on it. Choose one with --port.")
    if error.errno == errno.EACCES:
        return Conflict(f"This user may not listen on port {port}. Choose one above 1023 with --port.")
    return Conflict(f"Cannot listen on {host}:{port}: {error.strerror}. Check --host and --port.")


def _prepare(settings: Settings) -> str | None:
    """Brings the database up to date before anything is started, so that its errors are told once and plainly; the setup token."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    try:
        upgrade(database)
        return offer_setup(database)
    finally:
        database.close()


def _announce(settings: Settings, token: str | None) -> None:
    """On standard output: the address a person opens."""
    address = base_url(settings)
    lines = [f"Longshelf is at {address}/"]
    if token is not None:
        lines.append(f"There is no administrator yet. Make the first one here: {address}/setup?token={token}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def base_url(settings: Settings) -> str:
    """The address on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - a name, not a bind
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{settings.port}"


class _JobProcess:
    """The worker beside the web server. One that dies is started again; its job's lease runs out and the job goes on."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch = threading.Thread(target=self._supervise, name="job process", daemon=True)

    def start(self) -> None:
        self._spawn()
        self._watch.start()

    def stop(self) -> None:
        self._stopping.set()
        process = self._process
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            process.wait(WORKER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            _log.warning("worker killed", seconds=WORKER_STOP_SECONDS)
            process.kill()
            process.wait()

    def _spawn(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "longshelf.server.worker", str(os.getpid())])  # noqa: S603 - our own module

    def _supervise(self) -> None:
        while not self._stopping.is_set():
            process = self._process
            code = process.wait() if process is not None else 0
            if self._stopping.is_set():
                return
            _log.error("worker died", code=code)
            if not self._stopping.wait(RESTART_SECONDS):
                self._spawn()
