"""Entities read for people, by id: rows, aliases, relations; and names that begin or go as somebody types.

Which entities a viewer may see is an engine's to say, so nothing here decides it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, select

from longshelf.model.kinds import EntityKind
from longshelf.model.query import Query
from longshelf.model.text import natural_key
from longshelf.store import bulk, personal
from longshelf.store.engine.facets import named
from longshelf.store.engine.predicates import LIVE, Predicates
from longshelf.store.tables import entity, item

_ENTITIES = (
    """SELECT id, library_id, kind, name, sort_name, description, image, extra FROM entity WHERE id IN {ids} AND deleted_at IS NULL"""
)
_ALIASES = "SELECT entity_id, name FROM entity_alias WHERE entity_id IN {ids} ORDER BY entity_id, name"
_RELATED = """SELECT entity_link.source_id, entity_link.relation, entity.id, entity.kind, entity.name FROM entity_link
              JOIN entity ON entity.id = entity_link.target_id WHERE entity_link.source_id IN {ids} AND entity.deleted_at IS NULL
              ORDER BY entity_link.source_id, entity.sort_key, entity.id"""
LAST = "\U0010ffff"  # above every character a key holds
PARENT = "parent"  # the relation that makes a tree


class EntityRow(NamedTuple):
    id: int
    library_id: int
    kind: str
    name: str
    sort_name: str
    description: str
    image: str
    extra: str


class Related(NamedTuple):
    """`relation` is `parent` or what the source calls it."""

    source_id: int
    relation: str
    id: int
    kind: str
    name: str


class Whole(NamedTuple):
    """One entity with all that stands around it. `related` holds only entities the viewer may see."""

    row: EntityRow
    aliases: list[str]
    related: list[Related]
    word: personal.EntityWord


class Suggested(NamedTuple):
    """An entity or item whose name begins as typed."""

    id: int
    kind: str
    name: str


def related(connection: Connection, ids: Sequence[int]) -> list[Related]:
    """What the entities are related to, by name."""
    return [Related(*row) for row in bulk.select_in(connection, _RELATED, ids)]


def whole(connection: Connection, user_id: int, ids: Sequence[int], kept: Sequence[Related]) -> list[Whole]:
    """The entities in the order of `ids`, with those of their relations that are `kept`; unknown ids are left out."""
    rows = {row[0]: EntityRow(*row) for row in bulk.select_in(connection, _ENTITIES, ids)}
    aliases: dict[int, list[str]] = {}
    for entity_id, name in bulk.select_in(connection, _ALIASES, ids):
        aliases.setdefault(entity_id, []).append(name)
    by_source: dict[int, list[Related]] = {}
    for each in kept:
        by_source.setdefault(each.source_id, []).append(each)
    words = personal.on_entities(connection, user_id, ids)
    said_nothing = personal.EntityWord()
    return [Whole(rows[id_], aliases.get(id_, []), by_source.get(id_, []), words.get(id_, said_nothing)) for id_ in ids if id_ in rows]


def beginning_so(connection: Connection, typed: str, start: int, count: int) -> list[Suggested]:
    """Entities whose sort name begins as typed, shortest first, from one place on."""
    return _suggested(connection, between(entity.c.sort_key, natural_key(typed)), start, count)


def holding_words(connection: Connection, typed: str, start: int, count: int) -> list[Suggested]:
    """Entities whose name holds every typed word, likewise."""
    return _suggested(connection, named(typed, connection.dialect.name), start, count)


def suggest_items(connection: Connection, user_id: int, typed: str, seen: Query, limit: int) -> list[Suggested]:
    """Items whose title begins as typed, by title."""
    predicates = Predicates(connection.dialect.name, user_id)
    asked = (
        select(item.c.id, item.c.kind, item.c.title)
        .where(LIVE, between(item.c.title_key, natural_key(typed)), predicates.of(seen))
        .order_by(item.c.title_key, item.c.id)
        .limit(limit)
    )
    return [Suggested(*row) for row in connection.execute(asked)]


def between(column: ColumnElement[Any], beginning: str) -> ColumnElement[bool]:
    """The keys that begin so, as a range an index can answer."""
    return and_(column >= beginning, column < beginning + LAST)


def _suggested(connection: Connection, wanted: ColumnElement[bool], start: int, count: int) -> list[Suggested]:
    asked = (
        select(entity.c.id, entity.c.kind, entity.c.name)
        .where(entity.c.deleted_at.is_(None), entity.c.kind.in_([kind.value for kind in EntityKind]), wanted)
        .order_by(func.length(entity.c.sort_key), entity.c.sort_key, entity.c.id)
        .offset(start)
        .limit(count)
    )
    return [Suggested(*row) for row in connection.execute(asked)]
