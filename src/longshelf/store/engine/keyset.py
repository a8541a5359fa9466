"""Pages as ranges of an index. An order has two runs, items with a value and then items without; what lies beyond a place is the rest of
its ties, the rest of its run, and the other run. Each is one exact range over (value, id), read only when the page is not full yet.
Nothing is counted, so a page costs the same at any depth and among any number of ties; a place may be that of a row that is gone.

In a sort of the viewer's own, the first run is a walk along an index of what he said, from which items are looked up; the other is the
items by id, but for those."""

import operator
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    FromClause,
    Integer,
    Text,
    exists,
    func,
    literal,
    literal_column,
    select,
)

from longshelf.model.sorts import MASK, SORTS, Key, Sort, shuffle
from longshelf.store.engine.steering import Route
from longshelf.store.tables import item, user_item

_OWN_COLUMNS = {"last_played": "last_played_at"}  # the others are called as in MineFacts
_own = user_item.alias("own")  # a name apart: conditions of the query may look into user_item themselves


class _Range(msgspec.Struct, frozen=True):
    """One stretch of an order. `value` is None in the run without values; `source` are the rows, whose item has the id `id`."""

    value: ColumnElement[Any] | None
    where: tuple[ColumnElement[bool], ...]
    source: FromClause = item
    id: ColumnElement[int] = item.c.id


class Walk:
    """One query in one order, for one user where the order is his own. Every method reads outwards from a place; None is the end the
    reading starts from."""

    def __init__(self, connection: Connection, sort: Sort, route: Route, user_id: int) -> None:
        self._connection = connection
        self._sort = sort
        self._route = route
        self._user_id = user_id
        self._runs = _own_runs(sort, route, user_id) if sort.field.own else _runs(connection, sort, route)

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
            rows = self._fetch(run, limit - len(found), forward=True, offset=start)
            found += rows
            if len(found) == limit or run is self._runs[-1]:
                break
            start = max(start - self._size(run), 0) if start and not rows else 0
        return found

    def position(self, item_id: int) -> int | None:
        """How many come before the item; None when it is not in the query."""
        value = _said_value(self._sort, self._user_id) if self._sort.field.own else sort_value(self._sort)
        asked = select(value, item.c.id).where(self._route.where, item.c.id == item_id)
        row = self._connection.execute(asked).first()
        if row is None:
            return None
        return sum(map(self._size, self._ranges(Key(row[0], row[1]), at=False, forward=False)))

    def _read(self, key: Key | None, limit: int, *, at: bool, forward: bool) -> list[Key]:
        found: list[Key] = []
        for each in self._ranges(key, at=at, forward=forward):
            found += self._fetch(each, limit - len(found), forward=forward)
            if len(found) == limit:
                break
        return found

    def _ranges(self, key: Key | None, *, at: bool, forward: bool) -> list[_Range]:
        """What lies beyond a place, nearest first."""
        runs = list(self._runs if forward else self._runs[::-1])
        if key is None:
            return runs
        while (runs[0].value is None) != (key.value is None):
            del runs[0]
        return [*self._beyond(runs[0], key, at=at, forward=forward), *runs[1:]]

    def _beyond(self, run: _Range, key: Key, *, at: bool, forward: bool) -> list[_Range]:
        """The part of the key's own run that lies beyond it: first its ties, by id, then other values."""
        descending = self._sort.descending == forward
        past = operator.lt if descending else operator.gt
        past_or_at = operator.le if descending else operator.ge
        by_id = (past_or_at if at else past)(self._route.sorted_by(run.id), literal(key.id, BigInteger()))
        if run.value is None or self._sort.name == "id":
            return [msgspec.structs.replace(run, where=(*run.where, by_id))]
        value = self._route.sorted_by(run.value)
        there = literal(key.value, _TYPES[self._sort.field.type])
        ties = _few(value == there, self._connection)
        kept = run.where if self._sort.field.own else ()  # elsewhere the value alone says which run it is
        return [msgspec.structs.replace(run, where=(*kept, *beyond)) for beyond in ((ties, by_id), (past(value, there),))]

    def _fetch(self, part: _Range, limit: int, *, forward: bool, offset: int = 0) -> list[Key]:
        descending = self._sort.descending == forward
        columns = [part.id] if part.value is None or self._sort.name == "id" else [part.value, part.id]
        order = (column.desc() if descending else column.asc() for column in map(self._route.sorted_by, columns))
        query = select(*columns).select_from(part.source).where(self._route.where, *part.where).order_by(*order).limit(limit)
        rows = self._connection.execute(query.offset(offset) if offset else query)
        return [Key(None if part.value is None else row[0], row[-1]) for row in rows]

    def _size(self, part: _Range) -> int:
        query = select(func.count()).select_from(part.source).where(self._route.where, *part.where)
        return int(self._connection.execute(query).scalar_one())


def sort_value(sort: Sort) -> ColumnElement[Any]:
    """The value an order goes by that is the same for everybody. Names come from the table of sorts only, never from a request."""
    return shuffled(item.c.id, sort.seed) if sort.name == "random" else item.c[SORTS[sort.name].column]


def _runs(connection: Connection, sort: Sort, route: Route) -> tuple[_Range, ...]:
    value = sort_value(sort)
    if not sort.field.nullable:
        return (_Range(value, ()),)
    written = route.sorted_by(value)
    return (_Range(value, (written.is_not(None),)), _Range(None, (_few(written.is_(None), connection),)))


def _own_runs(sort: Sort, route: Route, user_id: int) -> tuple[_Range, ...]:
    said = _said(sort, user_id)
    walked = said[0], route.sorted_by(said[1])  # a list of items looks each up: the index would be read whole
    unsaid = ~exists(select(_own.c.item_id).where(*said, _own.c.item_id == item.c.id).correlate(item))
    return (_Range(_own_value(sort), walked, _own.join(item, _own.c.item_id == item.c.id), _own.c.item_id), _Range(None, (unsaid,)))


def _own_value(sort: Sort) -> ColumnElement[Any]:
    return _own.c[_OWN_COLUMNS.get(sort.field.own, sort.field.own)]


def _said_value(sort: Sort, user_id: int) -> ColumnElement[Any]:
    """Of the item of the enclosing query."""
    return select(_own_value(sort)).where(*_said(sort, user_id), _own.c.item_id == item.c.id).correlate(item).scalar_subquery()


def _said(sort: Sort, user_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The user's rows that have a value, with the condition as the index states it."""
    value = _own_value(sort)
    return _own.c.user_id == user_id, value > literal_column("0") if sort.field.own == "play_count" else value.is_not(None)


def _few(condition: ColumnElement[bool], connection: Connection) -> ColumnElement[bool]:
    """Where its statistics see many items to a value, SQLite would read all ids in order and test the value of each; told that few have
    this one, it uses the sort's index, which is right either way."""
    return func.likelihood(condition, literal_column("0.0001")) if connection.dialect.name == "sqlite" else condition


def shuffled(ids: ColumnElement[int], seed: int) -> ColumnElement[int]:
    """`Shuffle.key` in SQL. SQLite has no XOR: a ^ b is (a | b) - (a & b)."""
    constants = shuffle(seed)
    mixed = _masked(_masked(ids) * _number(constants.multiply) + _number(constants.add))
    halved = mixed.bitwise_rshift(literal(16, Integer()))
    return _masked((mixed.bitwise_or(halved) - mixed.bitwise_and(halved)) * _number(constants.remix) + _number(constants.shift))


def _masked(number: ColumnElement[Any]) -> ColumnElement[Any]:
    return number.bitwise_and(_number(MASK))


def _number(value: int) -> ColumnElement[int]:
    return literal(value, BigInteger())


_TYPES: dict[str, BigInteger | Float[float] | Text] = {"integer": BigInteger(), "number": Float(53), "text": Text()}
