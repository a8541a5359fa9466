"""What is told of feeds. Conventions as in `catalog/shapes.py`."""

from typing import Literal

import msgspec


class FeedInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is where the feed is asked, which follows it when it moves for good; `given_url` as it was entered. `entries` are in the
    document that was read last, null for one from whom items are kept. `reason` says why it fails, or is gone."""

    id: int
    url: str
    given_url: str
    title: str | None
    site: str | None
    format: str | None
    state: Literal["new", "ready", "failing", "gone"]
    reason: str | None
    failures: int
    entries: int | None
    newest_at: str | None
    asked_at: str | None
    answered_at: str | None
    next_at: str | None
    every_seconds: int


class FeedList(msgspec.Struct, frozen=True):
    """In the order they were added."""

    feeds: list[FeedInfo]


class FeedProbe(msgspec.Struct, frozen=True, kw_only=True):
    """An address that was tried. `trouble` is null when a feed answered."""

    url: str
    trouble: str | None
    title: str | None = None
    site: str | None = None
    format: str | None = None
    entries: int = 0
    newest_at: str | None = None
    newest_title: str | None = None
