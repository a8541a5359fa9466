"""Facet counts: one GROUP BY a facet, over the items of the facet's own query."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, distinct, func, literal, literal_column, or_, select
from sqlalchemy.sql.expression import Select

from longshelf.model.engine import RATING_STEP, Facet, FacetRequest, FacetValue, ValueFacet
from longshelf.model.kinds import EntityKind
from longshelf.model.query import EVERYTHING, Query
from longshelf.model.text import name_key, natural_key, tokens
from longshelf.store.engine.predicates import FORMAT, unindexed
from longshelf.store.tables import entity, item, library, link

_VALUES: dict[ValueFacet, ColumnElement[Any]] = {
    "kind": item.c.kind,
    "library": item.c.library_id,
    "format": FORMAT,
    "year": item.c.year,
    "rating": item.c.rating - item.c.rating % RATING_STEP,
}
_HIGHEST_FIRST = frozenset({"year", "rating"})
_WITH_ROLES = frozenset({EntityKind.PERSON})  # an item may name a person twice; other kinds have the one empty role


def entity_facet(connection: Connection, request: FacetRequest, where: ColumnElement[bool]) -> Facet:
    """Entities of one kind that the items carry."""
    grouped = by_entity(EntityKind(request.facet), request.query, where, connection.dialect.name).subquery()
    query: Select[Any] = (
        select(entity.c.id, entity.c.name, grouped.c["items"], func.count().over())
        .select_from(grouped.join(entity, entity.c.id == grouped.c.entity_id))
        .where(named(request.q, connection.dialect.name))
        .order_by(grouped.c["items"].desc(), entity.c.sort_key, entity.c.id)
    )
    rows = connection.execute(query.limit(request.limit) if request.limit else query).all()
    return Facet(request.facet, tuple(FacetValue(row[0], row[1], row[2]) for row in rows), rows[0][3] if rows else 0)


def some(connection: Connection, where: ColumnElement[bool], most: int) -> ColumnElement[bool] | None:
    """A condition that selects `most` of the items that `where` selects; None when there are no more than that. Which ones is left to the
    database: those it finds first."""
    first = select(item.c.id).where(where)
    found = connection.execute(select(func.count()).select_from(first.limit(most + 1).subquery())).scalar_one()
    return item.c.id.in_(first.limit(most).correlate(None)) if found > most else None


def by_entity(kind: EntityKind, query: Query, where: ColumnElement[bool], dialect: str) -> Select[Any]:
    """(entity_id, items): how many items of `query` carry each entity of a kind, those without any left out. `where` selects the items."""
    return _of_everything(kind) if query == EVERYTHING else _of_items(kind, where, dialect)


def _of_everything(kind: EntityKind) -> Select[Any]:
    """The index from entities to items holds all it takes, but for the few deleted items."""
    entities = select(entity.c.id).where(entity.c.kind == kind.value)
    deleted = select(item.c.id).where(item.c.deleted_at.is_not(None))
    query = select(link.c.entity_id, _counted(kind)).where(link.c.entity_id.in_(entities), link.c.item_id.not_in(deleted))
    return query.group_by(link.c.entity_id)


def _of_items(kind: EntityKind, where: ColumnElement[bool], dialect: str) -> Select[Any]:
    """From each item to its links. SQLite would go the other way, over all links of the kind, to have them grouped for nothing."""
    item_id = unindexed(item.c.id) if dialect == "sqlite" else item.c.id
    group = unindexed(link.c.entity_id) if dialect == "sqlite" else link.c.entity_id
    pairs = item.join(link, link.c.item_id == item_id)
    return select(link.c.entity_id, _counted(kind)).select_from(pairs).where(where, link.c.kind == kind.value).group_by(group)


def _counted(kind: EntityKind) -> ColumnElement[int]:
    return (func.count(distinct(link.c.item_id)) if kind in _WITH_ROLES else func.count()).label("items")


def value_facet(connection: Connection, request: FacetRequest, where: ColumnElement[bool]) -> Facet:
    """Values of one column."""
    name: ValueFacet = request.facet  # type: ignore[assignment]  # the caller keeps entity kinds out
    value = _VALUES[name]
    query = select(value, func.count()).where(where, value.is_not(None)).group_by(literal_column("1"))
    rows = connection.execute(query).all()
    names = _library_names(connection) if name == "library" else {}
    ordered = sorted(rows, key=lambda row: row[0], reverse=True) if name in _HIGHEST_FIRST else sorted(rows, key=_most_first)
    values = tuple(FacetValue(row[0], names.get(row[0], str(row[0])), row[1]) for row in ordered)
    return Facet(request.facet, values[: request.limit or None], len(values))


def named(q: str, dialect: str) -> ColumnElement[bool]:
    """Entities whose name holds every word of `q` somewhere, with or without its accents."""
    find = func.instr if dialect == "sqlite" else func.strpos
    held = (
        or_(find(entity.c.name_key, name_key(word)) > 0, find(entity.c.sort_key, natural_key(word)) > 0)
        for word in dict.fromkeys(tokens(q))
    )
    return and_(literal(True), *held)


def _most_first(row: Any) -> tuple[Any, ...]:
    return (-row[1], row[0])


def _library_names(connection: Connection) -> dict[int, str]:
    return dict(connection.execute(select(library.c.id, library.c.name)).all())
