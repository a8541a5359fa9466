"""Pages as ranges of an index. An order has two runs, items with a value and then items without; each is one range over (value, id), read
from a place outwards. Nothing is counted, so a page costs the same at any depth, and a place may be that of a row that is gone."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, Float, Integer, and_, func, literal, or_, select, tuple_

from longshelf.model.sorts import MASK, SORTS, Key, Sort, shuffle
from longshelf.store.engine.steering import Route
from longshelf.store.tables import item


class _Run(msgspec.Struct, frozen=True):
    """One stretch of an order. `value` is None in the run without values."""

    value: ColumnElement[Any] | None
    where: tuple[ColumnElement[bool], ...]


class Walk:
    """One query in one order. Every method reads outwards from a place; None is the end the reading starts from."""

    def __init__(self, connection: Connection, sort: Sort, route: Route) -> None:
        self._connection = connection
        self._sort = sort
        self._route = route
        self._runs = _runs(sort, route)

    def ahead(self, key: Key | None, limit: int, *, at: bool = False) -> list[Key]:
        """Up to `limit` places after `key` (with `at`, the one there too), in display order."""
        return self._read(key, limit, at=at, forward=True)

    def behind(self, key: Key | None, limit: int, *, at: bool = False) -> list[Key]:
        """Up to `limit` places before `key`, nearest first."""
        return self._read(key, limit, at=at, forward=False)

    def skip(self, start: int, limit: int) -> list[Key]:
        """Up to `limit` places from position `start` on. The one method whose cost grows with the depth."""
        found: list[Key] = []
        for run in self._runs:
            rows = self._fetch(run, None, limit - len(found), at=True, forward=True, offset=start)
            found += rows
            if len(found) == limit or run is self._runs[-1]:
                break
            start = 0 if rows else max(start - self._size(run), 0)
        return found

    def position(self, item_id: int) -> int | None:
        """How many come before the item; None when it is not in the query."""
        value = sort_value(self._sort)
        row = self._connection.execute(select(value, item.c.id).where(self._route.where, item.c.id == item_id)).first()
        if row is None:
            return None
        key = Key(row[0], row[1])
        before = [
            and_(*run.where, self._beyond(run, key, at=False, forward=False) if self._holds(run, key) else literal(True))
            for run in self._runs[: 2 if key.value is None else 1]
        ]
        return int(self._connection.execute(select(func.count()).select_from(item).where(self._route.where, or_(*before))).scalar_one())

    def _read(self, key: Key | None, limit: int, *, at: bool, forward: bool) -> list[Key]:
        found: list[Key] = []
        runs = self._runs if forward else self._runs[::-1]
        if key is not None:
            runs = runs[next(place for place, run in enumerate(runs) if self._holds(run, key)) :]
        for run in runs:
            found += self._fetch(run, key, limit - len(found), at=at, forward=forward)
            key = None
            if len(found) == limit:
                break
        return found

    def _fetch(self, run: _Run, key: Key | None, limit: int, *, at: bool, forward: bool, offset: int = 0) -> list[Key]:
        descending = self._sort.descending == forward
        columns = [item.c.id] if run.value is None or self._sort.name == "id" else [run.value, item.c.id]
        query = select(*columns).where(self._route.where, *run.where).limit(limit)
        query = query.order_by(*(column.desc() if descending else column.asc() for column in map(self._route.sorted_by, columns)))
        if key is not None:
            query = query.where(self._beyond(run, key, at=at, forward=forward))
        rows = self._connection.execute(query.offset(offset) if offset else query)
        if run.value is None:
            return [Key(None, row[0]) for row in rows]
        return [Key(row[0], row[-1]) for row in rows]

    def _beyond(self, run: _Run, key: Key, *, at: bool, forward: bool) -> ColumnElement[bool]:
        """Rows of the key's own run that lie beyond it."""
        sort_by = self._route.sorted_by
        here: Any = sort_by(item.c.id)
        there: Any = literal(key.id, BigInteger())
        if run.value is not None and self._sort.name != "id":
            here = tuple_(sort_by(run.value), here)
            there = tuple_(_typed(self._sort, key), there)
        if self._sort.descending == forward:
            return here <= there if at else here < there  # type: ignore[no-any-return]
        return here >= there if at else here > there  # type: ignore[no-any-return]

    def _holds(self, run: _Run, key: Key) -> bool:
        return (run.value is None) == (key.value is None)

    def _size(self, run: _Run) -> int:
        return int(self._connection.execute(select(func.count()).select_from(item).where(self._route.where, *run.where)).scalar_one())


def sort_value(sort: Sort) -> ColumnElement[Any]:
    """The value an order goes by. Names come from the table of sorts only, never from a request."""
    return _shuffled(sort.seed) if sort.name == "random" else item.c[SORTS[sort.name].column]


def _runs(sort: Sort, route: Route) -> tuple[_Run, ...]:
    value = sort_value(sort)
    if not sort.field.nullable:
        return (_Run(value, ()),)
    written = route.sorted_by(value)
    return (_Run(value, (written.is_not(None),)), _Run(None, (written.is_(None),)))


def _typed(sort: Sort, key: Key) -> ColumnElement[Any]:
    types = {"integer": BigInteger(), "number": Float(53), "text": None}
    chosen = types[sort.field.type]
    return literal(key.value) if chosen is None else literal(key.value, chosen)


def _shuffled(seed: int) -> ColumnElement[int]:
    """`Shuffle.key` in SQL. SQLite has no XOR: a ^ b is (a | b) - (a & b)."""
    constants = shuffle(seed)
    mixed = _masked(_masked(item.c.id) * _number(constants.multiply) + _number(constants.add))
    halved = mixed.bitwise_rshift(literal(16, Integer()))
    return _masked((mixed.bitwise_or(halved) - mixed.bitwise_and(halved)) * _number(constants.remix) + _number(constants.shift))


def _masked(number: ColumnElement[Any]) -> ColumnElement[Any]:
    return number.bitwise_and(_number(MASK))


def _number(value: int) -> ColumnElement[int]:
    return literal(value, BigInteger())
