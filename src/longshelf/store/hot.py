"""Reads that every page needs, straight through the driver: a statement costs a few microseconds here and a hundred through SQLAlchemy.

The rule: nothing is written, and every statement sees the newest commit, whichever process made it. Statements do not share a snapshot;
who needs one takes `Database.read`."""

import sqlite3
import weakref
from collections import deque
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import psycopg

from longshelf.store import connections
from longshelf.store.database import Database

Rows = list[tuple[Any, ...]]

# In our texts `{ids}` stands for a table with one column, `value`, and `{card}` for a card as bytes, which nobody has to decode.
_WRITTEN = {
    "sqlite": {"{ids}": "json_each(?)", "{card}": "CAST(card AS BLOB)"},
    "postgresql": {"{ids}": "unnest(?::bigint[]) AS given(value)", "{card}": "convert_to(card, 'UTF8')", "?": "%s"},
}
_LISTS = {"sqlite": "[%s]", "postgresql": "{%s}"}


class HotReads:
    """Safe to share between threads: each call has a connection for itself, and as many stay open as calls ever ran at once. Not to be
    taken into another process. Closed by `close`, or when nobody holds it any more."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = database.dialect
        self._list = _LISTS[self._dialect]
        self._idle: deque[Any] = deque()
        weakref.finalize(self, _close_all, self._idle)

    def rows(self, text: str, *values: Any) -> Rows:
        """What one of our own SQL texts finds. StoreUnavailable with what a person can do about it."""
        held = bool(self._idle)
        try:
            return self._run(_statement(self._dialect, text), values)
        except (sqlite3.Error, psycopg.Error) as error:
            if not (held and isinstance(error, psycopg.OperationalError)):
                explanation = connections.explain(error)
                if explanation is None:
                    raise
                raise explanation from error
        _close_all(self._idle)  # the server has been started again: what was held is of no use
        return self.rows(text, *values)

    def rows_of(self, text: str, ids: Iterable[int], *values: Any) -> Rows:
        """As `rows`, for a text that names `{ids}` before any `?`: one text and one parameter however long the list is."""
        return self.rows(text, self._list % ",".join(map(str, ids)), *values)

    def close(self) -> None:
        """Closes every idle connection. The next use opens new ones."""
        _close_all(self._idle)

    def _run(self, statement: str, values: tuple[Any, ...]) -> Rows:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        try:
            found: Rows = connection.execute(statement, values).fetchall()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return found

    def _open(self) -> Any:
        """A connection as readers have it, without a transaction around its statements."""
        engine = connections.open_reader(self._database.url, mapped=self._database.mapped)
        pooled = engine.raw_connection()
        raw: Any = pooled.driver_connection
        pooled.detach()
        engine.dispose()
        if self._dialect == "postgresql":
            raw.autocommit = True
            raw.execute("SET default_transaction_read_only = on")  # the driver's own switch is for transactions it begins itself
        return raw


@lru_cache(maxsize=64)
def _statement(dialect: str, text: str) -> str:
    for name, written in _WRITTEN[dialect].items():
        text = text.replace(name, written)
    return text


def _close_all(idle: deque[Any]) -> None:
    while idle:
        idle.pop().close()
