"""Listening to one Stash server over a WebSocket: what its jobs do, and when its scan is complete.

The rules: only `graphql-transport-ws` is offered; we ping, for Stash does not; every message is read at once and none is worked on here,
for a reader that stands still holds up Stash's own scan; the key goes out in the header and into no log."""

import logging
import socket
import time
from collections.abc import Callable
from typing import Any

import msgspec
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from longshelf.errors import SourceDrifted, SourceOffline, SourceRefused
from longshelf.sources.addresses import check_peer, check_url
from longshelf.sources.stash.options import StashOptions

PROTOCOL = Subprotocol("graphql-transport-ws")
PING_SECONDS = 20.0
OPEN_SECONDS = 10.0
LOOK_SECONDS = 0.5  # how soon it learns that it should stop
QUESTIONS = {
    "jobs": "subscription Jobs { jobsSubscribe { type job { id status description } } }",
    "scans": "subscription Scans { scanCompleteSubscribe }",
}

# The library's own log would hold the headers.
_silent = logging.getLogger("longshelf.websocket")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.disabled = True


class _Message(msgspec.Struct, frozen=True):
    type: str
    id: str = ""
    payload: Any = None


def listen(options: StashOptions, api_key: str, heard: Callable[[str], None], stopped: Callable[[], bool], *, private: bool = True) -> None:
    """Calls `heard` whenever something may have changed: "connected" first, "scan complete", "job ended". Returns when `stopped`;
    SourceOffline when the connection ends, SourceRefused when it is not let in or, without `private`, lies in a private network."""
    peer = _dial(options, private=private)
    try:
        connection = connect(
            options.socket,
            sock=peer,
            subprotocols=[PROTOCOL],
            additional_headers={"ApiKey": api_key} if api_key else None,
            open_timeout=OPEN_SECONDS,
            ping_interval=None,  # ours are the protocol's own
            compression=None,
            proxy=None,
            logger=_silent,
            max_size=4 * 1024 * 1024,
        )
    except InvalidHandshake as error:
        peer.close()
        raise SourceRefused(f"The Stash server does not let us listen ({type(error).__name__}).") from None
    except (OSError, TimeoutError, WebSocketException) as error:
        peer.close()
        raise SourceOffline(f"The Stash server cannot be reached ({type(error).__name__}).") from None
    with connection:
        try:
            _converse(connection, heard, stopped)
        except (OSError, WebSocketException):
            raise SourceOffline("The Stash server has ended the connection.") from None


def _dial(options: StashOptions, *, private: bool) -> socket.socket:
    """A connection to where the address leads now, judged before a byte is sent."""
    target = check_url(options.url, private=private)
    try:
        peer = socket.create_connection((target.host, target.port), timeout=OPEN_SECONDS)
    except OSError as error:
        raise SourceOffline(f"The Stash server cannot be reached ({type(error).__name__}).") from None
    try:
        check_peer(peer.getpeername()[0], private=private)
    except BaseException:
        peer.close()
        raise
    return peer


def _converse(connection: ClientConnection, heard: Callable[[str], None], stopped: Callable[[], bool]) -> None:
    _send(connection, {"type": "connection_init"})
    pinged = spoken = time.monotonic()
    while not stopped():
        try:
            data = connection.recv(timeout=LOOK_SECONDS)
        except TimeoutError:
            data = None
        now = time.monotonic()
        if data is not None:
            spoken = now
            _take(connection, _decoded(data), heard)
        if now - pinged >= PING_SECONDS:
            _send(connection, {"type": "ping"})
            pinged = now
        if now - spoken > 3 * PING_SECONDS:
            raise SourceOffline("The Stash server says nothing any more.")


def _take(connection: ClientConnection, message: _Message, heard: Callable[[str], None]) -> None:
    if message.type == "connection_ack":
        for name, query in QUESTIONS.items():
            _send(connection, {"id": name, "type": "subscribe", "payload": {"query": query}})
        heard("connected")
    elif message.type == "ping":
        _send(connection, {"type": "pong"})
    elif message.type == "next" and message.id == "scans":
        heard("scan complete")
    elif message.type == "next" and message.id == "jobs" and _ended(message.payload):
        heard("job ended")


def _ended(payload: Any) -> bool:
    """Whether a job has left the queue: not every kind of job says more when it has done."""
    update = ((payload or {}).get("data") or {}).get("jobsSubscribe") or {} if isinstance(payload, dict) else {}
    return isinstance(update, dict) and update.get("type") == "REMOVE"


def _decoded(data: str | bytes) -> _Message:
    try:
        return msgspec.json.decode(data, type=_Message)
    except msgspec.DecodeError:
        raise SourceDrifted("The Stash server says what is no message.") from None


def _send(connection: ClientConnection, message: dict[str, Any]) -> None:
    connection.send(msgspec.json.encode(message).decode())
