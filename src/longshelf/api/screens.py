"""What players hear, as long as they listen: how things are on their display, again whenever that changes. One look at the database serves
all who listen to this process, and costs one small statement while nothing happens.

A stream is no proof that anybody is there: a player that went away without a word leaves it open. So only what a player sends counts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection

import msgspec
import structlog

from longshelf.api.threads import Threads
from longshelf.displays.board import Changed, Mark
from longshelf.displays.shapes import Screen

LOOK_SECONDS = 0.25
HEARTBEAT_SECONDS = 15.0  # proxies close what is silent for a minute
RETRY = b"retry: 2000\n\n"

Follow = Callable[[Mark | None], Changed]
Bodies = Callable[[Collection[int]], dict[int, Screen]]
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger(__name__)


class _Stream:
    """Who listens. Only the newest state matters: one that was not sent yet is forgotten for it."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._chunk: bytes | None = b""

    def tell(self, chunk: bytes | None) -> None:
        """None ends it."""
        self._chunk = chunk
        self._news.set()

    async def next(self, patience: float) -> bytes | None:
        """What is new; a heartbeat when nothing is for so long."""
        try:
            await asyncio.wait_for(self._news.wait(), patience)
        except TimeoutError:
            return b": still here\n\n"
        self._news.clear()
        return self._chunk


class ScreenFeed:
    """Lives on one event loop. `follow` tells what has changed, `bodies` how things are; `existing` which displays are still there."""

    def __init__(
        self,
        threads: Threads,
        follow: Follow,
        bodies: Bodies,
        existing: Callable[[Collection[int]], set[int]],
        *,
        look: float = LOOK_SECONDS,
        heartbeat: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._threads = threads
        self._follow = follow
        self._bodies = bodies
        self._existing = existing
        self._look_seconds = look
        self._heartbeat = heartbeat
        self._streams: dict[int, set[_Stream]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._closed = False

    async def listen(self, display_id: int, screen: Callable[[], Screen]) -> AsyncIterator[bytes]:
        """The stream of one player: how things are (`screen`), then whatever changes. It ends when the display is removed."""
        stream = _Stream()
        self._streams.setdefault(display_id, set()).add(stream)
        try:
            await self._start()
            yield RETRY + _event(await self._threads.read(screen))
            while not self._closed:
                chunk = await stream.next(self._heartbeat)
                if chunk is None:
                    return
                yield chunk
        finally:
            self._leave(display_id, stream)

    def close(self) -> None:
        """Ends every stream; the process stops."""
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
        for display_id in list(self._streams):
            self._tell(display_id, None)

    async def _start(self) -> None:
        """The first one has the looking begin. Everybody waits until it has, so that it begins before he is told how things are."""
        if self._looking is None and not self._closed:
            self._ready = asyncio.Event()
            self._looking = asyncio.create_task(self._look_on(self._ready))
        if self._looking is not None:
            await self._ready.wait()

    async def _look_on(self, ready: asyncio.Event) -> None:
        """Until nobody listens. Who cannot be told what happens is let go: players come back, and ask how things are."""
        try:
            await self._look(ready)
        except Exception as error:  # the boundary: nobody else would hear of it
            _log.warning("screens cannot be told what happens", reason=str(error))
            self._looking = None
            for display_id in list(self._streams):
                self._tell(display_id, None)
        finally:
            ready.set()

    async def _look(self, ready: asyncio.Event) -> None:
        mark = (await self._threads.read(self._follow, None)).mark
        ready.set()
        while True:
            await asyncio.sleep(self._look_seconds)
            changed = await self._threads.read(self._follow, mark)
            mark = changed.mark
            listening = [each for each in changed.ids if each in self._streams]
            if listening:
                for display_id, screen in (await self._threads.read(self._bodies, listening)).items():
                    self._tell(display_id, _event(screen))
            if changed.removed:
                there = await self._threads.read(self._existing, list(self._streams))
                for display_id in [each for each in self._streams if each not in there]:
                    self._tell(display_id, None)

    def _tell(self, display_id: int, chunk: bytes | None) -> None:
        for stream in self._streams.get(display_id, ()):
            stream.tell(chunk)

    def _leave(self, display_id: int, stream: _Stream) -> None:
        others = self._streams.get(display_id, set())
        others.discard(stream)
        if not others:
            self._streams.pop(display_id, None)
        if not self._streams and self._looking is not None:
            self._looking.cancel()
            self._looking = None


def _event(screen: Screen) -> bytes:
    return b"id: %d\nevent: screen\ndata: %s\n\n" % (screen.version, _encode(screen))
