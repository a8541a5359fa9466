"""Turns, rests and giving up, against a server of a few lines that does as it is told."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import msgspec
import pytest

from longshelf.errors import NotFound, SourceDrifted, SourceLocked, SourceOffline
from longshelf.media.relaying import REST_SECONDS, Relays
from longshelf.media.remote import Server
from longshelf.sources.stash.media import Address

FILM = Address("/scene/1/stream", ("video/",))
KEY = "s3cr3t"


class Told:
    """One thread a connection; `answer(connection)` writes what it likes."""

    def __init__(self, answer: Callable[[socket.socket], None], port: int = 0) -> None:
        self.answer = answer
        self.connections = 0
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # one who waits in `accept` would let one more in
        self._listener.close()

    def server(self, library_id: int = 1) -> Server:
        return Server(library_id=library_id, url=self.url, key=KEY)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while head := connection.recv(65_536):
                self.requests.append(head)
                self.answer(connection)


def film(body: bytes = b"film", **headers: str) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        told = {"Content-Type": "video/mp4", "Content-Length": str(len(body)), **headers}
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
        connection.sendall(f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + body)

    return answer


@pytest.fixture
def told() -> Iterator[Told]:
    running = Told(film())
    yield running
    running.close()


async def _read(relays: Relays, server: Server) -> bytes:
    relay = await relays.open(server, FILM, {})
    try:
        return b"".join([chunk async for chunk in relay.chunks()])
    finally:
        await relay.close()


def test_a_connection_whose_answer_was_read_is_used_again(told: Told) -> None:
    async def run() -> None:
        relays = Relays()
        assert [await _read(relays, told.server()) for _ in range(3)] == [b"film"] * 3
        relays.close()

    asyncio.run(run())
    assert told.connections == 1
    assert all(b"ApiKey: s3cr3t" in each for each in told.requests)


def test_a_kept_connection_that_the_server_has_ended_is_no_failure(told: Told) -> None:
    def once(connection: socket.socket) -> None:
        film()(connection)
        connection.shutdown(socket.SHUT_RDWR)

    told.answer = once

    async def run() -> None:
        relays = Relays()
        for _ in range(5):
            assert await _read(relays, told.server()) == b"film"
        relays.close()

    asyncio.run(run())


def test_so_many_at_once_and_the_next_when_one_has_ended(told: Told) -> None:
    async def run() -> None:
        relays = Relays(streams=2, wait=0.3)
        first, second = [await relays.open(told.server(), FILM, {}) for _ in range(2)]
        with pytest.raises(SourceLocked):
            await relays.open(told.server(), FILM, {})
        assert await _read(relays, told.server(2)) == b"film"  # another library has turns of its own
        assert await relays.fetch(told.server(), FILM, 100) == b"film"  # and so have small things
        waiting = asyncio.ensure_future(_read(relays, told.server()))
        await asyncio.sleep(0.05)
        await first.close()
        await first.close()  # a second time gives nothing back twice
        assert await waiting == b"film"
        third = await relays.open(told.server(), FILM, {})
        with pytest.raises(SourceLocked):
            await relays.open(told.server(), FILM, {})
        await second.close()
        await third.close()
        relays.close()

    asyncio.run(run())


def test_of_these_so_many_for_one_person(told: Told) -> None:
    async def run() -> None:
        relays = Relays(streams=3, own=2, wait=0.3)
        first, _second = [await relays.open(told.server(), FILM, {}, who=1) for _ in range(2)]
        with pytest.raises(SourceLocked, match="You are watching too much"):
            await relays.open(told.server(), FILM, {}, who=1)
        third = await relays.open(told.server(), FILM, {}, who=2)
        with pytest.raises(SourceLocked, match="is being watched"):
            await relays.open(told.server(), FILM, {}, who=2)
        await third.close()
        waiting = asyncio.ensure_future(relays.open(told.server(), FILM, {}, who=1))
        await asyncio.sleep(0.05)
        await first.close()
        await (await waiting).close()
        relays.close()

    asyncio.run(run())


LONG = bytes(range(256)) * 4 * 1024  # several pieces


def ranged(told: "Told", tag: str = '"one"') -> Callable[[socket.socket], None]:
    """A film whose parts can be had, as long as it is the same."""

    def answer(connection: socket.socket) -> None:
        head = told.requests[-1].decode()
        asked = re.search(r"(?i)\r\nrange: bytes=(\d+)-(\d+)", head)
        named = re.search(r"(?i)\r\nif-range: (.*)\r\n", head)
        part = LONG
        lines = f"HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nETag: {tag}\r\n"
        if asked and named and named[1] == tag:
            first, last = int(asked[1]), int(asked[2])
            part = LONG[first : last + 1]
            lines = f"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {first}-{last}/{len(LONG)}\r\nETag: {tag}\r\n"
        connection.sendall(f"{lines}Content-Type: video/mp4\r\nContent-Length: {len(part)}\r\n\r\n".encode() + part)

    return answer


def test_who_takes_nothing_for_a_while_gives_his_turn_back_and_gets_the_rest_later(told: Told) -> None:
    told.answer = ranged(told)

    async def run() -> None:
        relays = Relays(streams=1, idle=(0.05, 600))
        paused = await relays.open(told.server(), FILM, {"range": f"bytes=1000-{len(LONG) - 11}"} | {"if-range": '"one"'})
        chunks = paused.chunks()
        taken = await anext(chunks)
        other = await relays.open(told.server(), FILM, {})  # there is one turn, and it is free
        await other.close()
        taken += b"".join([chunk async for chunk in chunks])
        assert taken == LONG[1000 : len(LONG) - 10]
        await paused.close()
        relays.close()

    asyncio.run(run())
    assert len(told.requests) == 3
    assert told.requests[-1].count(b"if-range") == 1
    assert b"ApiKey: s3cr3t" in told.requests[-1]


def test_the_rest_of_another_film_is_not_put_behind_what_was_sent(told: Told) -> None:
    told.answer = ranged(told)

    async def run() -> None:
        relays = Relays(streams=1, idle=(0.05, 600))
        paused = await relays.open(told.server(), FILM, {})
        chunks = paused.chunks()
        await anext(chunks)
        await (await relays.open(told.server(), FILM, {})).close()
        told.answer = ranged(told, '"two"')
        with pytest.raises(SourceDrifted):
            await anext(chunks)
        await paused.close()
        assert len(await _read(relays, told.server())) == len(LONG)  # and its turn is free
        relays.close()

    asyncio.run(run())


@pytest.mark.parametrize(("address", "idle"), [(FILM, (600, 0.05)), (msgspec.structs.replace(FILM, made=True), (0.05, 600))])
def test_what_cannot_be_had_in_parts_is_ended_only_after_a_long_time(told: Told, address: Address, idle: tuple[float, float]) -> None:
    """A film without a name to know it by; and one that is made meanwhile, for which the short time does not count."""
    told.answer = film(LONG, Accept_Ranges="bytes") if address is FILM else film(LONG, Accept_Ranges="bytes", ETag='"one"')

    async def run() -> None:
        relays = Relays(streams=1, wait=20 if address is FILM else 0.3, idle=idle)
        paused = await relays.open(told.server(), address, {})
        chunks = paused.chunks()
        taken = await anext(chunks)
        if address is FILM:
            await (await relays.open(told.server(), FILM, {})).close()
            with pytest.raises(SourceOffline, match="for a long time"):
                await anext(chunks)
        else:
            with pytest.raises(SourceLocked):
                await relays.open(told.server(), FILM, {})
            assert taken + b"".join([chunk async for chunk in chunks]) == LONG
        await paused.close()
        relays.close()

    asyncio.run(run())


def test_a_server_that_is_away_is_left_alone_for_a_moment(told: Told) -> None:
    told.close()
    now = [0.0]

    async def run() -> None:
        relays = Relays(clock=lambda: now[0])
        with pytest.raises(SourceOffline, match="does not answer"):
            await relays.open(told.server(), FILM, {})
        back = Told(film(), told.port)
        with pytest.raises(SourceOffline, match="does not answer"):
            await relays.open(told.server(), FILM, {})
        assert not back.connections
        now[0] += REST_SECONDS
        assert await _read(relays, told.server()) == b"film"
        back.close()
        relays.close()

    asyncio.run(run())


def test_whoever_waits_no_longer_frees_his_turn_and_ends_the_request(told: Told) -> None:
    ended = threading.Event()

    def hang(connection: socket.socket) -> None:
        if connection.recv(1) == b"":
            ended.set()

    told.answer = hang

    async def run() -> None:
        relays = Relays(streams=1, wait=0.3)
        asking = asyncio.ensure_future(relays.open(told.server(), FILM, {}))
        while not told.requests:
            await asyncio.sleep(0.01)
        began = time.monotonic()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert time.monotonic() - began < 1
        assert ended.wait(5)
        told.answer = film()
        assert await _read(relays, told.server()) == b"film"
        relays.close()

    asyncio.run(run())


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_small_answer_that_drips_frees_its_turn_in_time(told: Told, head: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(600):
            connection.sendall(b"x")
            time.sleep(0.05)

    told.answer = drip

    async def run() -> None:
        relays = Relays(small=1, wait=0.3, whole=0.5)
        began = time.monotonic()
        with pytest.raises(SourceOffline, match="had not sent all"):
            await relays.fetch(told.server(), FILM, 10_000)
        assert 0.4 < time.monotonic() - began < 5
        told.answer = film()
        assert await relays.fetch(told.server(), FILM, 10_000) == b"film"
        relays.close()

    asyncio.run(run())


def test_one_that_fails_at_its_first_byte_says_so_before_anything_is_sent(told: Told) -> None:
    def short(connection: socket.socket) -> None:
        film(Content_Length="100")(connection)
        connection.shutdown(socket.SHUT_RDWR)

    told.answer = short

    async def run() -> None:
        relays = Relays()
        with pytest.raises(SourceOffline):
            await _read(relays, told.server())
        relays.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (film(b"x" * 200), SourceDrifted),
        (film(Content_Type="text/html"), SourceDrifted),
        (lambda connection: connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), NotFound),
        (lambda connection: connection.sendall(b"no HTTP at all\r\n\r\n"), SourceOffline),
        (
            lambda connection: connection.sendall(f"HTTP/1.1 302 {KEY}\r\nLocation: http://x/?{KEY}\r\n\r\n".encode()),
            SourceDrifted.__base__,
        ),
    ],
)
def test_what_cannot_be_had_has_a_reason_without_the_key(
    told: Told, answer: Callable[[socket.socket], None], error: type[Exception]
) -> None:
    told.answer = answer

    async def run() -> None:
        relays = Relays()
        with pytest.raises(error) as raised:
            await relays.fetch(told.server(), FILM, 100)
        assert KEY not in str(raised.value)
        assert told.url not in str(raised.value)
        assert raised.value.__cause__ is None
        relays.close()

    asyncio.run(run())


def test_a_server_prints_as_nothing_that_matters(told: Told) -> None:
    server = told.server()
    assert KEY not in f"{server} {server!r} {[server]}"
    assert told.url not in f"{server!r}"
