"""A feed as it was read, whatever format it came in. Times are microseconds since 1970 UTC, durations seconds; what is absent is None, ""
or ()."""

import re
from typing import Literal

import msgspec

ENTRIES_MOST = 2_000  # of one document; the first ones count, which are the newest by custom
TEXT_MOST = 200_000  # characters of one text
NAMES_MOST = 200  # tags or authors of one entry
MEDIA_MOST = 50

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Format = Literal["rss", "atom", "json", "cdf"]


def clean(text: str) -> str:
    """Without what no database keeps and nobody reads: control characters and halves of characters."""
    return _CONTROL.sub(" ", text)


class Medium(msgspec.Struct, frozen=True, kw_only=True):
    """A file an entry comes with. `type` is its media type; `size` in bytes."""

    url: str
    type: str = ""
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    size: int | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `text` is plain text; `pictures` are addresses, the best first; `views` and `comments` are counters that
    go on changing."""

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    published_at: int | None = None
    updated_at: int | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()
    pictures: tuple[str, ...] = ()
    views: int | None = None
    comments: int | None = None
    facts: dict[str, str | int | float] = {}

    @property
    def at(self) -> int | None:
        """When it came out."""
        return self.published_at if self.published_at is not None else self.updated_at


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed asks of those who ask it: seconds between two questions, and hours and days (UTC, Monday 0) at which it has
    nothing new."""

    every_seconds: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """`passed_over` entries were beyond the limit."""

    format: Format
    title: str = ""
    site: str = ""
    entries: tuple[Entry, ...] = ()
    passed_over: int = 0
    hints: Hints = Hints()

    @property
    def newest_at(self) -> int | None:
        """When the newest entry came out."""
        return max((entry.at for entry in self.entries if entry.at is not None), default=None)


class Page(msgspec.Struct, frozen=True):
    """A document as it was fetched, for the process that reads it. `url` is what its addresses are relative to."""

    body: bytes
    content_type: str
    url: str


class Reading(msgspec.Struct, frozen=True):
    """What became of it: the document, or the reason why there is none."""

    document: Document | None
    reason: str = ""
