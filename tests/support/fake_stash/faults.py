"""What can go wrong between a client and a Stash, on purpose and on a given request.

The rule: a fault names the requests it is for (operation, path, which of them) and what happens to them; it is used up when it has
happened `times` times. Faults of the answer's content happen in the server itself, faults of the transport to its finished answer."""

import asyncio
import gzip
import json
import socket
import struct
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Literal

import msgspec
from graphql import GraphQLError, get_operation_ast, parse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from longshelf.demo.stash.answering import operation_name, root_fields
from longshelf.demo.stash.context import Context
from longshelf.demo.stash.world import Kind

What = Literal[
    "status",
    "errors",
    "partial",
    "locked",
    "redirect",
    "truncate",
    "gzip_cut",
    "drip",
    "slow",
    "reset",
    "hang",
    "vanish",
    "duplicate",
    "empty",
    "shorten",
]
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
LOCKED = "database is locked"


class Fault(msgspec.Struct, kw_only=True):
    """One fault. Matching: `operation` is a root field ("findScenes") or the operation's name, `path` a prefix; `nth` counts matching
    requests from 1; `times` -1 is for ever. `do` names changes made before the answer: (name, arguments) as for the control address.

    status: `code` with `body` · errors: 200, `message`, null data · partial: 200, `field` ("Scene.studio") fails `rows` times ·
    locked: errors "database is locked" · redirect: 302 to /login · truncate: `after` bytes, then the connection closes ·
    gzip_cut: a well-framed answer whose gzip ends early · drip: `after` bytes each `pause` seconds · slow: `pause` seconds late ·
    reset: RST after `after` bytes ·
    hang: no answer until the client goes · vanish: `rows` rows missing from the page · duplicate: `rows` rows twice ·
    empty: no rows · shorten: only the first `rows`."""

    what: What | None = None
    operation: str = ""
    path: str = ""
    nth: int = 1
    times: int = 1
    code: int = 500
    body: str = ""
    message: str = "internal system error"
    field: str = ""
    rows: int = 1
    after: int = 100
    pause: float = 0.01
    do: list[tuple[str, dict[str, Any]]] = msgspec.field(default_factory=list)


class Request(msgspec.Struct):
    """One HTTP request as it came; `operation` is empty unless it is GraphQL, `parts` are the pieces its answer was sent in."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    operation: str = ""
    fields: tuple[str, ...] = ()
    status: int = 0
    parts: int = 0
    fault: str = ""


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self.happened = 0

    def strikes(self, request: Request) -> bool:
        fault = self.fault
        if not request.path.startswith(fault.path) or (fault.operation and fault.operation not in (request.operation, *request.fields)):
            return False
        self.seen += 1
        if self.seen < fault.nth or self.happened == fault.times:
            return False
        self.happened += 1
        return True


_current: ContextVar[Fault | None] = ContextVar("current fault", default=None)


class Faults:
    """The faults of one server, and the requests it had."""

    def __init__(self, do: Callable[[str, dict[str, Any]], Any]) -> None:
        self._do = do
        self._armed: list[_Armed] = []
        self._sockets: list[tuple[asyncio.AbstractEventLoop, asyncio.Transport]] = []
        self._refusing = False
        self.requests: list[Request] = []

    def add(self, what: What | None = None, **details: Any) -> Fault:
        """Arms a fault; see Fault for the details."""
        fault = msgspec.convert({"what": what, **details}, Fault)
        self._armed.append(_Armed(fault))
        return fault

    def clear(self) -> None:
        self._armed.clear()

    def happened(self) -> int:
        """How often any armed fault has struck."""
        return sum(armed.happened for armed in self._armed)

    def cut_sockets(self) -> None:
        """Every websocket is reset now."""
        sockets, self._sockets = self._sockets, []
        for loop, transport in sockets:
            loop.call_soon_threadsafe(_reset, transport)

    def arrange(self, context: Context) -> None:
        """Prepares the server's own part of the current fault."""
        fault = _current.get()
        if fault is None:
            return
        if fault.what in ("vanish", "duplicate", "empty", "shorten"):
            context.rearrange = lambda _kind, rows: _rearranged(fault, _kind, rows)
        elif fault.what == "partial":
            owner, _, name = fault.field.partition(".")
            context.broken[owner, name] = (fault.message, fault.rows)
        elif fault.what in ("errors", "locked"):
            message = LOCKED if fault.what == "locked" else fault.message
            context.broken.update({("Query", name): (message, 1) for name in _QUERIES})

    def refuse_sockets(self, *, refuse: bool = True) -> None:
        """Websockets are not let in, until told otherwise."""
        self._refusing = refuse

    async def strike(self, request: Request) -> Fault | None:
        """The fault for this request, if there is one; its changes are made first, in a thread, because their hooks may ask us things."""
        striking = [armed.fault for armed in list(self._armed) if armed.strikes(request)]
        for fault in striking:
            for name, arguments in fault.do:
                await asyncio.to_thread(self._do, name, arguments)
        struck = next((fault for fault in striking if fault.what is not None), None)
        request.fault = struck.what or "" if struck else ""
        return struck

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The application with faults in front of it."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket" and self._refusing:
                await send({"type": "websocket.close"})
            elif scope["type"] == "websocket":
                self._sockets.append((asyncio.get_running_loop(), _transport(send)))
                await app(scope, receive, send)
            elif scope["type"] == "http":
                await self._http(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return faulty

    async def _http(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        request = _noted(scope, body)
        self.requests.append(request)
        fault = await self.strike(request)
        if fault is not None and fault.what == "slow":
            await asyncio.sleep(fault.pause)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = message["status"]
            else:
                request.parts += 1
            await send(message)

        token = _current.set(fault)
        try:
            if fault is None or fault.what not in _TRANSPORT:
                await app(scope, _again(body, receive), noting)
            elif fault.what in ("status", "redirect"):
                await _refuse(fault, noting)
            elif fault.what == "hang":
                await _until_gone(receive)
            else:
                await _mistreat(fault, *await _whole(app, scope, _again(body, receive)), noting, _transport(send))
        finally:
            _current.reset(token)


_TRANSPORT = frozenset({"status", "redirect", "hang", "truncate", "gzip_cut", "drip", "reset"})
_QUERIES = (
    *(f"find{name}" for name in "Scenes Images Galleries Performers Studios Tags Groups SceneMarkers".split()),  # noqa: SIM905
    *(f"find{name}" for name in "Scene Image Gallery Performer Studio Tag Group".split()),  # noqa: SIM905
    *("version", "systemStatus", "configuration", "stats", "jobQueue"),
)


def _rearranged(fault: Fault, _kind: Kind, rows: list[Any]) -> list[Any]:
    if fault.what == "vanish":
        middle = len(rows) // 2
        return rows[:middle] + rows[middle + fault.rows :]
    if fault.what == "duplicate":
        return rows[: fault.rows] + rows
    return rows[: fault.rows] if fault.what == "shorten" else []


async def _refuse(fault: Fault, send: Send) -> None:
    html = fault.body or BAD_GATEWAY
    code, headers = fault.code, [(b"content-type", b"text/html" if html.startswith("<") else b"application/json")]
    if fault.what == "redirect":
        code, html, headers = 302, "", [(b"location", b"/login")]
    if code == 401:
        headers.append((b"www-authenticate", b"FormBased"))
    await send(
        {"type": "http.response.start", "status": code, "headers": [*headers, (b"content-length", str(len(html.encode())).encode())]}
    )
    await send({"type": "http.response.body", "body": html.encode()})


async def _mistreat(
    fault: Fault, status: int, headers: list[tuple[bytes, bytes]], body: bytes, send: Send, transport: asyncio.Transport
) -> None:
    if fault.what == "gzip_cut":
        packed = gzip.compress(gzip.decompress(body) if (b"content-encoding", b"gzip") in headers else body)
        body = packed[: max(1, min(fault.after, len(packed) - 12))]
        headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
    kept = [(name, value) for name, value in headers if name != b"content-length"]
    await send({"type": "http.response.start", "status": status, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
    if fault.what == "gzip_cut":
        await send({"type": "http.response.body", "body": body})
    elif fault.what == "drip":
        for start in range(0, len(body), fault.after):
            rest = start + fault.after < len(body)
            await send({"type": "http.response.body", "body": body[start : start + fault.after], "more_body": rest})
            if rest:
                await asyncio.sleep(fault.pause)
    else:
        await send({"type": "http.response.body", "body": body[: fault.after], "more_body": True})
        (_reset if fault.what == "reset" else asyncio.Transport.close)(transport)


def _reset(transport: asyncio.Transport) -> None:
    """Not an orderly end: the client's next read fails."""
    endpoint = transport.get_extra_info("socket")
    endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _transport(send: Any) -> asyncio.Transport:
    """The connection below: uvicorn's `send` is a method of the object that holds it."""
    transport = send.__self__.transport
    assert isinstance(transport, asyncio.Transport)
    return transport


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The request's body for whoever reads it next; then what really comes."""
    given = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def read() -> Message:
        message = next(given, None)
        return message if message is not None else await receive()

    return read


async def _whole(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], list(messages[0]["headers"]), body


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _noted(scope: Scope, body: bytes) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    request = Request(scope["method"], scope["path"], scope["query_string"].decode(), headers)
    if scope["path"] == "/graphql" and body:
        try:
            asked = json.loads(body)
        except ValueError:
            return request
        request.operation, request.fields = _named(str(asked.get("query") or ""), asked.get("operationName") or None)
    return request


@lru_cache(maxsize=200)
def _named(query: str, operation: str | None) -> tuple[str, tuple[str, ...]]:
    """The name and the root fields of what is asked; nothing of what cannot be read."""
    try:
        found = get_operation_ast(parse(query), operation)
    except GraphQLError:
        return "", ()
    return (operation_name(found), root_fields(found)) if found is not None else ("", ())
