"""One line of an import: what it may say, and the item it makes. Pure.

The rules: what cannot be stored as it was meant is refused with its reason, never bent; what is absent or null is absent; unknown fields
are passed over, so that a newer exporter works. Nothing is fetched: `url` and `thumbnail_url` stand in `extra`."""

import hashlib
import re
from datetime import date as calendar_date
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.text import name_key
from longshelf.model.times import from_rfc3339

VERSION = b"1"  # of how a line becomes an item: a new one makes every line a changed one
CREDITS_MOST = 1_000
EXTERNAL_MOST = 500  # characters; PostgreSQL's index entries have room for them
TITLE_SHOWN = 120  # characters of a description that stand in for a title
_LARGEST = 2**31 - 1
_DATE = re.compile("[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_MAIN_ROLE = {
    ItemKind.VIDEO: Role.PERFORMER,
    ItemKind.IMAGE: Role.PERFORMER,
    ItemKind.TRACK: Role.ARTIST,
}  # all others: author

Name = Annotated[str, Meta(max_length=500)]
Url = Annotated[str, Meta(max_length=2_000)]
Whole = Annotated[int, Meta(ge=0, le=_LARGEST)]


class Person(msgspec.Struct, frozen=True):
    """A person with what he did."""

    name: Name
    role: Role | None = None


class Series(msgspec.Struct, frozen=True):
    """A series with the number in it."""

    name: Name
    number: Annotated[float, Meta(ge=-1e9, le=1e9)] | None = None


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One line. Ratings 0-100, age ratings in years, durations in seconds, sizes in pixels; `date` is "YYYY", "YYYY-MM", "YYYY-MM-DD" or an
    instant, `added_at` an instant (RFC 3339)."""

    external_id: Annotated[str, Meta(min_length=1, max_length=EXTERNAL_MOST)]
    kind: ItemKind | None = None
    title: str | None = None
    date: str | None = None
    added_at: str | None = None
    description: str | None = None
    rating: Annotated[int, Meta(ge=0, le=100)] | None = None
    age_rating: Annotated[int, Meta(ge=0, le=100)] | None = None
    width: Whole | None = None
    height: Whole | None = None
    duration: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    url: Url | None = None
    thumbnail_url: Url | None = None
    tags: list[Name] | None = None
    persons: list[Name | Person] | None = None
    studios: list[Name] | None = None
    series: list[Name | Series] | None = None
    extra: dict[str, object] | None = None


class Read(msgspec.Struct, frozen=True):
    """A good line: the item it makes, with its digest, and when its source took it in, in microseconds since 1970 UTC."""

    record: ItemRecord
    added_at: int | None


class BadLine(ValueError):
    """The line makes no item; `str()` is the reason."""


_decoder = msgspec.json.Decoder(Post)
_digested = msgspec.msgpack.Encoder(order="deterministic")


def read(text: bytes) -> Read:
    """BadLine with the reason when it makes no item."""
    try:
        post = _decoder.decode(text)
        digest = hashlib.blake2b(_digested.encode(post), digest_size=16, key=VERSION).digest()
        return Read(_record(post, digest), _instant("added_at", post.added_at))
    except UnicodeDecodeError:
        raise BadLine("it is not UTF-8 text") from None
    except (msgspec.MsgspecError, BadLine) as error:
        raise BadLine(str(error)) from None
    except OverflowError:
        raise BadLine("a number in it is too large: they have to fit 64 bits") from None
    except RecursionError:
        raise BadLine("it is nested too deeply") from None


def _record(post: Post, digest: bytes) -> ItemRecord:
    kind = post.kind or ItemKind.POST
    description = _text(post.description)
    date, created_at = _dated(post.date)
    return ItemRecord(
        kind=kind,
        title=_one_line(post.title) or _beginning(description) or _one_line(post.external_id),
        external_id=_identity(post.external_id),
        description=description,
        date=date,
        created_at=created_at,
        duration=post.duration,
        width=post.width,
        height=post.height,
        rating=post.rating,
        age_rating=post.age_rating,
        credits=_credits(post, kind),
        extra=_extra(post),
        content_hash=digest,
    )


def _identity(external_id: str) -> str:
    if not external_id.strip() or not external_id.isprintable():
        raise BadLine("external_id: control characters, or nothing but spaces")
    return external_id


def _credits(post: Post, kind: ItemKind) -> tuple[Credit, ...]:
    found: list[Credit | None] = []
    for each in post.persons or ():
        name, role = (each, None) if isinstance(each, str) else (each.name, each.role)
        found.append(_credit(EntityKind.PERSON, name, role or _MAIN_ROLE.get(kind, Role.AUTHOR), None))
    found.extend([_credit(EntityKind.STUDIO, name, Role.NONE, None) for name in post.studios or ()])
    for serial in post.series or ():
        name, number = (serial, None) if isinstance(serial, str) else (serial.name, serial.number)
        found.append(_credit(EntityKind.SERIES, name, Role.NONE, number))
    found.extend([_credit(EntityKind.TAG, name, Role.NONE, None) for name in post.tags or ()])
    if len(found) > CREDITS_MOST:
        raise BadLine(f"more than {CREDITS_MOST:,} tags, persons, studios and series")
    return tuple([credit for credit in found if credit is not None])


@lru_cache(maxsize=1 << 16)
def _credit(kind: EntityKind, name: str, role: Role, position: float | None) -> Credit | None:
    """None for a name that says nothing. Posts name the same few again and again."""
    name = _one_line(name)
    return Credit(kind, name, role, position) if name_key(name) else None


def _extra(post: Post) -> dict[str, object]:
    extra = dict(post.extra or {})
    for name, url in (("url", post.url), ("thumbnail_url", post.thumbnail_url)):
        if url:
            # A page may show it as a link: no scheme that a browser would run.
            if not url.lower().startswith(("http://", "https://")) or not url.isprintable():
                raise BadLine(f"{name}: begins with http:// or https://")
            extra[name] = url
    return extra


def _dated(text: str | None) -> tuple[str, int | None]:
    """The date, and the instant where there is one."""
    if not text:
        return "", None
    created_at = None
    if not _DATE.fullmatch(text):
        created_at = _instant("date", text)
        text = text[:10]
    if not _is_date(text):
        raise BadLine(f"date: {text!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return text, created_at


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):  # ISO 8601 has other ways to write one
        return False
    try:
        calendar_date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    except ValueError:
        return False
    return True


def _instant(field: str, text: str | None) -> int | None:
    if not text:
        return None
    try:
        return from_rfc3339(text)
    except (ValueError, OverflowError):
        raise BadLine(f"{field}: {text[:60]!r} is no instant; write it as 2024-05-01T10:00:00Z") from None


def _text(text: str | None) -> str:
    return "" if text is None else _CONTROL.sub(" ", text).strip()


def _one_line(text: str | None) -> str:
    if text is None:
        return ""
    return " ".join((text if text.isprintable() else _CONTROL.sub(" ", text)).split())


def _beginning(description: str) -> str:
    line = _one_line(description.split("\n", 1)[0])
    return line if len(line) <= TITLE_SHOWN else line[: TITLE_SHOWN - 1].rstrip() + "…"
