"""JSON Feed 1 and 1.1 (jsonfeed.org) as a document. What is not of the agreed shape is left out, entry by entry and field by field."""

from collections.abc import Mapping
from typing import Any

import msgspec

from longshelf.errors import Unreadable
from longshelf.model.times import from_rfc3339
from longshelf.sources.feed.document import ENTRIES_MOST, MEDIA_MOST, NAMES_MOST, TEXT_MOST, Document, Entry, Medium, clean
from longshelf.sources.feed.links import whole
from longshelf.sources.folder.fields import plain_text

_decoder = msgspec.json.Decoder(dict[str, Any])


def parse(body: bytes, base: str) -> Document:
    """`base` is what addresses are relative to. Unreadable when it is no JSON Feed."""
    try:
        found = _decoder.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("It is no JSON document.") from None
    version = found.get("version")
    items = found.get("items")
    if not isinstance(version, str) or "jsonfeed.org/version/" not in version or not isinstance(items, list):
        raise Unreadable("It is JSON, but no JSON Feed: its version or its items are missing.")
    entries = [_entry(each, base, _authors(found)) for each in items[:ENTRIES_MOST] if isinstance(each, dict)]
    return Document(
        format="json",
        title=_text(found, "title"),
        site=_address(found, "home_page_url", base),
        entries=tuple(entries),
        passed_over=max(0, len(items) - ENTRIES_MOST),
    )


def _entry(found: Mapping[str, Any], base: str, feed_authors: tuple[str, ...]) -> Entry:
    identity = found.get("id")
    pictures = [_address(found, name, base) for name in ("image", "banner_image")]
    return Entry(
        id=str(identity) if isinstance(identity, str | int | float) and not isinstance(identity, bool) else "",
        link=_address(found, "url", base) or _address(found, "external_url", base),
        title=_text(found, "title"),
        text=_text(found, "content_text") or plain_text(_text(found, "content_html")) or _text(found, "summary"),
        published_at=_moment(found, "date_published"),
        updated_at=_moment(found, "date_modified"),
        authors=_authors(found) or feed_authors,
        tags=tuple(tag for tag in _list(found, "tags") if isinstance(tag, str))[:NAMES_MOST],
        media=tuple(medium for each in _list(found, "attachments")[:MEDIA_MOST] if (medium := _medium(each, base)) is not None),
        pictures=tuple(each for each in pictures if each),
    )


def _medium(found: object, base: str) -> Medium | None:
    url = _address(found, "url", base) if isinstance(found, dict) else ""
    if not isinstance(found, dict) or not url:
        return None
    seconds, size = found.get("duration_in_seconds"), found.get("size_in_bytes")
    return Medium(
        url=url,
        type=_text(found, "mime_type"),
        duration=float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 1e9 else None,
        size=int(size) if isinstance(size, int | float) and 0 <= size < 2**53 else None,
    )


def _authors(found: Mapping[str, Any]) -> tuple[str, ...]:
    given = _list(found, "authors") or [found.get("author")]  # version 1 had one
    return tuple(name for each in given[:NAMES_MOST] if isinstance(each, dict) and (name := _text(each, "name")))


def _list(found: Mapping[str, Any], name: str) -> list[Any]:
    value = found.get(name)
    return value if isinstance(value, list) else []


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return clean(value[:TEXT_MOST]).strip() if isinstance(value, str) else ""


def _address(found: Mapping[str, Any], name: str, base: str) -> str:
    value = found.get(name)
    return whole(base, value) if isinstance(value, str) else ""


def _moment(found: Mapping[str, Any], name: str) -> int | None:
    try:
        return from_rfc3339(_text(found, name))
    except (ValueError, OverflowError):
        return None
