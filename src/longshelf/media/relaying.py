"""Media of remote servers, passed on while they arrive: nothing is kept, and nobody waits for what nobody wants any more.

The rules: one library has so many answers open at once and no more, so that one server is not flooded and a slow one holds up nobody
else's, and of these one person has so many; a small answer comes whole in a certain time or not at all; a server that cannot be reached is
left alone for a moment, and whoever asks meanwhile is told at once; whoever goes away takes his request to the server with him; whoever
takes nothing for a while, as a player that was paused, gives his turn back, and the rest is asked for when he goes on; of any answer a
piece or two are in memory, however long it is."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import msgspec
import structlog

from longshelf.errors import NotFound, SourceDrifted, SourceOffline
from longshelf.media.remote import Server
from longshelf.media.turns import Turns
from longshelf.sources.stash.media import Address
from longshelf.sources.stash.media_client import Attempt, MediaClient, Opened, Part, Unreachable
from longshelf.sources.stash.options import StashOptions

STREAMS = 16  # films and files open at once, of one library in one process
OWN_STREAMS = 12  # of these for one person: somebody with many open films leaves some to the others
SMALL = 4  # pictures and texts, likewise: Stash may have to make each
WAIT_SECONDS = 20.0  # for a turn
WHOLE_SECONDS = 120.0  # for a picture or a text, until its last byte: one that drips would keep its turn
IDLE_SECONDS = 10.0  # without a piece taken; the rest of a film can be asked for at any time
IDLE_MADE_SECONDS = 300.0  # likewise, of what is made while it is sent: it would have to begin anew, and a browser that has enough may take
# nothing for minutes while it plays
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
        own: int = OWN_STREAMS,
        small: int = SMALL,
        wait: float = WAIT_SECONDS,
        whole: float = WHOLE_SECONDS,
        idle: tuple[float, float] = (IDLE_SECONDS, IDLE_MADE_SECONDS),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._private = private
        self._limits = streams, own, small
        self._wait = wait
        self._whole = whole
        self._idle = idle
        self._clock = clock
        self._lines: dict[int, _Line] = {}

    async def open(
        self, server: Server, address: Address, asked: Mapping[str, str], *, who: int | None = None, begun: bool = True
    ) -> "Relay":
        """The answer with its body still to come, for the person `who`; when it has `begun`, its first piece is here, so that a server that
        fails at once can still be said to. Close it. NotFound, or a SourceError that says why not."""
        line = self._line(server)
        ask = partial(line.opened, address, turns=line.streams, who=who, wait=self._wait)
        relay = Relay(line, ask, await ask(asked), self._idle)
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
        ask = partial(line.opened, address, turns=line.small, who=None, wait=self._wait)
        relay = Relay(line, ask, await ask({}), self._idle)
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

    def __init__(self, server: Server, limits: tuple[int, int, int], *, private: bool, clock: Callable[[], float]) -> None:
        self.server = server
        streams, own, small = limits
        self.streams, self.small = Turns(streams, own), Turns(small, small)
        self._clock = clock
        self._client = MediaClient(StashOptions(url=server.url), server.key, connections=streams + small, private=private)
        self._threads = ThreadPoolExecutor(streams + small, thread_name_prefix=f"media {server.library_id}")
        self._resting: tuple[float, str] = (0.0, "")

    async def opened(self, address: Address, asked: Mapping[str, str], *, turns: Turns, who: int | None, wait: float) -> "_Held":
        self._check_rest()
        give_back = await turns.take(who, wait)
        try:
            self._check_rest()  # it may have begun while this one waited
            attempt = Attempt()
            found = await self.run(lambda: self._client.open(address, asked, attempt), attempt, discard=Opened.close)
        except BaseException as error:
            give_back()
            if isinstance(error, Unreachable):
                self._rest(error)
            raise
        return _Held(found, attempt, give_back)

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


class _Held:
    """An answer that is open, and the turn it has."""

    def __init__(self, opened: Opened, attempt: Attempt, give_back: Callable[[], None]) -> None:
        self.opened = opened
        self.attempt = attempt
        self._give_back = give_back

    def close(self) -> None:
        """Once."""
        self.opened.close()
        self._give_back()


class _Rest(msgspec.Struct):
    """What is still to come of an answer: the bytes from `at` to `last` of `total`, as long as it is the one `validator` names."""

    at: int
    last: int
    total: int
    validator: str

    @property
    def asked(self) -> dict[str, str]:
        return {"range": f"bytes={self.at}-{self.last}", "if-range": self.validator}


class Relay:
    """One answer on its way. `headers` are safe to pass on. It has a turn as long as somebody takes it; `idle` is after how many seconds
    without that it has none, for what can be asked for in parts and for all else."""

    def __init__(self, line: _Line, ask: Callable[[Mapping[str, str]], Awaitable[_Held]], held: _Held, idle: tuple[float, float]) -> None:
        self.status = held.opened.status
        self.headers = held.opened.headers
        self._line = line
        self._ask = ask
        self._held: _Held | None = held
        self._rest = _rest(held.opened)
        self._idle = idle[self._rest is None]
        self._first: bytes | None = None

    @property
    def library_id(self) -> int:
        return self._line.server.library_id

    async def begin(self) -> None:
        """Reads the first piece."""
        self._first = await self._next()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body. The next piece is asked for when the one before is taken. SourceError when it breaks off."""
        chunk = self._first if self._first is not None else await self._next()
        self._first = None
        while chunk:
            leaving = asyncio.get_running_loop().call_later(self._idle, self._let_go)
            try:
                yield chunk
            finally:
                leaving.cancel()
            chunk = await self._next()

    async def _next(self) -> bytes:
        rest = self._rest
        if rest is not None and rest.at > rest.last:
            return b""
        held = self._held = self._held or await self._again()
        chunk = await self._line.run(held.opened.read, held.attempt)
        if rest is not None:
            rest.at += len(chunk)
        return chunk

    async def _again(self) -> _Held:
        """What is still to come, of the same. SourceError when it cannot be had."""
        rest = self._rest
        if rest is None:
            raise SourceOffline("Nobody took it for a long time, so it was ended.")
        try:
            held = await self._ask(rest.asked)
        except NotFound as error:
            raise SourceOffline(str(error)) from None
        if held.opened.part != Part(rest.at, rest.last, rest.total):
            held.close()
            raise SourceDrifted("It is not the same file any more.")
        return held

    def _let_go(self) -> None:
        """Nobody is reading now: the piece that is waited for has not been asked for."""
        held, self._held = self._held, None
        if held is not None:
            held.close()
            _log.debug("media let go", library=self.library_id, again=self._rest is not None)

    async def close(self) -> None:
        """Ends the request, wherever it is. A second time does nothing."""
        held, self._held = self._held, None
        if held is not None:
            held.close()


def _rest(opened: Opened) -> _Rest | None:
    """None where a later part would not be known to be one of the same."""
    headers, part = opened.headers, opened.part
    tag = headers.get("etag", "")
    validator = headers.get("last-modified", "") if tag.startswith("W/") else tag or headers.get("last-modified", "")
    return None if part is None or not validator else _Rest(part.first, part.last, part.total, validator)
