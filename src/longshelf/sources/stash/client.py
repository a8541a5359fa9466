"""Questions to one Stash server over HTTP: one at a time or few, on connections that are kept, decoded once.

The rules: an answer counts only when it is whole and says nothing of errors, whatever its status; a redirect is a refusal and never
followed; the key goes out in one header and comes back in no message; nothing is forwarded on behalf of anybody."""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
import urllib3

from longshelf.errors import SourceDrifted, SourceError, SourceLocked, SourceOffline, SourceRefused
from longshelf.sources.guarded import guarded_pool
from longshelf.sources.stash.options import StashOptions
from longshelf.sources.stash.stamps import server_time

CONNECTIONS = 2  # at once to one server, whoever asks: it has ten for all its readers
CONNECT_SECONDS, READ_SECONDS = 5.0, 120.0
ATTEMPTS = 5
PAUSE_SECONDS = 0.25  # before the second attempt, doubled for each further one, and scattered
BODY_LIMIT = 256 * 1024 * 1024  # bytes of one answer, unpacked: a page of a thousand is a few
Answer = TypeVar("Answer")
_LOCKED = re.compile(r"database( table)? is locked|sqlite_busy", re.IGNORECASE)
_UNSTORABLE = re.compile(rb"(?<!\\)((?:\\\\)*)\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})")


class _Error(msgspec.Struct, frozen=True):
    message: str = ""


class _Envelope(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[_Error] | None = None


class Failed(SourceOffline):
    """The server answered, but could not do what was asked; `reasons` are its own words."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(f"Stash could not answer: {reasons[0][:300] if reasons else 'no reason given'}")
        self.reasons = reasons


class SentElsewhere(SourceRefused):
    """The server answers with a redirect."""


class KeyRefused(SourceRefused):
    """The server wants a key, or another one."""


class ClosedToAll(SourceRefused):
    """The server answers nobody from here."""


class NotUnderstood(SourceOffline):
    """What came is no whole answer of GraphQL's."""


class Client:
    """Safe to share between threads. `requests` counts what was sent, retries too; `server_now` is the server's own clock at the last
    answer, in microseconds, or None when it does not tell. `pause` waits between attempts and may raise to stop; `patience` is how many
    seconds an answer may take; `private` allows servers in private networks."""

    def __init__(
        self,
        options: StashOptions,
        api_key: str = "",
        *,
        pause: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
        attempts: int = ATTEMPTS,
        patience: float = READ_SECONDS,
        private: bool = True,
    ) -> None:
        self._url = options.graphql
        self._key = api_key
        self._pause = pause
        self._chance = chance or random.Random()  # noqa: S311 - spreads load, keeps no secret
        self._attempts = attempts
        self._patience = patience
        self._lock = threading.Lock()
        self._pool = guarded_pool(private=private, num_pools=1, maxsize=CONNECTIONS, block=True, retries=False)
        self.requests = 0
        self.server_now: int | None = None

    def close(self) -> None:
        self._pool.clear()

    def ask(self, query: str, variables: Mapping[str, Any], answer: type[Answer]) -> Answer:
        """The `data` of the answer. Tries again, later each time, while the server is away or busy; SourceRefused and SourceDrifted at
        once, SourceOffline, Failed or SourceLocked when the attempts are used up."""
        body = msgspec.json.encode({"query": query, "variables": variables})
        for attempt in range(1, self._attempts + 1):
            try:
                return _decode(self._data(body), answer)
            except (SourceOffline, SourceLocked) as error:
                if attempt == self._attempts or (isinstance(error, Failed) and _hopeless(error)):
                    raise
            self._pause(PAUSE_SECONDS * 2 ** (attempt - 1) * self._chance.uniform(0.5, 1.5))
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _data(self, body: bytes) -> bytes:
        found = self._read(body)
        try:
            envelope = msgspec.json.decode(found, type=_Envelope)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotUnderstood("The answer of the server was cut off, or is no JSON.") from None
        if envelope.errors is not None:
            raise self._judged([self._safe(error.message) for error in envelope.errors])
        data = bytes(envelope.data)
        if data == b"null":
            raise Failed(["an answer without data"])
        return data

    def _judged(self, reasons: list[str]) -> SourceError:
        if any(_LOCKED.search(reason) for reason in reasons):
            return SourceLocked("Stash's database is locked; it is busy writing.")
        return Failed(reasons)

    def _read(self, body: bytes) -> bytes:
        with self._lock:
            self.requests += 1
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "longshelf"}
        if self._key:
            headers["ApiKey"] = self._key
        try:
            response = self._pool.request(
                "POST", self._url, body=body, headers=headers, redirect=False, retries=False, preload_content=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=self._patience),
            )  # fmt: skip
            try:
                content = response.read(BODY_LIMIT + 1, decode_content=True)
                if not 200 <= response.status < 300 or len(content) > BODY_LIMIT:
                    response.close()  # what is left of it is not worth reading to keep the connection
            finally:
                response.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise SourceOffline(f"The Stash server cannot be reached ({_plain(error)}).") from None
        self.server_now = server_time(response.headers.get("date"))
        self._check_status(response.status, content)
        if len(content) > BODY_LIMIT:
            raise SourceDrifted("The server's answer is larger than any answer should be.")
        return content

    def _check_status(self, status: int, content: bytes) -> None:
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise SentElsewhere(
                "The server sends us elsewhere, as Stash does with those who are not signed in. Check the address and the API key."
            )
        if status == 401:
            raise KeyRefused("The server does not accept the API key. Copy it anew from Stash's settings.")
        if status == 403:
            raise ClosedToAll("The server refuses everybody from here: Stash without a password closes itself to public addresses.")
        if status == 422:
            raise SourceDrifted(f"This version of Stash does not understand the question: {self._said(content)}")
        if status == 429 or status >= 500:
            raise SourceOffline(f"The Stash server answers with status {status}.")
        raise SourceDrifted(f"The server answers with status {status}: is this address really a Stash server?")

    def _said(self, content: bytes) -> str:
        try:
            errors = msgspec.json.decode(content, type=_Envelope).errors or []
        except (msgspec.DecodeError, UnicodeDecodeError):
            errors = []
        return self._safe("; ".join(error.message for error in errors[:3])[:300]) or "it does not say why"

    def _safe(self, text: str) -> str:
        """A message of the server as it may be shown: it might repeat what it was sent."""
        return text.replace(self._key, "…") if self._key else text


def _decode(data: bytes, answer: type[Answer]) -> Answer:
    """SourceDrifted for what is not of the agreed shape. What no database keeps in a text (NUL, halves of characters) is replaced."""
    if b"\\u0000" in data or b"\\ud" in data or b"\\uD" in data:
        data = _storable(data)
    try:
        return msgspec.json.decode(data, type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceDrifted(f"The server's answer is not what was asked for: {error}") from None


def _storable(data: bytes) -> bytes:
    """Whole pairs of halves are characters and stay."""
    whole = json.loads(data)
    text = json.dumps(whole, ensure_ascii=True).encode()
    paired = re.sub(rb"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}", lambda pair: json.loads(b'"' + pair[0] + b'"').encode(), text)
    return _UNSTORABLE.sub(rb"\1\\ufffd", paired)


def _hopeless(error: Failed) -> bool:
    """Asking again for what is not there, or in a way it refuses, brings nothing."""
    return any("not found" in reason.lower() or "invalid" in reason.lower() for reason in error.reasons)


_TROUBLE: tuple[tuple[type[BaseException], str], ...] = (
    (urllib3.exceptions.NameResolutionError, "nobody knows this name"),
    (urllib3.exceptions.NewConnectionError, "nothing listens at this address and port"),
    (urllib3.exceptions.ConnectTimeoutError, "it does not answer"),
    (urllib3.exceptions.ReadTimeoutError, "its answer takes too long"),
    (urllib3.exceptions.SSLError, "its certificate is not trusted, or it speaks no TLS"),
    (urllib3.exceptions.ProtocolError, "it broke the connection off"),
)


def _plain(error: BaseException) -> str:
    """The kind of trouble only: the text may hold the address."""
    reason = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) and error.reason else error
    return next((said for kind, said in _TROUBLE if isinstance(reason, kind)), type(reason).__name__)
