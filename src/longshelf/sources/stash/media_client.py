"""Media of one Stash server over HTTP: one answer at a time, read in pieces, given up at any moment.

The rules are those of the client for questions: the key goes out in one header and comes back in nothing; a redirect is a refusal and
never followed; nothing of whoever asks is forwarded but which part he wants. What comes back is judged before a byte is passed on: its
status, its type, its length; of its headers only those named here go on, and only when they are of the known form."""

import contextlib
import re
import socket
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple

import urllib3

from longshelf.errors import NotFound, SourceDrifted, SourceError, SourceLocked, SourceOffline, SourceRefused
from longshelf.sources.guarded import guarded_pool
from longshelf.sources.stash.media import Address
from longshelf.sources.stash.options import StashOptions

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0  # between two pieces; a picture may have to be made first
CHUNK = 256 * 1024  # bytes read at once: a stream holds one or two of these
ASKED = ("range", "if-range", "if-none-match", "if-modified-since")  # of a client's headers, all that goes on
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18})")
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
_WHOLE = re.compile(r"\d{1,18}")
_TYPE = re.compile(r"([a-z]+/[a-z0-9.+-]+)(?:\s*;.*)?", re.IGNORECASE)
_FORMS = {"etag": _ETAG, "content-range": _RANGE, "last-modified": _DATE, "content-length": _WHOLE}
_PASSED = frozenset({200, 206, 304, 416})


class Unreachable(SourceOffline):
    """There is no answer at all."""


class Part(NamedTuple):
    """Bytes from `first` to `last`, counted from 0, of `total`."""

    first: int
    last: int
    total: int


class Opened:
    """An answer whose headers are here and whose body is to be read. `headers` are safe to pass on. Close it, whatever happens."""

    def __init__(self, response: Any, attempt: "Attempt", headers: Mapping[str, str]) -> None:
        self.status: int = response.status
        self.headers = headers
        self._response = response
        self._attempt = attempt

    @property
    def part(self) -> Part | None:
        """Which part of what it is; None for what cannot be asked for in parts, or has none."""
        found = _RANGE.fullmatch(self.headers.get("content-range", "")) if self.status == 206 else None
        if found is not None and found[1] is not None:
            return Part(int(found[1]), int(found[2]), int(found[3]))
        length = int(self.headers.get("content-length", 0))
        divisible = self.status == 200 and self.headers.get("accept-ranges") == "bytes"
        return Part(0, length - 1, length) if divisible and length else None

    def read(self, size: int = CHUNK) -> bytes:
        """The next piece, b"" at the end. SourceOffline when it breaks off or comes short."""
        try:
            data: bytes = self._response.read1(size, decode_content=False)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _lost(error) from None
        return data

    def abort(self) -> None:
        """From any thread: a read that waits ends now."""
        self._attempt.abort()

    def close(self) -> None:
        """Keeps the connection when all was read, ends it otherwise."""
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError, ValueError):
            if getattr(self._response, "length_remaining", None) != 0:
                self._response.close()
            self._response.release_conn()


class Attempt:
    """One request that may be given up from another thread, from before it is sent until its last byte."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.aborted = False

    def on(self, connection: Any) -> None:
        """The request has this connection now."""
        with self._lock:
            self._socket = connection
            if self.aborted:
                self._shut()

    def abort(self) -> None:
        with self._lock:
            self.aborted = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class MediaClient:
    """Safe to share between threads; at most `connections` answers are open at once. `private` allows servers in private networks."""

    def __init__(self, options: StashOptions, api_key: str, *, connections: int, private: bool) -> None:
        self._url = options.url
        self._key = api_key
        self._current = threading.local()
        self._pool = guarded_pool(private=private, num_pools=1, maxsize=connections, block=False, retries=False)
        self._pool.pool_classes_by_scheme = {
            scheme: _watched(pool, self._current) for scheme, pool in self._pool.pool_classes_by_scheme.items()
        }

    def close(self) -> None:
        self._pool.clear()

    def open(self, address: Address, asked: Mapping[str, str], attempt: Attempt) -> Opened:
        """Sends the request and judges what comes. `asked` may hold any headers: only those of ASKED go on. NotFound, or a SourceError that
        says why not, without a word of the server's own."""
        headers = {"Accept-Encoding": "identity", "User-Agent": "longshelf"}
        headers.update({name: value for name, value in asked.items() if name in ASKED and value.isprintable()})
        if self._key:
            headers["ApiKey"] = self._key
        response = self._sent(self._url + address.path, headers, attempt)
        opened = Opened(response, attempt, self._passed_on(response.headers, address))
        try:
            _check_status(response.status)
            _check_there(opened.headers, address)
            self._check_form(response, opened.headers, address)
        except BaseException:
            opened.close()
            raise
        return opened

    def _sent(self, url: str, headers: Mapping[str, str], attempt: Attempt) -> Any:
        """A kept connection may have been ended by the server in the moment it is used again: then once more, on a new one."""
        self._current.attempt = attempt
        try:
            try:
                return self._request(url, headers)
            except urllib3.exceptions.ProtocolError:
                if attempt.aborted:
                    raise
                return self._request(url, headers)
        except SourceRefused:
            raise SourceRefused("This server may not call the address of the Stash server.") from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _unreachable(error) from None
        finally:
            self._current.attempt = None

    def _request(self, url: str, headers: Mapping[str, str]) -> Any:
        return self._pool.request(
            "GET", url, headers=headers, redirect=False, retries=False, preload_content=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        )  # fmt: skip

    def _passed_on(self, headers: Mapping[str, str], address: Address) -> dict[str, str]:
        """Of the server's headers those that are known, of the known form, and free of what must not be told."""
        kept = {name: headers[name].strip() for name in _FORMS if headers.get(name)}
        kept = {name: value for name, value in kept.items() if _FORMS[name].fullmatch(value) and not self._tells(value)}
        kind = _TYPE.fullmatch(headers.get("content-type", ""))
        if kind is not None and kind[1].lower().startswith(address.types):
            kept["content-type"] = kind[1].lower()
        if headers.get("accept-ranges", "").strip().lower() == "bytes" and not address.made:
            kept["accept-ranges"] = "bytes"
        return kept

    def _tells(self, value: str) -> bool:
        host = self._url.partition("//")[2].partition("/")[0]
        return host in value or bool(self._key and self._key in value)

    def _check_form(self, response: Any, headers: Mapping[str, str], address: Address) -> None:
        """SourceDrifted for what would not be what was asked for: a page instead of a film, a part of another form."""
        status, coding = response.status, response.headers.get("content-encoding", "identity").strip().lower()
        if status in {200, 206} and ("content-type" not in headers or coding not in {"", "identity"}):
            raise SourceDrifted("The server sends something else than was asked for: is a proxy or a sign-in page in front of Stash?")
        if status == 206:
            part = _RANGE.fullmatch(headers.get("content-range", ""))
            if part is None or part[1] is None or not int(part[1]) <= int(part[2]) < int(part[3]):
                raise SourceDrifted("The server sends a part without saying which.")
            length = headers.get("content-length")
            if length is not None and int(length) != int(part[2]) - int(part[1]) + 1:
                raise SourceDrifted("The server sends a part of another length than it says.")
        if address.made and status == 206:
            raise SourceDrifted("The server sends a part of what it was asked for as a whole.")


def _watched(pool: Any, current: threading.local) -> Any:
    """The pool class with connections that tell the attempt of their thread when a request is sent over them."""

    class Told(pool.ConnectionCls):  # type: ignore[misc]  # the class is a value here
        def request(self, *args: Any, **kwargs: Any) -> None:
            attempt: Attempt | None = getattr(current, "attempt", None)
            if self.sock is None:
                self.connect()
            if attempt is not None:
                attempt.on(self.sock)
            super().request(*args, **kwargs)

    return type("Watched", (pool,), {"ConnectionCls": Told})


def _check_status(status: int) -> None:
    if status in _PASSED:
        return
    if 300 <= status < 400:
        raise SourceRefused("The Stash server asks to sign in: its API key is missing or has changed. An administrator can enter it anew.")
    if status == 401:
        raise SourceRefused("The Stash server does not accept the API key. An administrator can enter it anew.")
    if status == 403:
        raise SourceRefused("The Stash server refuses everybody from here: without a password it has closed itself to public addresses.")
    if status == 404:
        raise NotFound("The Stash server does not have this.")
    if status in {429, 503}:
        raise SourceLocked("The Stash server is busy. Try again soon.")
    if status >= 500:
        raise SourceOffline(f"The Stash server could not send this (status {status}).")
    raise SourceDrifted(f"The Stash server answers with status {status}: is this address really a Stash server?")


def _check_there(headers: Mapping[str, str], address: Address) -> None:
    if address.absent and headers.get("content-type", "").startswith(address.absent):
        raise NotFound("The Stash server does not have this.")


def _unreachable(error: BaseException) -> SourceError:
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError):
        return Unreachable("The Stash server does not answer in time.")
    return Unreachable("The Stash server does not answer.")


def _lost(error: BaseException) -> SourceError:
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError):
        return SourceOffline("The Stash server has stopped sending.")
    return SourceOffline("The connection to the Stash server was lost.")
