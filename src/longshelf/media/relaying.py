"""Media of remote servers, passed on while they arrive: nothing is kept, and nobody waits for what nobody wants any more.

The rules: one library has so many answers open at once and no more, so that one server is not flooded and a slow one holds up nobody
else's; a small answer comes whole in a certain time or not at all; a server that cannot be reached is left alone for a moment, and whoever
asks meanwhile is told at once; whoever goes away takes his request to the server with him; of any answer a piece or two are in memory,
however long it is."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

from longshelf.errors import SourceDrifted, SourceLocked, SourceOffline
from longshelf.media.remote import Server
from longshelf.sources.stash.media import Address
from longshelf.sources.stash.media_client import Attempt, MediaClient, Opened, Unreachable
from longshelf.sources.stash.options import StashOptions

STREAMS = 16  # films and files open at once, of one library in one process
SMALL = 4  # pictures and texts, likewise: Stash may have to make each
WAIT_SECONDS = 20.0  # for a turn
WHOLE_SECONDS = 120.0  # for a picture or a text, until its last byte: one that drips would keep its turn
REST_SECONDS = 3.0  # a server that could not be reached is left alone for so long
T = TypeVar("T")
_log = structlog.get_logger()


class Relays:
    """One for a process. `private` allows servers in private networks; belongs to one event loop."""

    def __init__(
        self,
        *,
        private: bool = True,
        streams: int = STREAMS,
        small: int = SMALL,
        wait: float = WAIT_SECONDS,
        whole: float = WHOLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._private = private
        self._limits = streams, small
        self._wait = wait
        self._whole = whole
        self._clock = clock
        self._lines: dict[int, _Line] = {}

    async def open(self, server: Server, address: Address, asked: Mapping[str, str], *, begun: bool = True) -> "Relay":
        """The answer with its body still to come; when it has `begun`, its first piece is here, so that a server that fails at once can
        still be said to. Close it. NotFound, or a SourceError that says why not."""
        line = self._line(server)
        relay = await line.opened(address, asked, line.streams, self._wait)
        try:
            if begun:
                await relay.begin()
        except BaseException:
            await relay.close()
            raise
        return relay

    async def fetch(self, server: Server, address: Address, limit: int) -> bytes:
        """A whole small body. SourceDrifted when it is longer than `limit` bytes, SourceOffline when it does not come whole in time."""
        try:
            async with asyncio.timeout(self._whole):
                return await self._fetched(server, address, limit)
        except TimeoutError:
            raise SourceOffline(f"The Stash server had not sent all of it after {self._whole:.0f} seconds.") from None

    async def _fetched(self, server: Server, address: Address, limit: int) -> bytes:
        line = self._line(server)
        relay = await line.opened(address, {}, line.small, self._wait)
        try:
            body = bytearray()
            async for chunk in relay.chunks():
                body += chunk
                if len(body) > limit:
                    raise SourceDrifted(f"The Stash server sends more than {limit // 2**20} MB where little was asked for.")
            return bytes(body)
        finally:
            await relay.close()

    def close(self) -> None:
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def _line(self, server: Server) -> "_Line":
        line = self._lines.get(server.library_id)
        if line is None or line.server != server:
            if line is not None:
                line.close()
            line = self._lines[server.library_id] = _Line(server, self._limits, private=self._private, clock=self._clock)
        return line


class _Line:
    """What leads to one server."""

    def __init__(self, server: Server, limits: tuple[int, int], *, private: bool, clock: Callable[[], float]) -> None:
        self.server = server
        self.streams, self.small = asyncio.Semaphore(limits[0]), asyncio.Semaphore(limits[1])
        self._clock = clock
        self._client = MediaClient(StashOptions(url=server.url), server.key, connections=sum(limits), private=private)
        self._threads = ThreadPoolExecutor(sum(limits), thread_name_prefix=f"media {server.library_id}")
        self._resting: tuple[float, str] = (0.0, "")

    async def opened(self, address: Address, asked: Mapping[str, str], turns: asyncio.Semaphore, wait: float) -> "Relay":
        self._check_rest()
        try:
            await asyncio.wait_for(turns.acquire(), wait)
        except TimeoutError:
            raise SourceLocked("Too much of this Stash server is being watched at once. Try again soon.") from None
        try:
            self._check_rest()  # it may have begun while this one waited
            attempt = Attempt()
            found = await self.run(lambda: self._client.open(address, asked, attempt), attempt, discard=Opened.close)
        except BaseException as error:
            turns.release()
            if isinstance(error, Unreachable):
                self._rest(error)
            raise
        return Relay(self, found, attempt, turns.release)

    async def run(self, work: Callable[[], T], attempt: Attempt, discard: Callable[[T], object] = lambda _found: None) -> T:
        """In a thread. Whoever stops waiting ends the request; the thread is waited for, so that what it held is free afterwards."""
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            attempt.abort()
            result = (await asyncio.gather(running, return_exceptions=True))[0]
            if not isinstance(result, BaseException):
                discard(result)
            raise

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _check_rest(self) -> None:
        until, reason = self._resting
        if self._clock() < until:
            raise SourceOffline(reason)

    def _rest(self, error: Unreachable) -> None:
        self._resting = self._clock() + REST_SECONDS, str(error)
        _log.warning("media cannot be had", library=self.server.library_id, reason=str(error))


class Relay:
    """One answer on its way. `headers` are safe to pass on."""

    def __init__(self, line: _Line, opened: Opened, attempt: Attempt, release: Callable[[], None]) -> None:
        self.status = opened.status
        self.headers = opened.headers
        self._line = line
        self._opened = opened
        self._attempt = attempt
        self._first: bytes | None = None
        self._release: Callable[[], None] | None = release

    @property
    def library_id(self) -> int:
        return self._line.server.library_id

    async def begin(self) -> None:
        """Reads the first piece."""
        self._first = await self._next()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body. The next piece is asked for when the one before is taken. SourceOffline when it breaks off."""
        chunk = self._first if self._first is not None else await self._next()
        self._first = None
        while chunk:
            yield chunk
            chunk = await self._next()

    async def _next(self) -> bytes:
        return await self._line.run(self._opened.read, self._attempt)

    async def close(self) -> None:
        """Ends the request, wherever it is. A second time does nothing."""
        release, self._release = self._release, None
        if release is not None:
            self._opened.close()
            release()
