"""From an HTTP request to checked values: parameters, bodies, and whether a browser may have been tricked into sending it.

Rules: an unknown or repeated parameter is 400, a value of the wrong type or range 422 with its name, a body that is too long 413, of
another media type 415. Text that no database can hold never comes further than this."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request

from longshelf.api.problems import Refusal
from longshelf.api.route import JSON, Param
from longshelf.errors import BadQuery, Invalid, OutOfRange

BODY_LIMIT = 1024 * 1024  # bytes; the largest body is an edit with a long description
UPLOAD_LIMIT = 16 * 1024 * 1024  # bytes of a picture: more than any camera's JPEG
LONG_LIMIT = 32 * 1024 * 1024  # bytes of an exported playlist: 100,000 items with long titles
QUERY_LIMIT = 128 * 1024  # characters of a query string; a filter tree of 64 KiB fits
SESSION_COOKIE = "longshelf_session"
_NUL = "\0"
_ESCAPED_NUL = b"\\u0000"


def read_query(params: Iterable[Param], pairs: Iterable[tuple[str, str]], *, ignoring: bool = False) -> dict[str, Any]:
    """Every declared parameter with its value or default. BadQuery for repeated ones and, unless `ignoring` them, unknown ones; OutOfRange
    for what does not convert."""
    known = {param.name: param for param in params}
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known and ignoring:
            continue
        if name not in known:
            raise BadQuery(name[:80], "unknown parameter")
        if _NUL in value:
            raise OutOfRange(name, "text cannot hold NUL characters")
        given.setdefault(name, []).append(value)
    return {name: _value(param, given.get(name, [])) for name, param in known.items()}


def _value(param: Param, texts: list[str]) -> Any:
    if not texts:
        if param.required:
            raise OutOfRange(param.name, "is required")
        return () if param.many else param.default
    if len(texts) > 1 and not param.many:
        raise BadQuery(param.name, "give it once")
    values = texts if param.raw else [_converted(param, text) for text in texts]
    return tuple(values) if param.many else values[0]


def _converted(param: Param, text: str) -> Any:
    try:
        return msgspec.convert(text, param.type, strict=False)
    except msgspec.ValidationError as error:
        raise OutOfRange(param.name, _reason(error)) from None


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The whole body. Refused when it is not JSON, compressed, or longer than the limit: nothing that comes in is ever unpacked."""
    body = await _read(request, limit)
    if body and _media_type(request) != JSON:
        raise Refusal(415, "unsupported_media_type", "Not JSON", f"Send the body as {JSON}.", {"accept": JSON})
    return body


async def read_upload(request: Request) -> bytes:
    """A picture, sent as it is. Refused when it calls itself something else, is compressed, empty, or longer than UPLOAD_LIMIT."""
    if not _media_type(request).startswith("image/"):
        raise Refusal(415, "unsupported_media_type", "Not a picture", "Send the picture as the body, as image/jpeg or the like.")
    body = await _read(request, UPLOAD_LIMIT)
    if not body:
        raise Invalid("image", "send the picture as the body")
    return body


async def _read(request: Request, limit: int) -> bytes:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(415, "unsupported_encoding", "Compressed", "Send the body uncompressed.", {"accept-encoding": "identity"})
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Refusal(413, "too_large", "Too large", f"A body has at most {limit} bytes here.", {"connection": "close"})
    return bytes(body)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def decode_body(body: bytes, wanted: Any, *, required: bool) -> Any:
    """The body as the type the route declares; None for an absent one that is not required. Invalid names the field."""
    if not body and not required:
        return None
    if _ESCAPED_NUL in body:
        raise Invalid("", "text cannot hold NUL characters")
    try:
        return msgspec.json.decode(body, type=wanted)
    except msgspec.ValidationError as error:
        field, reason = _split(str(error))
        raise Invalid(field, reason) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("", f"not JSON: {error}") from None


def check_origin(request: Request, host: str, *, ambient: bool) -> None:
    """Refuses a change that another site's page made a browser send. `ambient` is what a browser sends along by itself: a cookie, or what a
    proxy knows it by. Such a request must say where it comes from, as every browser does
    (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site); one that carries a key needs no proof. `host` is what
    the browser believes it talks to."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        good = site in {"same-origin", "none"}
    elif origin is not None:
        good = urlsplit(origin).netloc == host
    else:
        good = not ambient
    if not good:
        raise Refusal(403, "cross_site", "Another site asked", "This change came from another site, or its Origin header is missing.")


def header(request: Request, name: bytes) -> str:
    """The value of a header (lower-case name), "" without one. For the few that every request is asked for: Starlette's mapping costs ten
    times as much."""
    for key, value in request.scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def cookie(request: Request, name: str) -> str | None:
    """One cookie's value, without the rest being parsed."""
    for part in header(request, b"cookie").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value or None
    return None


def bearer(request: Request) -> str:
    """The API key that came along, "" without one."""
    scheme, _, key = header(request, b"authorization").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _reason(error: msgspec.ValidationError) -> str:
    return str(error).split(" - at ")[0]


def _split(text: str) -> tuple[str, str]:
    """msgspec's "Expected `int`, got `str` - at `$.rating`" as (rating, reason)."""
    reason, _, place = text.partition(" - at `$")
    if not place and "unknown field" in text:
        return text.rsplit("`", 2)[1], text
    return place.rstrip("`").lstrip("."), reason
