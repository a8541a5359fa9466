"""Everything a test can do to a pretended Stash, by name: in the same process as methods, from another one over HTTP.

The rule: `/__control` exists in tests only. A name is "part.method" with the parts below; arguments are the method's own."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from longshelf.demo.stash.answering import Answering
from longshelf.demo.stash.making import Counts
from longshelf.demo.stash.stamps import HostClock
from tests.support.fake_stash.changes import Changes
from tests.support.fake_stash.faults import Faults
from tests.support.fake_stash.hooks import Hooks
from tests.support.fake_stash.silent import Silent
from tests.support.fake_stash.truth import truth

PREFIX = "/__control"


class Control:
    """The parts of one server. `do("silent.play", {"scene": 5})` is `silent.play(scene=5)`."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.world = answering.world
        self.clock: HostClock = answering.world.clock
        self.hooks = Hooks()
        self.changes = Changes(self.world, self.hooks)
        self.silent = Silent(self.world, self.hooks)
        self.faults = Faults(self.do)
        self._backups: dict[str, Any] = {}
        answering.arrange = self.faults.arrange

    def do(self, name: str, arguments: dict[str, Any]) -> Any:
        """What the named method answers. KeyError for a name there is not."""
        own: dict[str, Callable[..., Any]] = {
            "backup": self._backup,
            "restore": self._restore,
            "reset_library": self._reset,
            "speak": self._speak,
            "install_plugin": self._install,
            "run_job": self._run_job,
            "truth": lambda: truth(self.world),
            "log": lambda: [asdict(asked) for asked in self.answering.log],
            "requests": lambda: self.faults.requests,
            "tally": lambda: asdict(self.answering.tally) | {"stalls": self.world.jobs.events.stalls},
            "listening": self.world.jobs.events.listening,
        }
        part, _, method = name.partition(".")
        if not method:
            return own[name](**arguments)
        parts = {"changes": self.changes, "silent": self.silent, "faults": self.faults, "clock": self.clock}
        if method.startswith("_"):
            raise KeyError(name)
        return getattr(parts[part], method)(**arguments)

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The application with the control address before it."""

        async def controlled(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"] == PREFIX:
                await self._answer(receive, send)
            else:
                await app(scope, receive, send)

        return controlled

    async def _answer(self, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        asked = msgspec.json.decode(body)
        try:
            status, answer = 200, {"answer": await asyncio.to_thread(self.do, asked["do"], asked.get("with") or {})}
        except Exception as error:
            status, answer = 400, {"error": f"{type(error).__name__}: {error}"}
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": msgspec.json.encode(answer)})

    def _backup(self, name: str = "") -> None:
        self._backups[name] = self.silent.backup()

    def _restore(self, name: str = "") -> None:
        self.silent.restore(self._backups[name])

    def _reset(self, seed: int, database_path: str | None = None, **counts: int) -> None:
        self.silent.reset_library(Counts(**counts), seed, database_path=database_path)

    def _speak(self, version: str, missing: list[str] | None = None) -> None:
        self.answering.speak(version, frozenset(missing or ()))

    def _install(self, url: str) -> None:
        self.hooks.url = url

    def _run_job(self, description: str = "Scanning...", end: str = "finish") -> int:
        """A job that starts and ends; `end` is "finish", "cancel", "fail" or "" to leave it running."""
        job = self.world.jobs.start(description)
        if end == "fail":
            self.world.jobs.fail(job, "it went wrong")
        elif end:
            getattr(self.world.jobs, end)(job)
        return job.id
