"""Libraries: what is kept about each source, and how one goes away. Removing takes many short transactions, so that a large library
blocks nobody; it is marked first, so that a removal that was interrupted can be taken up again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Table
from sqlalchemy.exc import IntegrityError

from longshelf.errors import Conflict, NotFound
from longshelf.model.kinds import LibraryType
from longshelf.store import bulk, displays, mirror, personal, schema, search, slots, tables
from longshelf.store.database import Database, Write, run

REMOVED_AT_ONCE = 1000


class Library(msgspec.Struct, frozen=True):
    """`state` is new, ready, scanning, offline or removing; `config` holds the roots and options of its type, never secrets.
    `*_at` are microseconds since 1970 UTC."""

    id: int
    name: str
    type: LibraryType
    state: str
    state_reason: str
    config: dict[str, Any]
    created_at: int
    scanned_at: int | None


COLUMNS = ", ".join(Library.__struct_fields__)


def add(write: Write, name: str, kind: LibraryType, config: Mapping[str, Any], *, at: int) -> Library:
    """Conflict when the name is taken."""
    (library_id,) = bulk.next_ids(write.connection, tables.library, 1)
    text = "INSERT INTO library (id, name, type, config, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING"
    if run(write.connection, text, library_id, name, str(kind), _encode(config), at).rowcount == 0:
        raise Conflict(f"There already is a library called {name!r}.")
    write.touch(library_id=library_id)
    return get(write.connection, library_id)


def listed(connection: Connection) -> list[Library]:
    """All libraries by name."""
    return [_library(row) for row in run(connection, f"SELECT {COLUMNS} FROM library ORDER BY name")]


def get(connection: Connection, library_id: int) -> Library:
    """NotFound when there is no such library."""
    row = run(connection, f"SELECT {COLUMNS} FROM library WHERE id = ?", library_id).one_or_none()
    if row is None:
        raise NotFound(f"There is no library {library_id}.")
    return _library(row)


def named(connection: Connection, name: str) -> Library:
    """NotFound when there is no such library."""
    row = run(connection, f"SELECT {COLUMNS} FROM library WHERE name = ?", name).one_or_none()
    if row is None:
        raise NotFound(f"There is no library called {name!r}.")
    return _library(row)


def change(write: Write, library_id: int, *, name: str | None = None, config: Mapping[str, Any] | None = None) -> Library:
    """Renames a library or replaces its configuration. NotFound, or Conflict when the name is taken."""
    text = "UPDATE library SET name = coalesce(?, name), config = coalesce(?, config) WHERE id = ?"
    try:
        with write.connection.begin_nested():
            run(write.connection, text, name, None if config is None else _encode(config), library_id)
    except IntegrityError:
        raise Conflict(f"There already is a library called {name!r}.") from None
    write.touch(library_id=library_id)
    return get(write.connection, library_id)


def set_state(connection: Connection, library_id: int, state: str, reason: str = "", *, scanned_at: int | None = None) -> None:
    """Says how the library is; `scanned_at` when a scan has just gone through. A library that is being removed stays so."""
    text = "UPDATE library SET state = ?, state_reason = ?, scanned_at = coalesce(?, scanned_at) WHERE id = ? AND state <> 'removing'"
    run(connection, text, state, reason, scanned_at, library_id)


def count_rows(connection: Connection, library_id: int) -> int:
    """Items of the library, deleted ones too: what a removal has to go through."""
    return int(run(connection, "SELECT count(*) FROM item WHERE library_id = ?", library_id).scalar_one())


def mark_removing(connection: Connection, library_id: int) -> None:
    """Nothing is read into the library any more. NotFound when there is none."""
    get(connection, library_id)
    run(connection, "UPDATE library SET state = 'removing', state_reason = '' WHERE id = ?", library_id)


def remove(database: Database, library_id: int, report: Callable[[int], None] = lambda _done: None) -> int:
    """Removes the library with all its rows, people's ratings of its items included; how many items went. `report` is called with
    that number after each transaction, and may raise to stop: what is left can be removed by calling again."""
    with database.write_quietly() as connection:
        mark_removing(connection, library_id)
    mirror.forget(database, library_id)
    gone = 0
    while count := _remove_some(database, library_id, tables.item):
        gone += count
        report(gone)
    for table in (tables.file, tables.folder, tables.entity):
        while _remove_some(database, library_id, table):
            report(gone)
    with database.write() as write:
        for column in _referring(tables.library):
            run(write.connection, f'DELETE FROM "{column.table.name}" WHERE "{column.name}" = ?', library_id)
        run(write.connection, "DELETE FROM library WHERE id = ?", library_id)
        write.touch(library_id=library_id)
    return gone


def _remove_some(database: Database, library_id: int, table: Table) -> int:
    """One transaction: some rows of the table and all that refers to them."""
    # Folders refer to each other, and the inner ones have the higher ids. No order for the others: it would sort millions each time.
    order = "ORDER BY id DESC" if table is tables.folder else ""
    with database.write() as write:
        text = f'SELECT id FROM "{table.name}" WHERE library_id = ? {order} LIMIT ?'
        ids = list(run(write.connection, text, library_id, REMOVED_AT_ONCE).scalars())
        if not ids:
            return 0
        playing: list[int] = []
        if table is tables.item:
            playing = [row.id for row in displays.hold(write.connection, slots.displays_using(write.connection, ids))]
            personal.raise_versions(write.connection, ids)
        _remove_rows(write.connection, table, ids)
        if table is tables.item:
            displays.plan_again(write.connection, playing)
            search.delete_rows(write.connection, ids)
            write.touch(items=ids, library_id=library_id)
        elif table is tables.entity:
            write.touch(entities=ids, library_id=library_id)
        return len(ids)


def _remove_rows(connection: Connection, table: Table, ids: Sequence[int]) -> None:
    for column in _referring(table):
        bulk.select_in(connection, f'DELETE FROM "{column.table.name}" WHERE "{column.name}" IN {{ids}}', ids)
    bulk.select_in(connection, f'DELETE FROM "{table.name}" WHERE id IN {{ids}}', ids)


def _referring(table: Table) -> list[Column[Any]]:
    """Every column with a foreign key to the table's id: a table that is added later is emptied too."""
    return [
        column
        for other in schema.metadata.sorted_tables
        if other is not table
        for column in other.columns
        if any(key.column is table.c.id for key in column.foreign_keys)
    ]


def _encode(config: Mapping[str, Any]) -> str:
    return msgspec.json.encode(dict(config)).decode()


def _library(row: Any) -> Library:
    fields = row._asdict()
    return Library(**{**fields, "type": LibraryType(fields["type"]), "config": msgspec.json.decode(fields["config"])})
