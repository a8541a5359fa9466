"""Many rows in one statement. Every function takes rows as tuples in the order of `columns` and sends about a thousand of them at
a time; the SQL texts are few and constant, so the driver parses each once.

SQLite binds each value (`VALUES (?,?),(?,?)`); PostgreSQL gets one array a column (`unnest`), written here because the driver's
own array writer is three times slower. Numbers for both are printed by `tests/store/test_bulk.py`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection, CursorResult, Table

Row = Sequence[Any]

ROWS_AT_ONCE = 1024  # past this a longer statement gains nothing
PLAIN_AT_ONCE = 8192  # rows of one JSON text
SQLITE_PARAMETERS = 32_766  # its default SQLITE_MAX_VARIABLE_NUMBER
# SQLite looks keys up in a SELECT, but reads the whole table for a bare list of several columns: hence the SELECT around the rows.
_DELETE = "DELETE FROM {table} WHERE ({columns}) IN (SELECT * FROM ({rows}) AS given)"
EXACT = 32  # fewer rows than this get a text of their own; more are cut into powers of two, so that the texts stay few


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Adds the rows. IntegrityError when one exists."""
    _send_all(connection, table, tuple(columns), rows, "INSERT INTO {table} ({columns}) {rows}")


def insert_plain(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """As `insert`, for whole numbers, texts and NULL only. SQLite is given them as one JSON text a statement, which costs a fifth less than
    binding each value, and leaves other threads the interpreter until all rows are written."""
    if connection.dialect.name != "sqlite":
        insert(connection, table, columns, rows)
        return
    names = ", ".join(map(_quoted, columns))
    values = ", ".join([f"json_extract(value, '$[{place}]')" for place in range(len(columns))])
    text = f"INSERT INTO {_quoted(table.name)} ({names}) SELECT {values} FROM json_each(?)"
    for start, end in _slices(len(rows), PLAIN_AT_ONCE):
        connection.exec_driver_sql(text, (msgspec.json.encode(rows[start:end]).decode(),))


def insert_new(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Adds the rows that collide with no unique key, skips the others; how many were added."""
    return _send_all(connection, table, tuple(columns), rows, "INSERT INTO {table} ({columns}) {rows} ON CONFLICT DO NOTHING")


def upsert(  # noqa: PLR0917 - the shape of the statement, in its order
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Row],
    key: Sequence[str],
    update: Sequence[str] | None = None,
    *,
    undoable: bool = True,
) -> None:
    """Adds the rows; where one with the same `key` exists, sets `update` (default: every column outside the key) instead.
    `key` is a primary key or unique constraint, and no two rows of one call may share it. After an error with what is not `undoable`
    nothing is left but to roll back: SQLite has kept no copies of the pages the statement changed."""
    changed = [name for name in columns if name not in key] if update is None else update
    settings = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in changed)
    target = ", ".join(map(_quoted, key))
    _send_all(
        connection,
        table,
        tuple(columns),
        rows,
        f"{inserting(connection, undoable=undoable)} {{table}} ({{columns}}) {{rows}} ON CONFLICT ({target}) DO UPDATE SET {settings}",
    )


def inserting(connection: Connection, *, undoable: bool) -> str:
    """How an INSERT begins: see `upsert`."""
    return "INSERT INTO" if undoable or connection.dialect.name != "sqlite" else "INSERT OR FAIL INTO"


def update(connection: Connection, table: Table, key: Sequence[str], columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Sets `columns` in the rows named by `key`; each row is (*key values, *column values). How many rows matched."""
    settings = ", ".join(f"{_quoted(name)} = given.{_quoted(name)}" for name in columns)
    same = " AND ".join(f"{{table}}.{_quoted(name)} = given.{_quoted(name)}" for name in key)
    text = f"UPDATE {{table}} SET {settings} FROM (WITH given ({{columns}}) AS ({{rows}}) SELECT * FROM given) AS given WHERE {same}"
    return _send_all(connection, table, (*key, *columns), rows, text)


def delete(connection: Connection, table: Table, key: Sequence[str], rows: Sequence[Row]) -> int:
    """Deletes the rows named by whole or leading `key` values, one tuple each; how many rows went."""
    return _send_all(connection, table, tuple(key), rows, _DELETE)


def select_in(connection: Connection, text: str, ids: Iterable[int], *rest: Any) -> CursorResult[*tuple[Any, ...]]:
    """Runs `text`, in which `{ids}` stands for the list: `SELECT … WHERE id IN {ids}`. One parameter however long the list is, so
    one text; further `?` come after it. An empty list finds nothing."""
    listed = ",".join(map(str, ids))
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(text.replace("{ids}", "(SELECT value FROM json_each(?))"), (f"[{listed}]", *rest))
    array = text.replace("{ids}", "(SELECT unnest(?::bigint[]))").replace("?", "%s")
    return connection.exec_driver_sql(array, (f"{{{listed}}}", *rest))


def next_ids(connection: Connection, table: Table, count: int) -> range:
    """`count` fresh ids for `table`: dense, ascending, never given twice, not even after a deletion. The counter is held until the
    transaction ends, so other writers' ids follow in commit order; a rollback gives them back."""
    greatest = "max" if connection.dialect.name == "sqlite" else "greatest"
    text = (
        f"INSERT INTO counter (name, value) VALUES (?, (SELECT coalesce(max(id), 0) FROM {_quoted(table.name)}) + ?)"
        f" ON CONFLICT (name) DO UPDATE SET value = {greatest}(counter.value + ?, excluded.value) RETURNING value"
    )
    if connection.dialect.name != "sqlite":
        text = text.replace("?", "%s")
    last: int = connection.exec_driver_sql(text, (table.name, count, count)).scalar_one()
    return range(last - count + 1, last + 1)


def _send_all(connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row], template: str) -> int:
    if connection.dialect.name == "sqlite":
        pieces = _pieces(len(rows), len(columns))
        write: Callable[..., tuple[str, tuple[Any, ...]]] = _sqlite_statement
    else:
        pieces = _slices(len(rows), ROWS_AT_ONCE)
        write = _postgres_statement
    found = 0
    for start, end in pieces:
        text, values = write(table, columns, rows[start:end], template)
        found += connection.exec_driver_sql(text, values).rowcount
    return found


def _slices(count: int, size: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + size, count)) for start in range(0, count, size))


def _pieces(count: int, columns: int) -> Iterator[tuple[int, int]]:
    """Cuts `count` rows into full statements, then powers of two, then one of fewer than EXACT rows."""
    size = 1 << (min(ROWS_AT_ONCE, SQLITE_PARAMETERS // columns).bit_length() - 1)
    start = 0
    while count - start >= EXACT:
        while size > count - start:
            size //= 2
        yield start, start + size
        start += size
    if start < count:
        yield start, count


def _sqlite_statement(table: Table, columns: tuple[str, ...], rows: Sequence[Row], template: str) -> tuple[str, tuple[Any, ...]]:
    return _sqlite_text(table.name, columns, len(rows), template), tuple(chain.from_iterable(rows))


@lru_cache(maxsize=1024)
def _sqlite_text(table: str, columns: tuple[str, ...], count: int, template: str) -> str:
    one = f"({','.join('?' * len(columns))})"
    rows = "VALUES " + ",".join([one] * count)
    return template.format(table=_quoted(table), columns=", ".join(map(_quoted, columns)), rows=rows)


def _postgres_statement(table: Table, columns: tuple[str, ...], rows: Sequence[Row], template: str) -> tuple[str, tuple[Any, ...]]:
    text, writers = _postgres_text(table, columns, template)
    return text, tuple(["{" + ",".join(map(write, values)) + "}" for write, values in zip(writers, zip(*rows, strict=True), strict=True)])


@lru_cache(maxsize=1024)
def _postgres_text(table: Table, columns: tuple[str, ...], template: str) -> tuple[str, tuple[Callable[[Any], str], ...]]:
    kinds = [ARRAYS[table.c[name].type.python_type] for name in columns]
    arrays = ", ".join(f"%s::{array}" for array, _ in kinds)
    text = template.format(table=_quoted(table.name), columns=", ".join(map(_quoted, columns)), rows=f"SELECT * FROM unnest({arrays})")
    return text, tuple(writer for _, writer in kinds)


def _integer(value: int | None) -> str:
    return "NULL" if value is None else "%d" % value  # noqa: UP031 - booleans too, and the fastest way


def _real(value: float | None) -> str:
    return "NULL" if value is None else repr(float(value))


def _text(value: str | None) -> str:
    if value is None:
        return "NULL"
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if '"' in value:
        value = value.replace('"', '\\"')
    return f'"{value}"'


def _bytes(value: bytes | None) -> str:
    return "NULL" if value is None else f'"\\\\x{value.hex()}"'


# Wide types on purpose: the assignment to the column checks the range; a cast to varchar(n) would cut silently.
ARRAYS: dict[type, tuple[str, Callable[[Any], str]]] = {
    int: ("bigint[]", _integer),
    float: ("double precision[]", _real),
    str: ("text[]", _text),
    bytes: ("bytea[]", _bytes),
}


@lru_cache(maxsize=1024)
def _quoted(name: str) -> str:
    return f'"{name}"'
