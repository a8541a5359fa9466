"""The locks themselves: which fields people edited, of items and of entities. What a lock means is in `ingest/locks.py`.

A lock of an entity also keeps what its source last said of the field, so that giving the field back needs no scan."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.edit_tables import entity_lock

_OF_ITEM = """SELECT field, user_id, "user".name, locked_at FROM field_lock LEFT JOIN "user" ON "user".id = user_id
              WHERE item_id = ? ORDER BY field"""
_OF_ENTITY = """SELECT field, user_id, "user".name, locked_at FROM entity_lock LEFT JOIN "user" ON "user".id = user_id
                WHERE entity_id = ? ORDER BY field"""
_SAID = "SELECT entity_id, field, said FROM entity_lock WHERE entity_id IN {ids}"
COLUMNS = ("entity_id", "field", "user_id", "locked_at", "said")


class LockRow(NamedTuple):
    """`user_name` is None for a user who is gone, or for nobody."""

    field: str
    user_id: int | None
    user_name: str | None
    locked_at: int


def of_item(connection: Connection, item_id: int) -> list[LockRow]:
    """By field."""
    return [LockRow(*row) for row in run(connection, _OF_ITEM, item_id)]


def of_entity(connection: Connection, entity_id: int) -> list[LockRow]:
    """By field."""
    return [LockRow(*row) for row in run(connection, _OF_ENTITY, entity_id)]


def said_by_source(connection: Connection, entity_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """For every locked entity, its locked fields and the JSON of what the source last said of each."""
    found: dict[int, dict[str, str]] = {}
    for entity_id, field, said in bulk.select_in(connection, _SAID, entity_ids):
        found.setdefault(entity_id, {})[field] = said
    return found


def lock_entity(connection: Connection, entity_id: int, said: Mapping[str, str], *, user_id: int | None, at: int) -> None:
    """From now on no source writes these fields. `said` is the JSON of what stood there; where a lock stands already, what it keeps
    stays."""
    rows = [(entity_id, field, user_id, at, value) for field, value in sorted(said.items())]
    bulk.upsert(connection, entity_lock, COLUMNS, rows, ("entity_id", "field"), ("user_id", "locked_at"))


def remember(connection: Connection, rows: Iterable[tuple[int, str, str]]) -> None:
    """`rows` are (entity, field, JSON): what a source says now of a field it may not write."""
    bulk.update(connection, entity_lock, ("entity_id", "field"), ("said",), list(rows))


def unlock_entity(connection: Connection, entity_id: int, fields: Iterable[str]) -> None:
    """The source writes these fields again."""
    bulk.delete(connection, entity_lock, ("entity_id", "field"), [(entity_id, field) for field in sorted(set(fields))])
