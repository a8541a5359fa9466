"""A query tree as SQL predicates on `item`.

Rule: every predicate is true or false, never NULL, so that NOT means what it means in Python. Ids come from links by probing (EXISTS),
which suits a walk along a sort index; `sources` gives the other direction, a list of ids to start from (see `steering`)."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Text,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.expression import Select
from sqlalchemy.sql.operators import custom_op

from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind, Format
from longshelf.model.terms import parse
from longshelf.store import search
from longshelf.store.tables import entity, item, link, user_item

LIVE = item.c.deleted_at.is_(None)
INLINE_IDS = 500  # longer lists travel as one value, or each would be a bound parameter

_RENAMED = {"added": "added_at", "created": "created_at", "updated": "updated_at", "last_played": "last_played_at"}
_COLUMNS: dict[str, Column[Any]] = {
    name: item.c[_RENAMED.get(name, name)] for name in tree.HAS_FIELDS if name not in tree.ENTITY_KINDS
}  # fmt: skip
_BLANK = frozenset({"description", "cover"})  # text columns that are "" instead of NULL
_INDEXED = frozenset(tree.RANGE_FIELDS) - {"age_rating"}
_MINE: dict[str, Column[Any]] = {name: user_item.c[_RENAMED.get(name, name)] for name in tree.MINE_FIELDS}
_ZERO = frozenset({"favorite", "hidden", "play_count", "play_seconds"})  # what they are on an item the user never touched
_SHAPES: dict[Format, ColumnElement[bool]] = {
    Format.WIDE: item.c.width > item.c.height,
    Format.TALL: item.c.width < item.c.height,
    Format.SQUARE: item.c.width == item.c.height,
}
_SIZED = and_(func.coalesce(item.c.width, 0) > 0, func.coalesce(item.c.height, 0) > 0)
FORMAT = case((not_(_SIZED), null()), *((shape, literal(name.value, Text())) for name, shape in _SHAPES.items()))


class Predicates(msgspec.Struct, frozen=True):
    """`steered` keeps SQLite from choosing an index for a filter column: the plan walks the sort's index (or a list of ids) instead."""

    dialect: str
    user_id: int
    steered: bool = False

    def of(self, query: tree.Query) -> ColumnElement[bool]:
        """True exactly for the rows the query matches; live rows only is the caller's business."""
        match query:
            case tree.Everything():
                found: ColumnElement[bool] = true()
            case tree.Nothing():
                found = false()
            case tree.And():
                found = and_(true(), *map(self.of, query.of))
            case tree.Or():
                found = or_(false(), *map(self.of, query.of))
            case tree.Not():
                found = not_(self.of(query.of))
            case _:
                found = self._leaf(query)
        return found

    def _leaf(self, query: tree.Query) -> ColumnElement[bool]:
        match query:
            case tree.IdIs():
                found: ColumnElement[bool] = self.among(self.plain(item.c.id), query.ids)
            case tree.KindIs():
                found = self.plain(item.c.kind).in_([kind.value for kind in query.kinds])
            case tree.LibraryIs():
                found = self.among(self.plain(item.c.library_id), query.ids)
            case tree.FormatIs():
                found = self._format(query)
            case tree.Linked():
                found = exists(self._links(query).where(link.c.item_id == item.c.id).correlate(item))
            case tree.Has():
                found = self._has(query)
            case tree.Range():
                found = self._range(query)
            case tree.Mine():
                found = self._mine(query)
            case tree.Text():
                found = and_(true(), *search.matches(parse(query.q), self.plain(item.c.id), self.dialect))
            case _:
                raise TypeError(f"not a query: {query!r}")
        return found

    def source(self, query: tree.Query) -> Select[int] | None:
        """The ids a condition holds for, read from an index of their own; None where there is none. Deleted items may be among them."""
        match query:
            case tree.Linked():
                found: Select[int] | None = self._links(query)
            case tree.KindIs():
                found = select(item.c.id).where(LIVE, item.c.kind.in_([kind.value for kind in query.kinds]))
            case tree.LibraryIs():
                found = select(item.c.id).where(LIVE, self.among(item.c.library_id, query.ids))
            case tree.Text() if parse(query.q).wanted and not parse(query.q).unwanted:
                found = search.matching_ids(parse(query.q).wanted, self.dialect)
            case tree.Mine() if not self._holds_untouched(query):
                found = self._touched(query)
            case tree.Range() if query.field in _INDEXED:
                column = _COLUMNS[query.field]
                found = select(item.c.id).where(LIVE, column.is_not(None), *_bounds(column, query))
            case _:
                found = None
        return found

    def among(self, column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
        """`column` is one of the ids, whatever their number."""
        if len(ids) <= INLINE_IDS:
            return column.in_([literal(each, BigInteger()) for each in ids]) if ids else false()
        if self.dialect == "sqlite":
            return column.in_(select(func.json_each(msgspec.json.encode(ids).decode()).table_valued("value").c.value))
        return column == func.any(literal(list(ids), ARRAY(BigInteger())))

    def plain(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The column itself, or one SQLite will not look up in an index."""
        return unindexed(column) if self.steered else column

    def _links(self, query: tree.Linked) -> Select[int]:
        """The kind is checked on the few entities, not on the many links: the index from entity to items needs no second look-up."""
        entities = select(entity.c.id).where(self.among(entity.c.id, query.ids), entity.c.kind == query.kind.value)
        found = select(link.c.item_id).where(link.c.entity_id.in_(entities))
        return found if query.role is None else found.where(link.c.role == query.role.value)

    def _format(self, query: tree.FormatIs) -> ColumnElement[bool]:
        return and_(_SIZED, or_(false(), *(_SHAPES[each] for each in query.formats)))

    def _has(self, query: tree.Has) -> ColumnElement[bool]:
        if query.field in tree.ENTITY_KINDS:
            linked = select(link.c.item_id).where(link.c.item_id == item.c.id, link.c.kind == EntityKind(query.field).value)
            return exists(linked.correlate(item))
        column = self.plain(_COLUMNS[query.field])
        return column != literal("", Text()) if query.field in _BLANK else column.is_not(None)

    def _range(self, query: tree.Range) -> ColumnElement[bool]:
        column = self.plain(_COLUMNS[query.field])
        return and_(column.is_not(None), *_bounds(column, query))

    def _mine(self, query: tree.Mine) -> ColumnElement[bool]:
        """Items the user never touched have no row: where such an item matches, look for a row that says otherwise."""
        column = _MINE[query.field]
        rows = select(user_item.c.item_id).where(user_item.c.user_id == self.user_id, user_item.c.item_id == item.c.id)
        inside = and_(column.is_not(None), *_bounds(column, query))
        if self._holds_untouched(query):
            return ~exists(rows.where(not_(inside)).correlate(item))
        return exists(rows.where(inside).correlate(item))

    def _touched(self, query: tree.Mine) -> Select[int]:
        column = _MINE[query.field]
        return select(user_item.c.item_id).where(user_item.c.user_id == self.user_id, column.is_not(None), *_bounds(column, query))

    def _holds_untouched(self, query: tree.Mine) -> bool:
        return query.field in _ZERO and (query.low is None or query.low <= 0) and (query.high is None or query.high >= 0)


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """SQLite's unary plus: the same value, but no index on it (sqlite.org/optoverview.html, "Disqualifying WHERE clause terms")."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def _bounds(column: ColumnElement[Any], query: tree.Range | tree.Mine) -> list[ColumnElement[bool]]:
    low, high = query.low, query.high
    if isinstance(high, str):
        high += tree.PREFIX_END
    return [
        *([] if low is None else [column >= _bound(column, low, math.ceil)]),
        *([] if high is None else [column <= _bound(column, high, math.floor)]),
    ]


def _bound(column: ColumnElement[Any], value: float | str, rounded: Callable[[float], int]) -> ColumnElement[Any]:
    """Whole-number columns get whole-number bounds of the widest type: no cast may lose a fraction or overflow."""
    if isinstance(value, str):
        return literal(value, Text())
    return literal(float(value), Float(53)) if isinstance(column.type, Float) else literal(rounded(value), BigInteger())
