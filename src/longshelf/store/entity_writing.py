"""Entities as edits and mirrors change them: the row, its other names, its parents. Names are one space: what one entity of a library and
kind is called, no other is, neither by name nor by alias."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection

from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.tables import entity_link

PARENT = "parent"
COLUMNS = frozenset({"name", "name_key", "sort_name", "sort_key", "description"})


class Editable(NamedTuple):
    """What may be edited of an entity, apart from its aliases and parents."""

    id: int
    library_id: int
    kind: str
    name: str
    name_key: str
    sort_name: str
    description: str
    revision: int


class Holder(NamedTuple):
    """Who has a name: by it, or by an alias of it."""

    id: int
    name: str
    by_alias: bool


def one(connection: Connection, entity_id: int) -> Editable | None:
    """None for one that is not there or deleted."""
    text = f"SELECT {', '.join(Editable._fields)} FROM entity WHERE id = ? AND deleted_at IS NULL"
    row = run(connection, text, entity_id).one_or_none()
    return None if row is None else Editable(*row)


def holders(connection: Connection, library_id: int, kind: str, keys: Iterable[str]) -> dict[str, Holder]:
    """By name key, those of the names that somebody has."""
    found: dict[str, Holder] = {}
    aliased = """SELECT entity.id, entity.name FROM entity_alias JOIN entity ON entity.id = entity_alias.entity_id
                 WHERE entity_alias.library_id = ? AND entity_alias.kind = ? AND entity_alias.name_key = ?"""
    named = "SELECT id, name FROM entity WHERE library_id = ? AND kind = ? AND name_key = ?"
    for key in keys:
        for text, by_alias in ((aliased, True), (named, False)):
            row = run(connection, text, library_id, kind, key).one_or_none()
            if row is not None:
                found[key] = Holder(row[0], row[1], by_alias)
    return found


def change(connection: Connection, entity_id: int, values: Mapping[str, Any], *, at: int, revision: int) -> None:
    """Sets some of COLUMNS."""
    names = [name for name in values if name in COLUMNS]
    settings = "".join(f"{name} = ?, " for name in names)
    text = f"UPDATE entity SET {settings}updated_at = ?, revision = ? WHERE id = ?"
    run(connection, text, *(values[name] for name in names), at, revision, entity_id)


def parents(connection: Connection, entity_id: int) -> list[int]:
    """Ids, ascending."""
    text = "SELECT target_id FROM entity_link WHERE source_id = ? AND relation = ? ORDER BY target_id"
    return list(run(connection, text, entity_id, PARENT).scalars())


def set_parents(connection: Connection, entity_id: int, parent_ids: Iterable[int]) -> None:
    """These and no others."""
    bulk.delete(
        connection,
        entity_link,
        ("source_id", "target_id", "relation"),
        [(entity_id, each, PARENT) for each in parents(connection, entity_id)],
    )
    bulk.insert_new(
        connection, entity_link, ("source_id", "target_id", "relation"), [(entity_id, each, PARENT) for each in sorted(set(parent_ids))]
    )


def names_changed(connection: Connection) -> None:
    """Says that a name may lead to another entity now than it did: who remembers where names lead must ask again."""
    run(
        connection,
        "INSERT INTO counter (name, value) VALUES ('entity_names', 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1",
    )


def names_version(connection: Connection) -> int:
    """Greater after every `names_changed`. Asked inside a catalogue transaction it holds until its end: those come one at a time."""
    return int(run(connection, "SELECT value FROM counter WHERE name = 'entity_names'").scalar() or 0)
