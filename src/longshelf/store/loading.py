"""Filling the store with a whole library at once, many times faster than a scan writes: for catalogues that are made, not found.

The rule: what comes out is what the usual writers (`store/items.py`, `store/search.py`) would have made of the same rows, and every commit
is whole: items with their cards, links, search texts and change-log entry. A run that is killed leaves the items it committed.

Only where there were no items yet, the secondary indexes are taken away and made again at the end, SQLite's search index is merged once
instead of all the time, and SQLite neither keeps a write-ahead log nor waits for the disk: a power cut then may cost the whole file, a
killed process never does. `repair` brings back what a killed run left away; every load begins with it."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection, Engine, event

from longshelf.model.text import Document
from longshelf.store import items, search, tables
from longshelf.store.database import Database, Write

Shape = tuple[tuple[str, str], ...]  # kind and role of each link of an item, in order
Report = Callable[[str], None]  # is told what begins

_TABLES = (tables.item, tables.link)
# For a store without items. All ids that links refer to come from the load itself, so looking each up would find nothing wrong. Rows come
# in order of their keys, so 2 MiB of page cache are enough, and indexes, which are sorted in pieces of that size, take two thirds of the
# time they take with 16 MiB and a third of that with 256: larger pieces outgrow the processor's own cache.
_UNUSED = ("synchronous = OFF", "foreign_keys = OFF", "temp_store = FILE", "cache_size = -2048")
# Before: one segment a commit and no merging until the end. After: what FTS5 does by itself.
_FTS_FILLING = (("automerge", 0), ("crisismerge", 1_999), ("hashsize", 256 * 2**20))
_FTS_USUAL = (("automerge", 4), ("crisismerge", 16), ("hashsize", 2**20))


class Parcel(NamedTuple):
    """Items to be stored together, with ascending ids. `items` are columns, one list each; the rest is one value an item: the encoded card;
    (item id, *entity ids) with the entities ascending; the place of their shape in the list of shapes; and the tokens of the title and of
    the linked names as `search.py` joins them."""

    items: list[list[Any]]
    cards: list[str]
    links: list[tuple[int, ...]]
    shapes: list[int]
    titles: list[str]
    names: list[str]

    @property
    def ids(self) -> list[int]:
        """The ids of the items."""
        return [row[0] for row in self.links]


class Layout(NamedTuple):
    """What all parcels have in common: the columns of `items.COLUMNS` they bring, the values of all others but the revision, and the
    shapes of their links."""

    columns: Sequence[str]
    common: Mapping[str, Any]
    shapes: Sequence[Shape]


class Loader:
    """Writes parcels through `database`. Made by `loading`; `unused` tells whether the store held no items."""

    def __init__(self, database: Database, *, unused: bool) -> None:
        self.database = database
        self.unused = unused

    def put(self, write: Write, layout: Layout, parcel: Parcel) -> None:
        """In the caller's transaction; who also touches the items."""
        if self.database.dialect == "sqlite":
            _put_sqlite(_sqlite(write.connection), layout, parcel, write.revision)
        else:
            _put_postgres(write.connection, layout, parcel, write.revision)


@contextmanager
def loading(database: Database, report: Report) -> Iterator[Loader]:
    """The loader; at the end, also after an error, indexes and settings are as they were before."""
    repair(database)
    with database.read() as connection:
        unused = not connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM item)").scalar_one()
    if not unused:
        yield Loader(database, unused=False)
        return
    database.close()  # the journal can be changed by an only connection alone
    own = _Unused(database.url.render_as_string(hide_password=False), clock=database.clock)
    try:
        _take_away(own)
        try:
            yield Loader(own, unused=True)
        finally:
            _bring_back(own, report)
    finally:
        own.close()
        with database.write_quietly():  # an ordinary connection, which begins the write-ahead log again
            pass


def repair(database: Database) -> None:
    """Makes the indexes a killed load left away, and sets back how the search index is kept."""
    with database.write_quietly() as connection:
        for table in _TABLES:
            for index in table.indexes:
                index.create(connection, checkfirst=True)
        search.create_search(connection)
        _keep_search(connection, _FTS_USUAL)


def _take_away(database: Database) -> None:
    with database.write_quietly() as connection:
        for table in _TABLES:
            for index in table.indexes:
                index.drop(connection, checkfirst=True)
        if database.dialect == "postgresql":
            connection.exec_driver_sql("DROP INDEX IF EXISTS ix_item_search_document")
        _keep_search(connection, _FTS_FILLING)


def _bring_back(database: Database, report: Report) -> None:
    report("search index")
    with database.write_quietly() as connection:
        _keep_search(connection, _FTS_USUAL)
        if database.dialect == "sqlite":
            connection.exec_driver_sql("INSERT INTO item_search (item_search) VALUES ('optimize')")
        search.create_search(connection)
    for table in _TABLES:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            report(str(index.name))
            with database.write_quietly() as connection:
                index.create(connection, checkfirst=True)


def _keep_search(connection: Connection, settings: Sequence[tuple[str, int]]) -> None:
    if connection.dialect.name == "sqlite":
        for name, value in settings:
            connection.exec_driver_sql("INSERT INTO item_search (item_search, rank) VALUES (?, ?)", (name, value))


class _Unused(Database):
    """A database nobody uses yet, over connections whose settings end with them."""

    def _open(self, role: str) -> Engine:
        engine = super()._open(role)
        if self.dialect == "sqlite" and role == "writer":
            event.listen(engine, "connect", _hurry)
        return engine


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in _UNUSED:
        connection.execute(f"PRAGMA {pragma}")
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    with suppress(sqlite3.OperationalError):  # somebody has the file open: then with the write-ahead log
        connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute(f"PRAGMA busy_timeout = {patience}")


def _sqlite(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def _put_sqlite(connection: sqlite3.Connection, layout: Layout, parcel: Parcel, revision: int) -> None:
    ids = parcel.ids
    connection.executemany(_item_text(layout, revision), zip(*parcel.items, strict=True))
    connection.executemany("INSERT INTO item_card (item_id, card) VALUES (?, ?)", zip(ids, parcel.cards, strict=True))
    statements = [_link_text(shape) for shape in layout.shapes]
    # One statement an item: half the time of one a link.
    execute = connection.cursor().execute
    for shape, row in zip(parcel.shapes, parcel.links, strict=True):
        execute(statements[shape], row)
    connection.executemany(
        "INSERT INTO item_search (rowid, title, names, description) VALUES (?, ?, ?, '')",
        zip(ids, parcel.titles, parcel.names, strict=True),
    )


def _item_text(layout: Layout, revision: int) -> str:
    """What all items have in common is part of the text: binding it again for each takes time."""
    common = {**layout.common, "revision": revision}
    values = ", ".join(_literal(common[name]) if name in common else f"?{layout.columns.index(name) + 1}" for name in items.COLUMNS)
    return f"INSERT INTO item ({', '.join(items.COLUMNS)}) VALUES ({values})"


def _literal(value: str | int | bytes | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _link_text(shape: Shape) -> str:
    rows = ", ".join(f"(?1, ?{place + 2}, {_literal(role)}, {_literal(kind)}, NULL, {place})" for place, (kind, role) in enumerate(shape))
    return f"INSERT INTO link ({', '.join(items.LINK_COLUMNS)}) VALUES {rows}"


def _put_postgres(connection: Connection, layout: Layout, parcel: Parcel, revision: int) -> None:
    ids = parcel.ids
    common = {**layout.common, "revision": revision}
    columns = [*zip(*parcel.items, strict=True)]
    _copy(connection, "item", (*layout.columns, *common), ((*row, *common.values()) for row in columns))
    _copy(connection, "item_card", ("item_id", "card"), zip(ids, parcel.cards, strict=True))
    links = (
        (row[0], entity, role, kind, None, place)
        for shape, row in zip(parcel.shapes, parcel.links, strict=True)
        for place, (entity, (kind, role)) in enumerate(zip(row[1:], layout.shapes[shape], strict=True))
    )
    _copy(connection, "link", items.LINK_COLUMNS, links)
    documents = [
        (item_id, Document(_tokens(title), _tokens(names), ()))
        for item_id, title, names in zip(ids, parcel.titles, parcel.names, strict=True)
    ]
    search.write_documents(connection, documents)


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Any) -> None:
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    listed = ", ".join(f'"{name}"' for name in columns)
    with raw.cursor() as cursor, cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN'.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _tokens(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(words.split(" ")) for words in text.split(search.GAP))
