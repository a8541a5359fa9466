"""Entities by name. The UNIQUE constraint (library, kind, folded name) is the truth: whoever inserts second finds the first's row."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.model.kinds import EntityKind
from longshelf.store import bulk, merging
from longshelf.store.among import select_among
from longshelf.store.tables import entity

COLUMNS = ("id", "library_id", "kind", "name", "name_key", "sort_name", "sort_key", "created_at", "updated_at", "revision")
_FIND = "SELECT name_key, id FROM entity WHERE library_id = ? AND kind = ? AND name_key IN {values}"
_FIND_ALIAS = "SELECT name_key, entity_id AS id FROM entity_alias WHERE library_id = ? AND kind = ? AND name_key IN {values}"


class NewEntity(NamedTuple):
    """An entity somebody named for the first time. `name_key` is its identity, `sort_key` its place in a list."""

    kind: EntityKind
    name: str
    name_key: str
    sort_name: str
    sort_key: str


EntityKey = tuple[EntityKind, str]  # kind, name_key


def find(connection: Connection, library_id: int, keys: Iterable[EntityKey]) -> dict[EntityKey, int]:
    """Ids of the known ones among `keys`; an alias leads to the entity it belongs to."""
    by_kind: dict[EntityKind, list[str]] = {}
    for kind, key in keys:
        by_kind.setdefault(kind, []).append(key)
    found: dict[EntityKey, int] = {}
    for kind, names in by_kind.items():
        for text in (_FIND_ALIAS, _FIND):
            found.update(((kind, row.name_key), row.id) for row in select_among(connection, text, names, library_id, kind))
    return found


class Remote(NamedTuple):
    """An entity as its source's id leads to it; after merges it is the one that is left."""

    id: int
    name: str


def find_external(connection: Connection, library_id: int, kind: EntityKind, external_ids: Sequence[str]) -> dict[str, Remote]:
    """The known ones among a source's ids of one kind, gone ones too."""
    text = "SELECT external_id, id, name FROM entity WHERE library_id = ? AND kind = ? AND external_id IN {values}"
    found = {row.external_id: Remote(row.id, row.name) for row in select_among(connection, text, external_ids, library_id, kind)}
    led = merging.led(connection, [remote.id for remote in found.values()])
    if led:
        names = merging.names(connection, led.values())
        found.update((key, Remote(led[each.id], names[led[each.id]])) for key, each in found.items() if each.id in led)
    return found


def add(connection: Connection, library_id: int, new: Sequence[NewEntity], *, at: int, revision: int) -> None:
    """Adds those nobody added meanwhile; ask `find` for the ids."""
    ids = bulk.next_ids(connection, entity, len(new))
    rows = [
        (entity_id, library_id, row.kind, row.name, row.name_key, row.sort_name, row.sort_key, at, at, revision)
        for entity_id, row in zip(ids, new, strict=True)
    ]
    bulk.insert_new(connection, entity, COLUMNS, rows)
