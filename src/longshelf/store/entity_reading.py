"""Entities read for people: lists by name or by number of items, one entity with its relations, and suggestions.

Rule: an entity counts only through items of the query it is given (what the viewer may see), so one without any does not exist."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, distinct, func, literal, select, tuple_
from sqlalchemy.sql.expression import Select

from longshelf.model.kinds import EntityKind
from longshelf.model.query import Query
from longshelf.model.sorts import Key
from longshelf.model.text import natural_key
from longshelf.store import bulk, personal
from longshelf.store.database import run
from longshelf.store.engine.facets import named
from longshelf.store.engine.predicates import LIVE, Predicates
from longshelf.store.tables import entity, item, link

_ENTITIES = """SELECT id, library_id, kind, name, sort_name, description, image FROM entity WHERE id IN {ids} AND deleted_at IS NULL"""
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


class EntityList:
    """The entities of one kind that carry items of `seen`, whose names hold every word of `q`. The caller keeps `connection` open."""

    def __init__(self, connection: Connection, user_id: int, kind: EntityKind, seen: Query, q: str = "") -> None:
        self._connection = connection
        self._kind = kind
        self._seen = and_(LIVE, Predicates(connection.dialect.name, user_id).of(seen))
        self._wanted = and_(entity.c.kind == kind.value, entity.c.deleted_at.is_(None), named(q, connection.dialect.name))

    def total(self) -> int:
        carried = select(func.count()).select_from(entity).where(self._wanted, self._carries())
        return int(self._connection.execute(carried).scalar_one())

    def by_name(self, *, descending: bool, after: Key | None, offset: int, limit: int) -> list[Key]:
        """Places in order of the sort name, from behind `after`, or from `offset` on."""
        return self._keys(select(entity.c.sort_key, entity.c.id).where(self._wanted, self._carries()), entity.c.sort_key, entity.c.id,
                          descending=descending, after=after, offset=offset, limit=limit)  # fmt: skip

    def by_count(self, *, descending: bool, after: Key | None, offset: int, limit: int) -> list[Key]:
        """Places in order of the number of items."""
        grouped = self._counted().group_by(link.c.entity_id).subquery()
        joined = select(grouped.c["items"], entity.c.id).join(entity, entity.c.id == grouped.c.entity_id).where(self._wanted)
        return self._keys(joined, grouped.c["items"], entity.c.id, descending=descending, after=after, offset=offset, limit=limit)

    def counts(self, ids: Sequence[int]) -> dict[int, int]:
        """Items by entity; without any: left out."""
        predicates = Predicates(self._connection.dialect.name, 0)
        rows = self._connection.execute(self._counted().where(predicates.among(link.c.entity_id, ids)).group_by(link.c.entity_id))
        return {row[0]: row[1] for row in rows}

    def _counted(self) -> Select[Any]:
        return (
            select(link.c.entity_id, func.count(distinct(link.c.item_id)).label("items"))
            .select_from(link.join(item, item.c.id == link.c.item_id))
            .where(self._seen, link.c.kind == self._kind.value)
        )

    def _carries(self) -> ColumnElement[bool]:
        joined = link.join(item, item.c.id == link.c.item_id)
        return select(literal(1)).select_from(joined).where(link.c.entity_id == entity.c.id, self._seen).correlate(entity).exists()

    def _keys(
        self,
        asked: Select[Any],
        value: ColumnElement[Any],
        id_: ColumnElement[Any],
        *,
        descending: bool,
        after: Key | None,
        offset: int,
        limit: int,
    ) -> list[Key]:
        if after is not None:
            place = tuple_(value, id_)
            bound = tuple_(literal(after.value, value.type), literal(after.id, id_.type))
            asked = asked.where(place < bound if descending else place > bound)
        ordered = asked.order_by(value.desc() if descending else value, id_.desc() if descending else id_)
        return [Key(row[0], row[1]) for row in self._connection.execute(ordered.offset(offset).limit(limit))]


def whole(connection: Connection, user_id: int, ids: Sequence[int], seen: Query) -> list[Whole]:
    """The entities in the order of `ids`, five statements whatever their number; unknown ids are left out."""
    rows = {row[0]: EntityRow(*row) for row in bulk.select_in(connection, _ENTITIES, ids)}
    aliases: dict[int, list[str]] = {}
    for entity_id, name in bulk.select_in(connection, _ALIASES, ids):
        aliases.setdefault(entity_id, []).append(name)
    related = [Related(*row) for row in bulk.select_in(connection, _RELATED, ids)]
    visible = _carried(connection, user_id, sorted({each.id for each in related}), seen)
    by_source: dict[int, list[Related]] = {}
    for each in related:
        if each.id in visible or each.relation == PARENT:  # a parent of something visible stays, even without items of its own
            by_source.setdefault(each.source_id, []).append(each)
    words = personal.on_entities(connection, user_id, ids)
    said_nothing = personal.EntityWord()
    return [Whole(rows[id_], aliases.get(id_, []), by_source.get(id_, []), words.get(id_, said_nothing)) for id_ in ids if id_ in rows]


def revision(connection: Connection) -> int:
    """The newest change this transaction sees."""
    return int(run(connection, "SELECT value FROM revision WHERE id = 1").scalar_one())


def _carried(connection: Connection, user_id: int, ids: Sequence[int], seen: Query) -> set[int]:
    """Those of the entities that have an item of `seen`."""
    if not ids:
        return set()
    predicates = Predicates(connection.dialect.name, user_id)
    joined = link.join(item, item.c.id == link.c.item_id)
    asked = select(distinct(link.c.entity_id)).select_from(joined).where(predicates.among(link.c.entity_id, ids), LIVE, predicates.of(seen))
    return set(connection.execute(asked).scalars())


def suggest_entities(connection: Connection, user_id: int, typed: str, seen: Query, limit: int) -> list[Suggested]:
    """Entities whose sort name begins as typed, shortest first; with too few of them, others that hold the typed words."""
    begins = between(entity.c.sort_key, natural_key(typed))
    found = _suggested(connection, user_id, and_(entity.c.kind.in_([kind.value for kind in EntityKind]), begins), seen, limit)
    if len(found) < limit:
        others = and_(named(typed, connection.dialect.name), entity.c.id.not_in([each.id for each in found]))
        found += _suggested(connection, user_id, others, seen, limit - len(found))
    return found


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


def _suggested(connection: Connection, user_id: int, wanted: ColumnElement[bool], seen: Query, limit: int) -> list[Suggested]:
    predicates = Predicates(connection.dialect.name, user_id)
    joined = link.join(item, item.c.id == link.c.item_id)
    has_item = select(literal(1)).select_from(joined).where(link.c.entity_id == entity.c.id, LIVE, predicates.of(seen))
    asked = (
        select(entity.c.id, entity.c.kind, entity.c.name)
        .where(entity.c.deleted_at.is_(None), wanted, has_item.correlate(entity).exists())
        .order_by(func.length(entity.c.sort_key), entity.c.sort_key, entity.c.id)
        .limit(limit)
    )
    return [Suggested(*row) for row in connection.execute(asked)]
