"""Writing items: the row, its card, links, chapters and search text, always together in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from longshelf.store import bulk
from longshelf.store.tables import chapter, field_lock, item, item_card, link

COLUMNS = (
    "id", "library_id", "external_id", "kind", "title", "sort_title", "title_key", "subtitle", "description", "language", "date", "year",
    "added_at", "created_at", "updated_at", "deleted_at", "duration", "width", "height", "size", "pages", "rating", "age_rating",
    "series_key", "cover", "cover_version", "color", "identifiers", "extra", "content_hash", "revision",
)  # fmt: skip
_FIXED = frozenset(("id", "library_id", "external_id", "added_at"))  # set once, when the item is first seen
_UPDATED = tuple(name for name in COLUMNS if name not in _FIXED)
# What a post can say of an item; with PLACED the columns of its row, and all others have their defaults.
SAID = (
    "external_id", "kind", "title", "title_key", "description", "date", "year", "created_at", "duration", "width", "height", "rating",
    "age_rating", "series_key", "extra", "content_hash",
)  # fmt: skip
PLACED = ("id", "library_id", "added_at", "updated_at", "revision", "color")
LINK_COLUMNS = ("item_id", "entity_id", "role", "kind", "position", "ordinal")
CHAPTER_COLUMNS = ("item_id", "ordinal", "title", "start", "end", "page", "href", "level")


class Existing(NamedTuple):
    """What a writer must know of an item before it decides whether to write it."""

    id: int
    content_hash: bytes
    added_at: int
    deleted_at: int | None
    cover_version: str
    color: str


def existing(connection: Connection, ids: Iterable[int]) -> dict[int, Existing]:
    """The items among `ids` that have a row, live or deleted."""
    text = "SELECT id, content_hash, added_at, deleted_at, cover_version, color FROM item WHERE id IN {ids}"
    return {row[0]: Existing(*row) for row in bulk.select_in(connection, text, ids)}


def that_are_there(connection: Connection, ids: Iterable[int]) -> list[int]:
    """Those of the items that have a row, live or deleted, ascending."""
    return sorted(bulk.select_in(connection, "SELECT id FROM item WHERE id IN {ids}", ids).scalars())


def library_of(connection: Connection, item_id: int) -> int:
    """The library an existing item belongs to."""
    return int(bulk.select_in(connection, "SELECT library_id FROM item WHERE id IN {ids}", [item_id]).scalar_one())


def libraries_of(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """The library of each existing item."""
    return {row[0]: row[1] for row in bulk.select_in(connection, "SELECT id, library_id FROM item WHERE id IN {ids}", ids)}


def put(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Adds or rewrites items; `rows` in the order of COLUMNS. What was fixed when the item was first seen stays."""
    bulk.upsert(connection, item, COLUMNS, rows, ("id",), _UPDATED)


def put_posts(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """As `put`; `rows` in the order of PLACED and SAID. What they do not name is set to its default. Not undoable: see `bulk.upsert`."""
    bulk.upsert(connection, item, (*PLACED, *SAID), rows, ("id",), _UPDATED, undoable=False)


def put_cards(connection: Connection, rows: Sequence[tuple[int, str]]) -> None:
    """`rows` are (item id, encoded card)."""
    bulk.upsert(connection, item_card, ("item_id", "card"), rows, ("item_id",))


def clear_details(connection: Connection, ids: Sequence[int]) -> None:
    """Takes away links and chapters of items that are about to be rewritten, in the same transaction."""
    rows = [(item_id,) for item_id in ids]
    bulk.delete(connection, link, ("item_id",), rows)
    bulk.delete(connection, chapter, ("item_id",), rows)


def put_links(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """`rows` in the order of LINK_COLUMNS; no two with the same item, entity and role."""
    numbered = [row for row in rows if row[4] is not None]  # a number with a fraction has to arrive bit by bit
    bulk.insert(connection, link, LINK_COLUMNS, numbered)
    bulk.insert_plain(connection, link, LINK_COLUMNS, [row for row in rows if row[4] is None] if numbered else rows)


def put_chapters(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """`rows` in the order of CHAPTER_COLUMNS."""
    bulk.insert(connection, chapter, CHAPTER_COLUMNS, rows)


def locks(connection: Connection, ids: Iterable[int]) -> dict[int, set[str]]:
    """The fields people edited by hand, by item; items without any are left out."""
    found: dict[int, set[str]] = {}
    for item_id, field in bulk.select_in(connection, "SELECT item_id, field FROM field_lock WHERE item_id IN {ids}", ids):
        found.setdefault(item_id, set()).add(field)
    return found


def lock(connection: Connection, item_id: int, fields: Iterable[str], *, user_id: int | None, at: int) -> None:
    """From now on no scan writes these fields of the item."""
    lock_all(connection, {item_id: fields}, user_id=user_id, at=at)


def lock_all(connection: Connection, fields: Mapping[int, Iterable[str]], *, user_id: int | None, at: int) -> None:
    """As `lock`, for many items, each with its own fields."""
    rows = [(item_id, field, user_id, at) for item_id, named in fields.items() for field in sorted(set(named))]
    bulk.upsert(connection, field_lock, ("item_id", "field", "user_id", "locked_at"), rows, ("item_id", "field"))


def unlock(connection: Connection, item_id: int, fields: Iterable[str]) -> None:
    """The next scan writes these fields again."""
    unlock_all(connection, {item_id: fields})


def unlock_all(connection: Connection, fields: Mapping[int, Iterable[str]]) -> None:
    """As `unlock`, for many items, each with its own fields."""
    rows = [(item_id, field) for item_id, named in fields.items() for field in sorted(set(named))]
    bulk.delete(connection, field_lock, ("item_id", "field"), rows)


def delete_fileless(connection: Connection, ids: Iterable[int], *, at: int, revision: int) -> list[int]:
    """Soft-deletes the live items among `ids` that have no present file left; their ids."""
    text = """SELECT id FROM item WHERE id IN {ids} AND deleted_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM file WHERE file.item_id = item.id AND file.missing_at IS NULL)"""
    gone = [row[0] for row in bulk.select_in(connection, text, ids)]
    bulk.update(connection, item, ("id",), ("deleted_at", "revision"), [(item_id, at, revision) for item_id in gone])
    return gone
