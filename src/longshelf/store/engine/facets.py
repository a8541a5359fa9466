"""Facet counts: one GROUP BY a facet, over the items of the facet's own query."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, distinct, func, literal, literal_column, or_, select
from sqlalchemy.sql.expression import Select

from longshelf.model.engine import RATING_STEP, Facet, FacetRequest, FacetValue, ValueFacet
from longshelf.model.kinds import EntityKind
from longshelf.model.text import name_key, natural_key, tokens
from longshelf.store.engine.predicates import FORMAT
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
    kind = EntityKind(request.facet)
    counted = func.count(distinct(link.c.item_id)) if kind in _WITH_ROLES else func.count()
    grouped = (
        select(link.c.entity_id, counted.label("items"))
        .select_from(link.join(item, item.c.id == link.c.item_id))
        .where(where, link.c.kind == kind.value)
        .group_by(link.c.entity_id)
        .subquery()
    )
    query: Select[Any] = (
        select(entity.c.id, entity.c.name, grouped.c["items"], func.count().over())
        .select_from(grouped.join(entity, entity.c.id == grouped.c.entity_id))
        .where(named(request.q, connection.dialect.name))
        .order_by(grouped.c["items"].desc(), entity.c.sort_key, entity.c.id)
    )
    rows = connection.execute(_limited(query, request.limit)).all()
    return Facet(request.facet, tuple(FacetValue(row[0], row[1], row[2]) for row in rows), rows[0][3] if rows else 0)


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


def _limited(query: Select[Any], limit: int) -> Select[Any]:
    return query.limit(limit) if limit else query


def _most_first(row: Any) -> tuple[Any, ...]:
    return (-row[1], row[0])


def _library_names(connection: Connection) -> dict[int, str]:
    return dict(connection.execute(select(library.c.id, library.c.name)).all())
