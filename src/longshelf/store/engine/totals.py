"""Totals of a result, by kind: one GROUP BY."""

from sqlalchemy import ColumnElement, Connection, func, select

from longshelf.model.engine import Totals
from longshelf.model.kinds import ItemKind
from longshelf.store.tables import item


def totals(connection: Connection, where: ColumnElement[bool]) -> tuple[Totals, ...]:
    """Of the items that `where` selects."""
    columns = (item.c.kind, func.count(), func.coalesce(func.sum(item.c.size), 0), func.coalesce(func.sum(item.c.duration), 0.0))
    rows = connection.execute(select(*columns).where(where).group_by(item.c.kind).order_by(func.count().desc(), item.c.kind))
    return tuple(Totals(ItemKind(kind), items, int(size), float(duration)) for kind, items, size, duration in rows)
