"""Which way to read: along the sort's index, testing every row, or from the short list of ids one filter holds.

SQLite's planner cannot know that a tag sits on three of ten million items, and a wrong guess costs seconds. So each indexed condition is
asked whether it holds at most SPARSE ids, which stops counting there; the shortest such list leads. PostgreSQL keeps statistics per
value and decides by itself."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, select
from sqlalchemy.sql.expression import Select

from longshelf.model import query as tree
from longshelf.store.engine.predicates import LIVE, Predicates, unindexed
from longshelf.store.tables import item

SPARSE = 10_000  # ids; fetching and sorting that many rows costs about as much as walking an index to fill one page of a 1 % filter


class Route(msgspec.Struct, frozen=True):
    """`where` selects the live rows of a query. With `listed` they come from a list of ids, so no sort index may be walked."""

    where: ColumnElement[bool]
    listed: bool

    def sorted_by(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A sort column as this route wants it written."""
        return unindexed(column) if self.listed else column


class Steering:
    """Routes of one snapshot for one user; what a condition holds is counted once."""

    def __init__(self, connection: Connection, user_id: int) -> None:
        self.user_id = user_id
        self._connection = connection
        self._sqlite = connection.dialect.name == "sqlite"
        self._plain = Predicates(connection.dialect.name, user_id)
        self._steered = Predicates(connection.dialect.name, user_id, steered=self._sqlite)
        self._held: dict[tree.Query, int] = {}

    def page(self, query: tree.Query) -> Route:
        """For a few rows in order."""
        conditions = _conditions(query)
        leader = self._shortest(conditions) if self._sqlite else None
        if leader is None:
            return Route(and_(LIVE, *map(self._steered.of, conditions)), listed=False)
        return self._from(leader, conditions)

    def whole(self, query: tree.Query) -> ColumnElement[bool]:
        """For all rows, in no order: start from the shortest list there is, or from any."""
        conditions = _conditions(query)
        if not self._sqlite:
            return and_(LIVE, *map(self._plain.of, conditions))
        leader = self._shortest(conditions) or next((each for each in conditions if self._lists(each)), None)
        if leader is None:
            return and_(LIVE, *map(self._plain.of, conditions))
        return self._from(leader, conditions).where

    def _from(self, leader: tree.Query, conditions: Sequence[tree.Query]) -> Route:
        source = self._source(leader)
        assert source is not None
        others = [self._steered.of(each) for each in conditions if each is not leader]
        return Route(and_(LIVE, item.c.id.in_(source), *others), listed=True)

    def _shortest(self, conditions: Sequence[tree.Query]) -> tree.Query | None:
        counted = [(self._count(each), place) for place, each in enumerate(conditions) if self._source(each) is not None]
        held, place = min(counted, default=(SPARSE + 1, 0))
        return conditions[place] if held <= SPARSE else None

    def _count(self, condition: tree.Query) -> int:
        """How many ids it holds; SPARSE + 1 stands for more."""
        if condition not in self._held:
            source = self._source(condition)
            assert source is not None
            first = source.limit(SPARSE + 1).subquery()
            self._held[condition] = self._connection.execute(select(func.count()).select_from(first)).scalar_one()
        return self._held[condition]

    def _source(self, condition: tree.Query) -> Select[int] | None:
        return self._plain.source(condition)

    def _lists(self, condition: tree.Query) -> bool:
        """Conditions on a column of the item are better tested in place; those of other tables are better listed once."""
        return isinstance(condition, tree.Linked | tree.Text | tree.Mine) and self._source(condition) is not None


def _conditions(query: tree.Query) -> tuple[tree.Query, ...]:
    """What must all hold, opened as far as ANDs go."""
    if not isinstance(query, tree.And):
        return (query,)
    return tuple(each for part in query.of for each in _conditions(part))
