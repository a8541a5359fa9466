"""Rail labels in SQL: the items of a query grouped into stretches of the sort, in order."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Text, case, cast, func, literal, literal_column, select

from longshelf.model.engine import Rail
from longshelf.model.rail import STEPS, label, marks
from longshelf.model.sorts import Sort
from longshelf.store.engine.keyset import sort_value
from longshelf.store.tables import item

_MICROSECONDS = 1_000_000


def rail(connection: Connection, sort: Sort, where: ColumnElement[bool], limit: int) -> Rail:
    """At most `limit` marks; sorts without labels have the total alone."""
    if sort.field.labels == "none":
        return Rail(connection.execute(select(func.count()).select_from(item).where(where)).scalar_one(), ())
    value = sort_value(sort)
    bucket = _bucket(sort, value, connection.dialect.name).label("bucket")
    lowest = func.min(value)
    # Ordered by the values themselves: a bucket SQL cannot name (a month in the year 30000) still stands where it belongs.
    order = [lowest.is_(None), lowest.desc() if sort.descending else lowest.asc()]
    rows = connection.execute(select(bucket, func.count()).where(where).group_by(literal_column("1")).order_by(*order))
    total, found = marks(((label(sort, row[0]), row[1]) for row in rows), limit)
    return Rail(total, found)


def _bucket(sort: Sort, value: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    match sort.field.labels:
        case "month":
            return _month(value, dialect)
        case "year":
            return func.substr(value, 1, 4)
        case "letter":
            return func.substr(value, 1, 1)
        case _:
            steps = [(value >= literal(low, value.type), literal(place, Integer())) for place, (low, _) in enumerate(STEPS[sort.name])]
            return case((value.is_(None), None), *reversed(steps), else_=-1)


def _month(value: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    seconds = value.op("/")(literal(_MICROSECONDS, Integer()))
    if dialect == "sqlite":
        return func.strftime("%Y-%m", seconds, "unixepoch")
    return func.to_char(func.timezone("UTC", func.to_timestamp(seconds)), cast("YYYY-MM", Text()))
