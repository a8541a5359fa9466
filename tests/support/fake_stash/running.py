"""Starts a pretended Stash on a free port of 127.0.0.1, in a thread of this process.

The rule: a test changes the world under its lock (`stash.changes` does), so a change falls between two requests and never into one."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from longshelf.demo.stash.answering import Answering, Asked
from longshelf.demo.stash.app import create_app
from longshelf.demo.stash.making import Counts, make_world
from longshelf.demo.stash.stamps import HostClock
from longshelf.demo.stash.subscriptions import KEEP_ALIVE, Subscriptions
from longshelf.demo.stash.world import World
from tests.support.fake_stash.control import Control
from tests.support.fake_stash.faults import Request
from tests.support.fake_stash.truth import Truth, truth

PATIENCE = 30.0  # seconds until a server that does not start fails its test


class FakeStash:
    """A running server. `url` is its base ("http://127.0.0.1:port"), `world` what it holds, `log` what it was asked."""

    def __init__(
        self,
        counts: Counts | None = None,
        *,
        seed: int = 1,
        zone: str = "UTC",
        api_key: str = "",
        version: str = "v0.30.0",
        missing: frozenset[str] = frozenset(),
        world: World | None = None,
        keep_alive: float = KEEP_ALIVE,
    ) -> None:
        self.world = world or make_world(counts or Counts(), seed, HostClock(zone))
        self.clock = self.world.clock
        self.answering = Answering(self.world, api_key=api_key, version=version, missing=missing)
        self.subscriptions = Subscriptions(self.answering, keep_alive=keep_alive)
        self.control = Control(self.answering)
        self.changes = self.control.changes
        self.silent = self.control.silent
        self.faults = self.control.faults
        self.hooks = self.control.hooks
        self.jobs = self.world.jobs
        self.api_key = api_key
        self.url = ""
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def log(self) -> list[Asked]:
        """Every GraphQL question so far, oldest first."""
        return list(self.answering.log)

    def start(self, port: int = 0) -> None:
        """Returns when the server answers. The same port again after `stop` is a server that came back."""
        listener = socket.socket(proto=socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            self.application(),
            lifespan="off",
            log_level="critical",
            http="h11",
            ws="websockets-sansio",
            ws_ping_interval=None,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, name="fake stash", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + PATIENCE
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the fake Stash did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        """Ends the server; open connections are closed. A stopped one may be started again."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(PATIENCE)
            self._server = self._thread = None

    def wait(self) -> None:
        """Until the server ends."""
        if self._thread is not None:
            self._thread.join()

    def application(self) -> ASGIApp:
        return self.control.wrap(self.faults.wrap(create_app(self.answering, self.subscriptions)))

    def truth(self) -> Truth:
        """What a mirror must have in the end; see truth.py."""
        return truth(self.world)

    @property
    def requests(self) -> list[Request]:
        """Every HTTP request so far, media too, oldest first."""
        return self.faults.requests


@contextmanager
def fake_stash(counts: Counts | None = None, **options: Any) -> Iterator[FakeStash]:
    """A running pretended Stash; options are those of FakeStash."""
    stash = FakeStash(counts, **options)
    stash.start()
    try:
        yield stash
    finally:
        stash.stop()
