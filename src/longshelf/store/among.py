"""Reading the rows whose key is one of many texts or byte strings, in few statements of few different texts."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row

AT_ONCE = 512  # values a statement on SQLite; lists are padded to a power of two so that the statement cache holds them all


def select_among(connection: Connection, text: str, values: Sequence[Any], *before: Any) -> Iterator[Row[Any]]:
    """Runs `text` with the list in place of `{values}`, the last parameter: `SELECT … WHERE a = ? AND b IN {values}`; `before`
    are the parameters before it. Values are distinct texts or bytes. An empty list finds nothing."""
    if connection.dialect.name != "sqlite":
        if values:
            statement = text.replace("IN {values}", "= ANY(?)").replace("?", "%s")
            yield from connection.exec_driver_sql(statement, (*before, list(values)))
        return
    for start in range(0, len(values), AT_ONCE):
        piece = list(values[start : start + AT_ONCE])
        piece.extend([piece[-1]] * ((1 << (len(piece) - 1).bit_length()) - len(piece)))
        listed = f"({','.join('?' * len(piece))})"
        yield from connection.exec_driver_sql(text.replace("{values}", listed), (*before, *piece))
