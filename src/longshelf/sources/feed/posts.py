"""An entry as a post: the line an import would bring, and the keys it is known by. Pure.

The rules: what an entry says is bent to what a post may say, never refused for one field; an id counts everywhere when it is worldwide by
its form (an address, a URN, a UUID, a tag), else within its feed; a link is a key only where it is the entry's own."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import msgspec

from longshelf.model.records import Cover
from longshelf.model.times import rfc3339
from longshelf.sources.feed.document import Document, Entry, Medium
from longshelf.sources.posts.post import EXTERNAL_MOST, BadLine, Read, read

_WORLDWIDE = re.compile(
    r"(https?://|urn:|tag:|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|[^@\s]+@[^@\s]+\.[a-z]{2,}$)", re.I
)
_TRACKING = re.compile(r"(?:^|&)(?:utm_[a-z_]+|fbclid|gclid|mc_[ce]id|ref_src)=[^&]*", re.I)
_LARGEST = 2**31 - 1


class Known(NamedTuple):
    """A post to be written, and what its entry is known by, the surest first."""

    post: Read
    keys: tuple[bytes, ...]


def posts(document: Document, feed_id: int) -> tuple[list[Known], list[str]]:
    """The posts of the document, one for each entry that is not another's double, the newest first as they stand; and why others are none.
    BadLine never gets out."""
    own_links = _own_links(document)
    found: list[Known] = []
    reasons: list[str] = []
    seen: set[bytes] = set()
    for entry in document.entries:
        keys = _keys(entry, feed_id, own_links)
        if not keys:
            reasons.append(f"{entry.title[:100] or 'an entry'}: it has neither an id nor a link nor a title to be known by")
        elif seen.isdisjoint(keys):
            try:
                post = _post(entry, feed_id, keys)
            except BadLine as error:
                reasons.append(f"{entry.title[:100] or 'an entry'}: {error}")
                continue
            seen.update(keys)
            found.append(Known(post, keys))
    return found, reasons


def _own_links(document: Document) -> set[str]:
    """Links that are one entry's and not the site's: an episode often links to its show."""
    links = Counter(_plain_link(entry.link) for entry in document.entries if entry.link)
    return {link for link, count in links.items() if count == 1 and link != _plain_link(document.site)}


def _keys(entry: Entry, feed_id: int, own_links: set[str]) -> tuple[bytes, ...]:
    keys = []
    if entry.id:
        worldwide = _WORLDWIDE.match(entry.id) is not None
        keys.append(f"id {entry.id}" if worldwide else f"id {feed_id} {entry.id}")
    link = _plain_link(entry.link)
    if link in own_links:
        keys.append(f"link {link}")
    if not keys and entry.media:
        keys.append(f"file {entry.media[0].url}")
    if not keys and (entry.title or entry.text):
        keys.append(f"said {feed_id} {entry.title} {entry.at} {'' if entry.title else entry.text[:500]}")
    return tuple(hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).digest() for key in keys)


def _plain_link(link: str) -> str:
    """The same page under one name: no fragment, no marks of who sent the reader, http as https."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    query = _TRACKING.sub("", parts.query).strip("&")
    path = parts.path.rstrip("/") or "/"
    return urlunsplit(("https", parts.netloc.lower(), path, query, ""))


def _post(entry: Entry, feed_id: int, keys: tuple[bytes, ...]) -> Read:
    main = _main(entry.media)
    said: dict[str, Any] = {
        "external_id": _external_id(entry, keys),
        "title": entry.title,
        "date": rfc3339(entry.at) if entry.at is not None else None,
        "added_at": None,
        "description": entry.text,
        "url": entry.link or (main.url if main else None),
        "thumbnail_url": next(iter(entry.pictures), None),
        "persons": _names(entry.authors),
        "tags": _names(entry.tags),
        "extra": _extra(entry, feed_id),
    }
    if main is not None:
        said |= {"width": main.width, "height": main.height, "duration": main.duration}
    post = read(msgspec.json.encode({name: value for name, value in said.items() if value not in (None, "", [])}))
    if not entry.pictures:
        return post
    return Read(msgspec.structs.replace(post.record, cover=Cover(via="remote", name=entry.pictures[0])), post.added_at)


def _external_id(entry: Entry, keys: tuple[bytes, ...]) -> str:
    """The entry's own id where it is one; what could be taken for another's is told apart by its digest."""
    if _WORLDWIDE.match(entry.id) and entry.id.isprintable() and len(entry.id) <= EXTERNAL_MOST:
        return entry.id
    return keys[0].hex()


def _main(media: Sequence[Medium]) -> Medium | None:
    """The file that the post is about: the first that moves or sounds, and of its renditions the largest; else the largest picture."""
    for kind in ("video/", "audio/", "image/", "application/x-mpegurl"):
        of_kind = [each for each in media if each.type.startswith(kind)]
        if of_kind:
            return max(of_kind, key=lambda each: ((each.width or 0) * (each.height or 0), -of_kind.index(each)))
    return next(iter(media), None)


def _names(given: Iterable[str]) -> list[str]:
    return [name[:500] for name in given if name.strip()]


def _extra(entry: Entry, feed_id: int) -> dict[str, Any]:
    extra: dict[str, Any] = {"feed_id": feed_id, **entry.facts}
    for name, count in (("views", entry.views), ("comments", entry.comments)):
        if count is not None:
            extra[name] = min(count, _LARGEST)
    if entry.media:
        extra["media"] = [msgspec.to_builtins(_bare(each)) for each in entry.media[:20]]
    if entry.updated_at is not None and entry.updated_at != entry.published_at:
        extra["updated"] = rfc3339(entry.updated_at)
    return extra


def _bare(medium: Medium) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(medium).items() if value not in (None, "")}
