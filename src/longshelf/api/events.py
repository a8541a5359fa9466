"""Live events for everybody who listens to this process: one look at the database at a time, and only while somebody listens.

An event's id is a place in the change log and the job ledger, so a client that comes back, to whichever process, goes on from there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import NamedTuple

import msgspec
import structlog

from longshelf.api.messages import DisplaysEvent, HelloEvent
from longshelf.api.threads import Threads
from longshelf.catalog.following import Follower, Mark, News, read_mark

LOOK_SECONDS = 0.25
HEARTBEAT_SECONDS = 15.0  # proxies close what is silent for a minute
HELD = 200  # looks a listener may lag behind before he is let go; he comes back and catches up
RETRY = b"retry: 2000\n\n"

NewFollower = Callable[[Mark | None], Follower]


class Hears(NamedTuple):
    """What a listener may hear: of `jobs` or not, and of which libraries, None for all; and of displays, as he sees them, None for none."""

    jobs: bool
    libraries: frozenset[int] | None
    displays: Callable[[Collection[int]], Sequence[msgspec.Struct]] | None = None


Listening = Callable[[], Hears | None]
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger()


class EventFeed:
    """Lives on one event loop. `follower` opens a view of the database from a moment on."""

    def __init__(
        self, threads: Threads, follower: NewFollower, *, look: float = LOOK_SECONDS, heartbeat: float = HEARTBEAT_SECONDS
    ) -> None:
        self._threads = threads
        self._follower = follower
        self._look_seconds = look
        self._heartbeat = heartbeat
        self._listeners: set[asyncio.Queue[News | None]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    async def listen(self, last_id: str, listening: Listening) -> AsyncIterator[bytes]:
        """The stream: `hello`, what was missed since `last_id` ("" for nothing), then what happens. `listening` is asked anew whenever
        there is something to tell, and with every heartbeat; None from it ends the stream."""
        queue: asyncio.Queue[News | None] = asyncio.Queue(HELD)
        self._listeners.add(queue)
        try:
            follower = await self._threads.read(self._follower, read_mark(last_id))
            missed = await self._threads.read(follower.look)
            hello = _event("hello", missed.mark, HelloEvent(missed.mark.revision))
            first = await self._heard(missed, listening)
            if first is None:
                return
            yield RETRY + hello + first
            self._start(follower)
            async for chunk in self._news(queue, missed.mark, listening):
                yield chunk
        finally:
            self._listeners.discard(queue)
            if not self._listeners and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    def close(self) -> None:
        """Ends every stream; the process stops."""
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
        for queue in self._listeners:
            _tell(queue, None)

    async def _news(self, queue: "asyncio.Queue[News | None]", start: Mark, listening: Listening) -> AsyncIterator[bytes]:
        while not self._closed:
            try:
                news = await asyncio.wait_for(queue.get(), self._heartbeat)
            except TimeoutError:
                if await self._threads.read(listening) is None:
                    return
                yield b": still here\n\n"
                continue
            chunk = None if news is None else await self._heard(_later_than(start, news), listening)
            if chunk is None:
                return
            if chunk:
                yield chunk

    async def _heard(self, news: News, listening: Listening) -> bytes | None:
        """The events of what the listener may hear; None when he may not listen any more."""
        if not news.any:
            return b""
        hears = await self._threads.read(listening)
        if hears is None:
            return None
        told = _events(_within(news, hears.libraries), jobs=hears.jobs)
        return told if hears.displays is None else told + await self._of_displays(news, hears.displays)

    async def _of_displays(self, news: News, shown: Callable[[Collection[int]], Sequence[msgspec.Struct]]) -> bytes:
        """Each as it is now; and that there are fewer of them, where one is gone."""
        found = await self._threads.read(shown, news.displays) if news.displays else ()
        told = [_event("display", news.mark, display) for display in found]
        return b"".join([*told, _event("displays", news.mark, DisplaysEvent(removed=True))] if news.removed else told)

    def _start(self, follower: Follower) -> None:
        """The first listener's own view goes on as everybody's: nothing can happen between the two."""
        if self._looking is None and not self._closed:
            self._looking = asyncio.create_task(self._look_on(follower))

    async def _look_on(self, follower: Follower) -> None:
        """Until nobody listens. Who cannot be told what happens is let go: he comes back, and goes on from where he was."""
        try:
            await self._look(follower)
        except Exception as error:  # the boundary: nobody else would hear of it
            _log.warning("listeners cannot be told what happens", reason=str(error))
            self._looking = None
            for queue in self._listeners:
                _tell(queue, None)

    async def _look(self, follower: Follower) -> None:
        """Until nobody listens."""
        while True:
            news = await self._threads.read(follower.look)
            if news.any:
                for queue in self._listeners:
                    _tell(queue, news)
            await asyncio.sleep(self._look_seconds)


def _tell(queue: "asyncio.Queue[News | None]", news: News | None) -> None:
    """A listener who lags too far behind hears the end of his stream next."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        news = None
    queue.put_nowait(news)


def _within(news: News, known: frozenset[int] | None) -> News:
    """Without what is told of libraries the listener may not know of."""
    if known is None:
        return news
    return msgspec.structs.replace(
        news,
        libraries=[each for each in news.libraries if each.library_id is None or each.library_id in known],
        jobs=[each for each in news.jobs if each.library_id is None or each.library_id in known],
    )


def _later_than(start: Mark, news: News) -> News:
    """Without the library changes a listener was told when he came."""
    return msgspec.structs.replace(news, libraries=[each for each in news.libraries if each.revision > start.revision])


def _events(news: News, *, jobs: bool) -> bytes:
    told = [_event("library", news.mark, change) for change in news.libraries]
    if jobs:
        told += [_event("job", news.mark, job) for job in news.jobs]
    return b"".join(told)


def _event(name: str, mark: Mark, data: msgspec.Struct) -> bytes:
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (mark.written().encode(), name.encode(), _encode(data))
