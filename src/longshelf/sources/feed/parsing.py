"""Any feed as a document: RSS 0.9x, 1.0 and 2.0 with Media RSS and podcasts, Atom, CDF by feedparser; JSON Feed by `json_feed`.

The rules: it runs in a parser process with bounded time and memory, so no document can do more than fail; what is broken is read as far as
it can be; texts come out plain, so nothing a feed says is markup to a browser."""

import calendar
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import feedparser
import msgspec

from longshelf.errors import Unreadable
from longshelf.model.times import SECOND
from longshelf.sources.feed import json_feed
from longshelf.sources.feed.document import (
    ENTRIES_MOST,
    MEDIA_MOST,
    NAMES_MOST,
    TEXT_MOST,
    Document,
    Entry,
    Format,
    Hints,
    Medium,
    Page,
    Reading,
    clean,
)
from longshelf.sources.feed.links import whole
from longshelf.sources.folder.fields import plain_text

_FORMATS: tuple[tuple[str, Format], ...] = (("rss", "rss"), ("atom", "atom"), ("cdf", "cdf"))
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HEAD = 1 << 18  # bytes of a document in which its hints stand, before the first entry
_SKIPPED = re.compile(rb"<skip(hours|days)\b[^>]*>(.{0,2000}?)</skip\1\s*>", re.I | re.S)
_OUTER_DTD = re.compile(rb"<!DOCTYPE[^\[<>]{0,500}>", re.I)  # never read, but with it the parser drops the letters that HTML names
_NUMBER = re.compile(r"\d{1,15}")
_FACTS = ("itunes_episode", "itunes_season", "itunes_episodetype", "itunes_explicit")
_encoder = msgspec.msgpack.Encoder()
_pages = msgspec.msgpack.Decoder(Page)
_readings = msgspec.msgpack.Decoder(Reading)


def encode(page: Page) -> bytes:
    """A page on its way to a parser process."""
    return _encoder.encode(page)


def handle(page: bytes) -> bytes:
    """What a parser process does with it."""
    try:
        return _encoder.encode(Reading(parse(_pages.decode(page))))
    except Unreadable as error:
        return failed(page, str(error))


def failed(_page: bytes, reason: str) -> bytes:
    """The answer for a page that could not be read."""
    return _encoder.encode(Reading(None, reason))


def reading(answer: bytes) -> Reading:
    """What came back."""
    return _readings.decode(answer)


def parse(page: Page) -> Document:
    """Unreadable, with the reason, when it is no feed."""
    if page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return json_feed.parse(page.body, page.url)
    # As bytes, never as text: what looks like an address or a path would be opened. Where it came from is not told: an id that is no
    # address would be made one, and be the same in every feed of a server.
    headers = {"content-type": page.content_type}
    body = _OUTER_DTD.sub(b"", page.body, count=1)
    try:
        found = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, OverflowError):  # a number that is no character, among others
        raise Unreadable("It is damaged and cannot be read.") from None
    format_ = next((name for begins, name in _FORMATS if str(found.get("version", "")).startswith(begins)), None)
    if format_ is None:
        raise Unreadable(_why_none(page.body, found))
    feed, entries = found.feed, found.entries
    base = page.url if format_ == "atom" else whole(page.url, _string(feed, "link")) or page.url
    authors = tuple(_authors(feed))
    return Document(
        format=format_,
        title=plain_text(_string(feed, "title"))[:500],
        site=whole(page.url, _string(feed, "link")),
        entries=tuple(_entry(each, base, authors) for each in entries[:ENTRIES_MOST]),
        passed_over=max(0, len(entries) - ENTRIES_MOST),
        hints=_hints(feed, page.body),
    )


def _why_none(body: bytes, found: Mapping[str, Any]) -> str:
    head = body[:1_000].lower()
    if b"<html" in head or b"<!doctype html" in head:
        return "It is a web page, not a feed. Look for the page's RSS or Atom link."
    broken = found.get("bozo_exception")
    return f"It is no feed: {broken}"[:300] if found.get("bozo") and broken is not None else "It is no feed."


def _entry(found: dict[str, Any], base: str, feed_authors: tuple[str, ...]) -> Entry:
    link = whole(base, _string(found, "link"))
    media = tuple(_media(found, base))[:MEDIA_MOST]
    html = _content(found)
    return Entry(
        id=_string(found, "id")[:2_000].strip(),
        link=link,
        title=" ".join(plain_text(_string(found, "title")).split())[:1_000],
        text=plain_text(html),
        published_at=_moment(found, "published_parsed"),
        updated_at=_moment(found, "updated_parsed"),
        authors=tuple(dict.fromkeys(_authors(found)))[:NAMES_MOST] or feed_authors,
        tags=tuple(dict.fromkeys(_tags(found)))[:NAMES_MOST],
        media=media,
        pictures=tuple(dict.fromkeys(_pictures(found, media, html, base)))[:MEDIA_MOST],
        views=_count(_within(found, "media_statistics", "views")),
        comments=_count(found.get("slash_comments")),
        facts=_facts(found),
    )


def _content(found: Mapping[str, Any]) -> str:
    """The longest of what the entry says of itself: some put the whole into one element, some into another."""
    texts = [_string(each, "value") for each in _dicts(found, "content")]
    return max((*texts, _string(found, "summary")), key=len)[:TEXT_MOST]


def _authors(found: Mapping[str, Any]) -> Iterator[str]:
    for each in _dicts(found, "authors"):
        name = _string(each, "name") or _string(each, "email").partition("@")[0]
        if "(" in name and ")" not in name:  # feedparser cuts "ann@news.example (Ann)" in the middle of what it takes for an address
            name = name.rpartition("(")[2]
        if name.strip():
            yield " ".join(plain_text(name).split())[:500]


def _tags(found: Mapping[str, Any]) -> Iterator[str]:
    for each in _dicts(found, "tags"):
        name = " ".join(plain_text(_string(each, "label") or _string(each, "term")).split())
        if name:
            yield name[:500]


def _media(found: Mapping[str, Any], base: str) -> Iterator[Medium]:
    """Media RSS first: it says more. The same file is named once."""
    seen: set[str] = set()
    for each in (*_dicts(found, "media_content"), *_enclosures(found)):
        url = whole(base, _string(each, "url") or _string(each, "href"))
        if not url or url in seen:
            continue
        seen.add(url)
        medium = _string(each, "medium")
        yield Medium(
            url=url,
            type=(_string(each, "type") or (f"{medium}/*" if medium in {"image", "audio", "video"} else ""))[:200].lower(),
            width=_count(each.get("width")),
            height=_count(each.get("height")),
            duration=_duration(each.get("duration") or found.get("itunes_duration")),
            size=_count(each.get("length") or each.get("filesize")) or None,
        )


def _enclosures(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in _dicts(found, "links") if each.get("rel") == "enclosure"]


def _pictures(found: Mapping[str, Any], media: tuple[Medium, ...], html: str, base: str) -> Iterator[str]:
    """What a picture of the entry could be, the most deliberate first."""
    given = [
        *(_string(each, "url") for each in _dicts(found, "media_thumbnail")),
        _within(found, "image", "href"),
        *(each.url for each in media if each.type.startswith("image/")),
        *_IMAGES.findall(html),
    ]
    for each in given:
        url = whole(base, str(each or ""))
        if url:
            yield url


_IMAGES = re.compile(r"<img\b[^<>]{0,2000}?\bsrc\s*=\s*[\"']([^\"'<>\s]{1,2000})", re.I)


def _facts(found: Mapping[str, Any]) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {}
    for name in _FACTS:
        value = found.get(name)
        if isinstance(value, str) and value.strip():
            facts[name.removeprefix("itunes_")] = clean(value.strip()[:100])
        elif isinstance(value, bool):
            facts[name.removeprefix("itunes_")] = "yes" if value else "no"
    for name in ("favorites",):
        count = _count(_within(found, "media_statistics", name))
        if count is not None:
            facts[name] = count
    return facts


def _hints(feed: Mapping[str, Any], body: bytes) -> Hints:
    waits = []
    minutes = _count(feed.get("ttl"))
    if minutes:
        waits.append(minutes * 60)
    period = _PERIODS.get(_string(feed, "sy_updateperiod").strip().lower())
    if period:
        waits.append(period // max(1, _count(feed.get("sy_updatefrequency")) or 1))
    hours, days = _skipped(body)
    return Hints(every_seconds=max(waits) if waits else None, skip_hours=hours, skip_days=days)


def _skipped(body: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Read here, because feedparser keeps only the last of them."""
    hours: set[int] = set()
    days: set[int] = set()
    for match in _SKIPPED.finditer(body[:_HEAD]):
        inside = match[2].decode("ascii", "ignore").lower()
        if match[1].lower() == b"hours":
            hours.update(int(each) % 24 for each in re.findall(r">\s*(\d{1,2})\s*<", inside))
        else:
            days.update(number for number, name in enumerate(_DAYS) if name in inside)
    return tuple(sorted(hours)), tuple(sorted(days))


def _moment(found: dict[str, Any], name: str) -> int | None:
    """feedparser gives UTC; a date it does not understand, or one no calendar has, is none."""
    parts = dict.get(found, name)  # its own `get` gives one date for another
    try:
        return calendar.timegm(parts) * SECOND if parts and 0 < parts[0] < 10_000 else None
    except (ValueError, OverflowError, TypeError):
        return None


def _duration(value: object) -> float | None:
    """Seconds from "75", "75.5", "1:15" or "01:01:15"."""
    parts = str(value or "").strip().split(":")
    if not 1 <= len(parts) <= 3:
        return None
    try:
        numbers = [float(each) for each in parts]
    except ValueError:
        return None
    seconds = sum(number * 60**power for power, number in enumerate(reversed(numbers)))
    return seconds if math.isfinite(seconds) and 0 < seconds < 1e8 else None


def _count(value: object) -> int | None:
    text = str(value if value is not None else "").strip().replace(",", "")
    return int(text) if text.isascii() and _NUMBER.fullmatch(text) and int(text) < 2**31 else None


def _string(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return clean(value[:TEXT_MOST]) if isinstance(value, str) else ""


def _dicts(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = found.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _within(found: Mapping[str, Any], name: str, inner: str) -> Any:
    value = found.get(name)
    return value.get(inner) if isinstance(value, dict) else None
