"""What an index asks of the store about entities themselves, of all of a kind or of a few: names in their order, and what persons carry."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.model.kinds import EntityKind
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.engine.entities import PARENT, edges

_CARRIED = f"""SELECT DISTINCT entity_link.source_id, entity_link.target_id FROM entity_link
               JOIN entity AS person ON person.id = entity_link.source_id AND person.kind = '{EntityKind.PERSON}'
               JOIN entity AS tag ON tag.id = entity_link.target_id AND tag.kind = '{EntityKind.TAG}'
               WHERE entity_link.relation <> '{PARENT}' AND person.deleted_at IS NULL"""


class NamedRow(NamedTuple):
    """A live entity and its place in a list of names."""

    id: int
    kind: str
    sort_key: str


def by_name(connection: Connection, kind: EntityKind) -> list[tuple[int, str]]:
    """(id, sort key) of all live entities of a kind, in this order of the two: `(sort_key, id)`."""
    text = "SELECT id, sort_key FROM entity WHERE kind = ? AND deleted_at IS NULL ORDER BY sort_key, id"
    return [(row[0], row[1]) for row in run(connection, text, kind.value)]


def named(connection: Connection, ids: Iterable[int]) -> list[NamedRow]:
    """Those of the entities that live, of any kind, in no order."""
    text = "SELECT id, kind, sort_key FROM entity WHERE id IN {ids} AND deleted_at IS NULL"
    return [NamedRow(*row) for row in bulk.select_in(connection, text, ids)]


def tags_of_persons(connection: Connection, persons: Iterable[int] | None = None) -> list[tuple[int, int]]:
    """(person, tag) wherever a live person carries a tag, each pair once, in no order; of all persons or of those given."""
    if persons is None:
        return [(row[0], row[1]) for row in run(connection, _CARRIED)]
    return [(row[0], row[1]) for row in bulk.select_in(connection, f"{_CARRIED} AND entity_link.source_id IN {{ids}}", persons)]


def parents(connection: Connection, kind: EntityKind, children: Iterable[int] | None = None) -> list[tuple[int, int]]:
    """(child, parent) wherever an entity of the kind stands right below another one of it, deleted or not, in no order; of all children or
    of those given."""
    if children is None:
        return [(row[0], row[1]) for row in run(connection, edges(kind))]
    return [(row[0], row[1]) for row in bulk.select_in(connection, f"{edges(kind)} AND entity_link.source_id IN {{ids}}", children)]
