"""The feeds of a library: where each is asked, how that went, and which item an entry is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.store import bulk
from longshelf.store.among import select_among
from longshelf.store.database import run
from longshelf.store.feed_tables import feed, feed_entry

GONE = "gone"
FAILING = "failing"
READY = "ready"


class FeedRow(NamedTuple):
    """`state` is new, ready, failing or gone; `*_at` are microseconds since 1970 UTC."""

    id: int
    library_id: int
    url: str
    given_url: str
    title: str
    site: str
    format: str
    state: str
    reason: str
    etag: str
    last_modified: str
    digest: bytes | None
    hints: str
    every_seconds: int
    next_at: int
    asked_at: int | None
    answered_at: int | None
    failures: int
    entries: int
    newest_at: int | None
    created_at: int


class Place(NamedTuple):
    """The item an entry is, and the feed whose word about it counts."""

    item_id: int
    feed_id: int


_COLUMNS = ", ".join(FeedRow._fields)


def add(connection: Connection, library_id: int, urls: Iterable[str], *, every_seconds: int, at: int) -> int:
    """Adds those the library does not read yet, by the address they are asked at or were entered with; how many."""
    known = {url for row in of_library(connection, library_id) for url in (row.url, row.given_url)}
    fresh = [url for url in dict.fromkeys(urls) if url not in known]
    ids = bulk.next_ids(connection, feed, len(fresh)) if fresh else ()
    columns = ("id", "library_id", "url", "given_url", "every_seconds", "next_at", "created_at")
    bulk.insert(
        connection, feed, columns, [(number, library_id, url, url, every_seconds, at, at) for number, url in zip(ids, fresh, strict=True)]
    )
    return len(fresh)


def of_library(connection: Connection, library_id: int) -> list[FeedRow]:
    """In the order they were added."""
    return [FeedRow(*row) for row in run(connection, f"SELECT {_COLUMNS} FROM feed WHERE library_id = ? ORDER BY id", library_id)]


def remove(connection: Connection, library_id: int, feed_id: int) -> None:
    """Its entries stay. NotFound when the library has no such feed."""
    if run(connection, "DELETE FROM feed WHERE library_id = ? AND id = ?", library_id, feed_id).rowcount == 0:
        raise NotFound("There is no such feed in this library.")


def change(connection: Connection, feed_id: int, values: Mapping[str, Any]) -> None:
    """Sets some columns. One that was removed meanwhile stays so."""
    names = [name for name in values if name in FeedRow._fields]
    settings = ", ".join(f"{name} = ?" for name in names)
    run(connection, f"UPDATE feed SET {settings} WHERE id = ?", *(values[name] for name in names), feed_id)


def next_at(connection: Connection, library_id: int) -> int | None:
    """When the first of its feeds is to be asked; None when none is."""
    found: int | None = run(connection, "SELECT min(next_at) FROM feed WHERE library_id = ? AND state <> ?", library_id, GONE).scalar()
    return found


def given_urls(connection: Connection, item_id: int) -> list[str]:
    """The addresses, as they were entered, of the feeds whose word about the item counts."""
    text = (
        "SELECT DISTINCT feed.given_url FROM feed_entry JOIN feed ON feed.id = feed_entry.feed_id"
        " WHERE feed_entry.item_id = ? AND feed.library_id = feed_entry.library_id ORDER BY feed.given_url"
    )
    return list(run(connection, text, item_id).scalars())


def places(connection: Connection, library_id: int, keys: Sequence[bytes]) -> dict[bytes, Place]:
    """Which items entries with these distinct keys are; unknown ones are left out."""
    text = "SELECT key, item_id, feed_id FROM feed_entry WHERE library_id = ? AND key IN {values}"
    return {bytes(row.key): Place(row.item_id, row.feed_id) for row in select_among(connection, text, keys, library_id)}


def put_places(connection: Connection, library_id: int, found: Mapping[bytes, Place]) -> None:
    """From now on entries with these keys are these items."""
    columns = ("library_id", "key", "item_id", "feed_id")
    bulk.upsert(connection, feed_entry, columns, [(library_id, key, *place) for key, place in found.items()], columns[:2])
