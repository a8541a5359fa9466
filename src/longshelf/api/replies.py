"""A whole answer as the bytes and headers that go out, and the headers that every answer carries."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from starlette.types import Message, Send

SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
        b"font-src 'self' data:; frame-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
USUAL = {"cache-control": "private, no-cache", "vary": "accept-encoding, cookie, authorization"}
_USUAL = (*((name.encode(), value.encode()) for name, value in USUAL.items()), *SECURITY)

Headers = list[tuple[bytes, bytes]]


class Reply(NamedTuple):
    """`headers` are complete, lower-case, security included."""

    status: int
    headers: Headers
    body: bytes

    async def send(self, send: Send, *, with_body: bool) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body if with_body else b""})


def headed(own: Mapping[str, str]) -> Headers:
    """An answer's own headers (lower-case names) and the usual ones it does not set itself."""
    if not own:
        return [*_USUAL]
    made = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in own.items()]
    return [*made, *(pair for pair in _USUAL if pair[0].decode() not in own)]


def with_security(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers and those security headers that are not among them."""
    found = list(headers)
    present = {name.lower() for name, _ in found}
    return [*found, *(pair for pair in SECURITY if pair[0] not in present)]


def hardened(send: Send) -> Send:
    """Adds the security headers to what is sent, where it does not set them itself."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": with_security(message.get("headers", ()))}
        await send(message)

    return sent
