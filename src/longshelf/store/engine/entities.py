"""Lists of entities with their figures, asked of the database: an entity counts through the items that carry it, and only through them.
Those that stand above others are found in plain Python, over all edges of the kind."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, distinct, func, literal, or_, select, tuple_
from sqlalchemy.sql.expression import Select

from longshelf.model.engine import After, Before, EntityPage, EntityRequest, Offset, Slice, Tally, Window
from longshelf.model.kinds import EntityKind
from longshelf.model.query import Query
from longshelf.model.sorts import Key
from longshelf.store.database import run
from longshelf.store.engine.facets import by_entity, named
from longshelf.store.engine.predicates import Predicates
from longshelf.store.tables import entity, entity_link, item, link

PARENT = "parent"  # the relation that makes a tree


def edges(kind: EntityKind) -> str:
    """Asks for (child, parent) wherever an entity of a kind stands right below another one of it, deleted or not."""
    return f"""SELECT entity_link.source_id, entity_link.target_id FROM entity_link
               JOIN entity AS child ON child.id = entity_link.source_id AND child.kind = '{kind.value}'
               JOIN entity AS parent ON parent.id = entity_link.target_id AND parent.kind = '{kind.value}'
               WHERE entity_link.relation = '{PARENT}'"""


class _Stands(NamedTuple):
    """Of the entities of a kind: `edges` from those right below to those right above, between the ones that are `there`; `bare` are those
    of these without an item of their own."""

    edges: Sequence[tuple[int, int]] = ()
    bare: frozenset[int] = frozenset()

    def below(self, parent: int) -> set[int]:
        return {child for child, each in self.edges if each == parent}


class Figures:
    """What the items that `where` selects say of entities; they are those of `query`."""

    def __init__(self, connection: Connection, query: Query, where: ColumnElement[bool]) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._query = query
        self._where = where
        self._among = Predicates(self._dialect, 0).among

    def page(self, request: EntityRequest, window: Window) -> EntityPage:
        """A stretch of the list."""
        stands = self._stands(request.kind)
        wanted = and_(entity.c.kind == request.kind.value, entity.c.deleted_at.is_(None), named(request.q, self._dialect))
        if request.parent is not None:
            wanted = and_(wanted, self._among(entity.c.id, sorted(stands.below(request.parent))))
        walk = _Walk(self._connection, *self._ordered(request, wanted, stands), descending=request.descending)
        found = walk.cut(window)
        counted = select(func.count()).select_from(entity).where(wanted, self._there(request.kind, stands))
        total = int(self._connection.execute(counted).scalar_one())
        children = Counter(parent for _, parent in stands.edges)
        return EntityPage(found, self.tallies(request.kind, found.ids), total, tuple(children[each] for each in found.ids))

    def tallies(self, kind: EntityKind, ids: Sequence[int], *, via_persons: bool = True) -> tuple[Tally, ...]:
        """One an id."""
        if not ids:
            return ()
        items = self._items(kind, ids)
        via = self._via_persons(ids) if via_persons and kind is EntityKind.TAG else {}
        return tuple(Tally(items.get(each, 0), via.get(each, 0)) for each in ids)

    def _ordered(self, request: EntityRequest, wanted: ColumnElement[bool], stands: _Stands) -> tuple[Select[Any], ColumnElement[Any]]:
        """(value, id) of the whole list, and the value."""
        if request.order == "name":
            return select(entity.c.sort_key, entity.c.id).where(wanted, self._there(request.kind, stands)), entity.c.sort_key
        grouped = by_entity(request.kind, self._query, self._where, self._dialect).subquery()
        if not stands.bare:
            joined = grouped.join(entity, entity.c.id == grouped.c.entity_id)
            return select(grouped.c["items"], entity.c.id).select_from(joined).where(wanted), grouped.c["items"]
        items = func.coalesce(grouped.c["items"], 0)
        there = or_(grouped.c.entity_id.is_not(None), self._among(entity.c.id, sorted(stands.bare)))
        joined = entity.outerjoin(grouped, entity.c.id == grouped.c.entity_id)
        return select(items, entity.c.id).select_from(joined).where(wanted, there), items

    def _stands(self, kind: EntityKind) -> _Stands:
        """One statement where nothing stands above anything, and two otherwise."""
        all_edges = {(row[0], row[1]) for row in run(self._connection, edges(kind))}
        if not all_edges:
            return _Stands()
        asked = select(entity.c.id, self._carried(kind)).where(entity.c.deleted_at.is_(None))
        rows = self._connection.execute(asked.where(self._among(entity.c.id, sorted({each for edge in all_edges for each in edge}))))
        live = {row[0]: bool(row[1]) for row in rows}
        carried = {each for each, held in live.items() if held}
        there = (carried | _above(all_edges, carried)) & live.keys()
        return _Stands([edge for edge in all_edges if there.issuperset(edge)], frozenset(there - carried))

    def _there(self, kind: EntityKind, stands: _Stands) -> ColumnElement[bool]:
        carried = self._carried(kind)
        return or_(carried, self._among(entity.c.id, sorted(stands.bare))) if stands.bare else carried

    def _carried(self, kind: EntityKind) -> ColumnElement[bool]:
        """The entity has an item: looked for one by one, which ends at the first."""
        joined = link.join(item, item.c.id == link.c.item_id)
        found = select(literal(1)).select_from(joined).where(link.c.entity_id == entity.c.id, link.c.kind == kind.value, self._where)
        return found.correlate(entity).exists()

    def _items(self, kind: EntityKind, ids: Sequence[int]) -> dict[int, int]:
        joined = link.join(item, item.c.id == link.c.item_id).join(entity, entity.c.id == link.c.entity_id)
        counted = (
            select(link.c.entity_id, func.count(distinct(link.c.item_id)))
            .select_from(joined)
            .where(self._among(link.c.entity_id, ids), link.c.kind == kind.value)
            .where(entity.c.kind == kind.value, entity.c.deleted_at.is_(None), self._where)
            .group_by(link.c.entity_id)
        )
        return dict(self._connection.execute(counted).all())

    def _via_persons(self, tags: Sequence[int]) -> dict[int, int]:
        """Items of the persons that carry each tag."""
        tag, person = entity.alias("tag"), entity.alias("person")
        joined = (
            entity_link.join(tag, tag.c.id == entity_link.c.target_id)
            .join(person, person.c.id == entity_link.c.source_id)
            .join(link, link.c.entity_id == person.c.id)
            .join(item, item.c.id == link.c.item_id)
        )
        counted = (
            select(entity_link.c.target_id, func.count(distinct(link.c.item_id)))
            .select_from(joined)
            .where(self._among(entity_link.c.target_id, tags), entity_link.c.relation != PARENT)
            .where(tag.c.kind == EntityKind.TAG.value, tag.c.deleted_at.is_(None))
            .where(person.c.kind == EntityKind.PERSON.value, person.c.deleted_at.is_(None))
            .where(link.c.kind == EntityKind.PERSON.value, self._where)
            .group_by(entity_link.c.target_id)
        )
        return dict(self._connection.execute(counted).all())


def _above(pairs: Iterable[tuple[int, int]], ids: Iterable[int]) -> set[int]:
    """All that stand above any of these, however far."""
    parents: dict[int, list[int]] = {}
    for child, parent in pairs:
        parents.setdefault(child, []).append(parent)
    found: set[int] = set()
    rest = list(ids)
    while rest:
        fresh = set(parents.get(rest.pop(), ())) - found
        found |= fresh
        rest += fresh
    return found


class _Walk:
    """Places of one order, from either end or from a place on; one more than asked is read, to see whether there is more."""

    def __init__(self, connection: Connection, asked: Select[Any], value: ColumnElement[Any], *, descending: bool) -> None:
        self._connection = connection
        self._asked = asked
        self._value = value
        self._descending = descending

    def cut(self, window: Window) -> Slice:
        size = window.size
        match window:
            case Offset():
                found = self._read(size + 1, offset=window.start)
                before = window.start > 0 and bool(found or self._read(1))
                return _slice(found[:size], before=before, more=len(found) > size, start=window.start)
            case After():
                found = self._read(size + 1, beyond=window.key)
                before = bool(self._read(1, beyond=window.key, back=True, at=True))
                return _slice(found[:size], before=before, more=len(found) > size)
            case Before():
                found = self._read(size + 1, beyond=window.key, back=True)
                more = bool(self._read(1, beyond=window.key, at=True))
                return _slice(found[:size][::-1], before=len(found) > size, more=more)

    def _read(self, size: int, *, offset: int = 0, beyond: Key | None = None, back: bool = False, at: bool = False) -> list[Key]:
        """Places from the front, or from a place on, against the order with `back`, the place itself included with `at`."""
        falling = self._descending != back
        asked = self._asked
        if beyond is not None:
            here = tuple_(self._value, entity.c.id)
            place = tuple_(literal(beyond.value, self._value.type), literal(beyond.id, entity.c.id.type))
            if at:
                asked = asked.where(here <= place if falling else here >= place)
            else:
                asked = asked.where(here < place if falling else here > place)
        ordered = asked.order_by(*(column.desc() if falling else column for column in (self._value, entity.c.id)))
        return [Key(row[0], row[1]) for row in self._connection.execute(ordered.offset(offset).limit(size))]


def _slice(keys: list[Key], *, before: bool, more: bool, start: int | None = None) -> Slice:
    if not keys:
        return Slice(has_previous=before, has_next=more)
    return Slice(tuple(key.id for key in keys), keys[0], keys[-1], before, more, start)
