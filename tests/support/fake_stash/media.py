"""A pretended Stash that misbehaves with media: what is wrong with an answer's body or headers, beside the faults every answer can have.

The rule: `answers` maps a path to what stands in its place."""

import asyncio
import re
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.fake_stash.running import FakeStash

CHUNK = 64 * 1024


class MediaStash(FakeStash):
    """`at_once` is the most media requests that were ever under way together."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.answers: dict[str, ASGIApp] = {}
        self.under_way = self.at_once = 0
        self.pause = 0.0

    def application(self) -> ASGIApp:
        inner = super().application()

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] in ("/graphql", "/__control"):
                await inner(scope, receive, send)
                return
            self.under_way += 1
            self.at_once = max(self.at_once, self.under_way)
            try:
                await asyncio.sleep(self.pause)
                await self.answers.get(scope["path"], inner)(scope, receive, send)
            finally:
                self.under_way -= 1

        return application


def body(content: bytes, kind: str, status: int = 200, **headers: str) -> ASGIApp:
    """These bytes. Names of `headers` are written with underscores; `content_length` may lie."""
    own = {"content_type": kind, "content_length": str(len(content)), **headers}
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in own.items() if value]

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    return answer


class Endless:
    """A film of `length` bytes that are made as fast as they are taken. `sent` counts them; `gone` when nobody takes them any more."""

    def __init__(self, length: int = 8 * 2**30, *, pause: float = 0.0) -> None:
        self.length = length
        self.pause = pause
        self.sent = 0
        self.gone = False

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        leaving = asyncio.ensure_future(_gone(receive))
        headers = [(b"content-type", b"video/mp4"), (b"content-length", str(self.length).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while not leaving.done() and self.sent < self.length:
            await send({"type": "http.response.body", "body": bytes(min(CHUNK, self.length - self.sent)), "more_body": True})
            self.sent += CHUNK
            await asyncio.sleep(self.pause)
        self.gone = leaving.done()
        leaving.cancel()


class Divisible:
    """A film whose parts can be asked for, as Stash sends files. `requests` counts who asked."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += 1
        leaving = asyncio.ensure_future(_gone(receive))
        asked = re.fullmatch(rb"bytes=(\d+)-(\d+)", dict(scope["headers"]).get(b"range", b""))
        first, last = (int(asked[1]), int(asked[2])) if asked else (0, len(self.content) - 1)
        headers = [(b"content-type", b"video/mp4"), (b"etag", b'"film"'), (b"accept-ranges", b"bytes")]
        headers.append((b"content-length", str(last - first + 1).encode()))
        if asked:
            headers.append((b"content-range", f"bytes {first}-{last}/{len(self.content)}".encode()))
        await send({"type": "http.response.start", "status": 206 if asked else 200, "headers": headers})
        for start in range(first, last + 1, CHUNK):
            if leaving.done():
                break
            piece = self.content[start : min(start + CHUNK, last + 1)]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        leaving.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
