"""Media of mirrored items over HTTP, passed on from their server while they arrive.

The rules: of what a client sends only conditions and ranges go on to the server, and of what the server says only the headers
`media_client` lets through; everything else an answer carries is ours. A client that goes away ends the request to the server, at whatever
point it is, and an answer that breaks off upstream breaks off here: nobody takes half a film for a whole one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import aclosing, suppress
from typing import TypeVar

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from longshelf.api.route import Call
from longshelf.errors import SourceDrifted, SourceError
from longshelf.media.mime import UNKNOWN, content_disposition, is_passive
from longshelf.media.relaying import Relay
from longshelf.media.remote import Mirrored, Server
from longshelf.sources.stash.media import Address

REVALIDATE = "private, no-cache"
TEXT_LIMIT = 4 * 2**20  # bytes of captions, manifests and the like
PICTURE_LIMIT = 64 * 2**20  # bytes of a picture that becomes a thumbnail
T = TypeVar("T")
_log = structlog.get_logger()


async def passed_on(call: Call, place: Mirrored, address: Address, *, name: str = "", download: bool = False) -> Response:
    """The answer to a GET or HEAD for this address. `name` is what a download is called."""
    if address.made and call.request.method == "HEAD":
        return _Headers(200, {"cache-control": REVALIDATE})  # asking would make the server begin to convert
    asked = {} if address.made else dict(call.request.headers)
    with_body = call.request.method != "HEAD"
    opening = call.services.relays.open(place.server, address, asked, who=call.viewer.user_id, begun=with_body)
    relay = await unless_gone(call.request.receive, opening)
    headers = {**relay.headers, "cache-control": REVALIDATE}
    if relay.status in {304, 416}:
        await relay.close()
        kept = {key: value for key, value in headers.items() if key not in {"content-length", "content-type"}}
        return Response(status_code=relay.status, headers=kept)
    kind = headers.setdefault("content-type", UNKNOWN)
    if name or not is_passive(kind):
        headers["content-disposition"] = content_disposition(name or "download", inline=is_passive(kind) and not download)
    if with_body:
        return _Passing(relay, headers)
    await relay.close()
    return _Headers(relay.status, headers)


async def text_of(call: Call, server: Server, address: Address) -> str:
    """A text of the server, whole. What is no UTF-8 is replaced."""
    body = await unless_gone(call.request.receive, call.services.relays.fetch(server, address, TEXT_LIMIT))
    if server.key and server.key.encode() in body:
        raise SourceDrifted("The server repeats its key in this text, so it is not passed on.")
    return body.decode("utf-8", "replace")


async def unless_gone(receive: Receive, work: Awaitable[T]) -> T:
    """What comes of the work. ClientDisconnect when the client goes first; the work is cancelled then."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Headers(Response):
    """The headers of what a GET would send, and nothing behind them."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(status_code=status, headers=dict(headers))
        if "content-length" not in headers:
            del self.headers["content-length"]


class _Passing(Response):
    """Sends pieces as they come. The next one is not asked for before the client has taken the last."""

    def __init__(self, relay: Relay, headers: Mapping[str, str]) -> None:
        super().__init__(status_code=relay.status, headers=dict(headers))
        if "content-length" not in headers:
            del self.headers["content-length"]
        self._relay = relay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            with suppress(ClientDisconnect):
                await unless_gone(receive, self._sent(send))
        except SourceError as error:
            # To return without having sent all ends the connection: the client sees that it is short.
            _log.warning("media broke off", library=self._relay.library_id, reason=str(error))
        finally:
            await self._relay.close()

    async def _sent(self, send: Send) -> None:
        chunks: AsyncIterator[bytes] = self._relay.chunks()
        async with aclosing(chunks):  # type: ignore[type-var]  # it is a generator
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
