"""Asking for a feed over HTTP, as a polite and careful stranger.

The rules: a feed is asked whether it has changed (ETag, Last-Modified) and for no more than BODY_MOST bytes, packed or not, in at most
PATIENCE_SECONDS, however it comes; every step of a redirect is judged like the address that was entered, and leads into a private network
only from there; a feed that has moved for good is remembered there; one that is gone (410) is not asked again."""

import time
import zlib
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urljoin

import msgspec
import urllib3

from longshelf.errors import Invalid, SourceError, SourceOffline, SourceRefused
from longshelf.sources.addresses import check_url
from longshelf.sources.feed.deadline import Deadline, watched
from longshelf.sources.feed.nearby import host, is_private
from longshelf.sources.guarded import guarded_pool

BODY_MOST = 10 << 20  # bytes of a document, unpacked
REDIRECTS_MOST = 5
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0  # between two pieces
PATIENCE_SECONDS = 60.0  # for all of it: one that drips is no answer
RETRY_AFTER_MOST = 86_400  # seconds
HEADER_MOST = 1_000  # characters of a validator that is kept
_PIECE = 1 << 16
_STRANGER = "Its address is not one this server calls: it is in a private network, and only what is in one itself may lead there."
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, application/xml;q=0.8, text/xml;q=0.8,"
    " */*;q=0.1"
)
_PERMANENT = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}


class Known(msgspec.Struct, frozen=True):
    """What is known of the last answer."""

    etag: str = ""
    last_modified: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is where to ask from now on, `final_url` where the document came from. `max_age` is for how many seconds the server calls it
    fresh."""

    kind: Literal["document", "unchanged", "gone"]
    url: str
    final_url: str
    body: bytes = b""
    content_type: str = ""
    known: Known = Known()
    max_age: int | None = None


class Busy(SourceOffline):
    """The server asks to be left alone for `seconds`."""

    def __init__(self, reason: str, seconds: int | None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Asking:
    """Keeps connections. `private` allows private networks, on the word of whoever is there. Safe to share between threads."""

    def __init__(
        self,
        *,
        private: bool,
        patience: float = PATIENCE_SECONDS,
        read_seconds: float = READ_SECONDS,
        most: int = BODY_MOST,
        accept: str = _ACCEPT,
    ) -> None:
        """`most` bytes are read, of the forms in `accept`."""
        self._private = private
        self._most = most
        self._accept = accept
        self._patience = patience
        self._read_seconds = read_seconds
        self._near = watched(guarded_pool(private=private, num_pools=10, maxsize=8))
        self._far = watched(guarded_pool(private=False, num_pools=10, maxsize=8))
        self._running: set[Deadline] = set()

    def close(self) -> None:
        """Whoever still waits for an answer waits no longer."""
        for each in list(self._running):
            each.end()
        self._near.clear()
        self._far.clear()

    def ask(self, url: str, known: Known | None = None, *, entered: str | None = None, only_there: bool = False) -> Answer:
        """`entered` is what an administrator wrote, when that is not `url`: where it is in a private network, `url` and redirects may lead
        into one; with `only_there` nowhere else than to the same machine. SourceOffline (or Busy) when nobody answers, SourceRefused when
        the answer is no, SourceError when it cannot be a feed."""
        with Deadline(self._patience) as deadline:
            self._running.add(deadline)
            try:
                return self._asked(url, known or Known(), url if entered is None else entered, deadline, only_there=only_there)
            finally:
                self._running.discard(deadline)

    def _asked(self, url: str, known: Known, entered: str, deadline: Deadline, *, only_there: bool) -> Answer:
        here = lasting = url
        moved = True  # while every step so far was for good
        near = self._private and is_private(entered)  # while every step so far was in a private network
        for _ in range(REDIRECTS_MOST + 1):
            near = near and (host(here) == host(entered) or (not only_there and is_private(here)))
            self._check(here, near=near)
            response = self._send(here, known, deadline, near=near)
            try:
                if response.status not in _REDIRECTS:
                    return self._answered(response, lasting, here, deadline)
                here = self._next(response, here)
                moved = moved and response.status in _PERMANENT
                lasting = here if moved else lasting
            finally:
                response.close()
        raise SourceError(f"It leads from one address to the next, more than {REDIRECTS_MOST} times.")

    def _check(self, url: str, *, near: bool) -> None:
        try:
            check_url(url, private=self._private)
        except Invalid as error:
            raise SourceRefused(f"Its address is not one this server calls: {error.reason}.") from None
        try:
            check_url(url, private=near)
        except Invalid:
            raise SourceRefused(_STRANGER) from None

    def _in_time(self, deadline: Deadline) -> None:
        if deadline.over:
            raise SourceOffline(f"The answer had not come whole after {self._patience:.0f} seconds.")

    def _send(self, url: str, known: Known, deadline: Deadline, *, near: bool) -> urllib3.BaseHTTPResponse:
        headers = {"Accept": self._accept, "Accept-Encoding": "gzip", "User-Agent": "longshelf (feed reader)"}
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        try:
            response = (self._near if near else self._far).request(
                "GET", url, headers=headers, redirect=False, retries=False, preload_content=False, decode_content=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=self._read_seconds),
            )  # fmt: skip
        except SourceRefused:
            if self._private and not near:
                raise SourceRefused(_STRANGER) from None
            raise
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self._in_time(deadline)
            raise SourceOffline(f"The server cannot be reached ({_plain(error)}).") from None
        if deadline.over:  # headers that were cut off look like all of them
            response.close()
        self._in_time(deadline)
        return response

    def _next(self, response: urllib3.BaseHTTPResponse, here: str) -> str:
        location = response.headers.get("location", "")
        if not location:
            raise SourceError("It sends us elsewhere and does not say where.")
        try:
            return urljoin(here, location.strip()).partition("#")[0]
        except ValueError:
            raise SourceError("It sends us to what is no address.") from None

    def _answered(self, response: urllib3.BaseHTTPResponse, url: str, final_url: str, deadline: Deadline) -> Answer:
        headers = response.headers
        max_age = _max_age(headers.get("cache-control", ""))
        known = Known(_validator(headers.get("etag", "")), _validator(headers.get("last-modified", "")))
        if response.status == 304:
            return Answer(kind="unchanged", url=url, final_url=final_url, known=known, max_age=max_age)
        if response.status == 410:
            return Answer(kind="gone", url=url, final_url=final_url)
        _refuse(response)
        return Answer(
            kind="document",
            url=url,
            final_url=final_url,
            body=self._body(response, deadline),
            content_type=headers.get("content-type", "")[:HEADER_MOST],
            known=known,
            max_age=max_age,
        )

    def _body(self, response: urllib3.BaseHTTPResponse, deadline: Deadline) -> bytes:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "", "gzip", "x-gzip"}:
            raise SourceError(f"It is packed in a way nobody asked for ({encoding[:20]}).")
        pieces = self._pieces(response, deadline)
        body = b"".join(_unpacked(pieces, self._most) if "gzip" in encoding else _limited(pieces, self._most))
        if not body.strip():
            raise SourceError("The answer is empty.")
        return body

    def _pieces(self, response: urllib3.BaseHTTPResponse, deadline: Deadline) -> Iterator[bytes]:
        """As they come: a read that waits for a whole piece waits for one that drips."""
        try:
            while piece := response.read1(_PIECE, decode_content=False):
                self._in_time(deadline)
                yield piece
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self._in_time(deadline)
            raise SourceOffline(f"The answer was cut off ({_plain(error)}).") from None
        self._in_time(deadline)  # a connection that was ended may look like the end of the answer


def _validator(text: str) -> str:
    """As it came, or none: a changed one would fit nothing."""
    return text if len(text) <= HEADER_MOST and text.isprintable() else ""


def _refuse(response: urllib3.BaseHTTPResponse) -> None:
    """Raises for every status that brings no document."""
    status = response.status
    if status == 200:
        return
    if status == 429 or status >= 500:
        raise Busy(f"The server answers with status {status}.", _retry_after(response.headers.get("retry-after", "")))
    if status in {401, 403}:
        raise SourceRefused(f"The server does not show it to us (status {status}).")
    if status == 404:
        raise SourceRefused("There is nothing at this address (status 404). Has it moved?")
    raise SourceError(f"The server answers with status {status}.")


def _limited(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    held = 0
    for piece in pieces:
        held += len(piece)
        _check_size(held, most)
        yield piece


def _unpacked(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Never unpacks more than is allowed, however small it comes."""
    unpacker = zlib.decompressobj(31)
    held = 0
    try:
        for piece in pieces:
            packed = piece
            while packed:
                found = unpacker.decompress(packed, most + 1 - held)
                held += len(found)
                _check_size(held, most)
                yield found
                packed = unpacker.unconsumed_tail
        if not unpacker.eof:
            raise SourceOffline("The answer was cut off.")
    except zlib.error:
        raise SourceError("The answer is damaged: it cannot be unpacked.") from None


def _check_size(held: int, most: int) -> None:
    if held > most:
        raise SourceError(f"It is larger than {most >> 20} MiB.")


def _max_age(text: str) -> int | None:
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "max-age" and value.strip('"').isascii() and value.strip('"').isdigit():
            return min(int(value.strip('"')[:10]), RETRY_AFTER_MOST)
    return None


def _retry_after(text: str) -> int | None:
    """Seconds, from a number or a date."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:10]), RETRY_AFTER_MOST)
    try:
        moment = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(0, round(moment - time.time())), RETRY_AFTER_MOST)


def _plain(error: BaseException) -> str:
    """What a person can use of a driver's error: no object, no address of ours."""
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "it took too long"
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "there is no server of this name"
    if isinstance(error, urllib3.exceptions.SSLError):
        return "its certificate cannot be trusted"
    return type(error).__name__
