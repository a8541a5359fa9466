"""The baseline of the scan benchmarks: the way such a scanner is usually first written. One transaction a book, a statement a row, every
name looked up each time, no cache, one process. It reads files with the same parsers, so only the way of storing differs."""

import time
from collections.abc import Iterable
from pathlib import Path

from longshelf.ingest.merge import merge
from longshelf.ingest.prepared import Prepared, prepare
from longshelf.model.text import name_key
from longshelf.sources.folder.companions import units
from longshelf.sources.folder.unit import read_unit
from longshelf.sources.folder.walk import walk
from longshelf.store.database import Database


def scan(database: Database, root: Path, limit: int) -> tuple[int, int, float]:
    """(items, statements, seconds) for the first `limit` files below `root`, into tables of its own."""
    with database.write_quietly() as connection:
        for statement in SCHEMA:
            connection.exec_driver_sql(statement)
    before, began, count = database.statements, time.monotonic(), 0
    for prepared in _read(root, limit):
        _store(database, prepared)
        count += 1
    return count, database.statements - before, time.monotonic() - began


SCHEMA = (
    "CREATE TABLE naive_book (id INTEGER PRIMARY KEY, path BLOB UNIQUE, title TEXT, description TEXT, date TEXT)",
    "CREATE TABLE naive_name (id INTEGER PRIMARY KEY, kind TEXT, name TEXT, UNIQUE (kind, name))",
    "CREATE TABLE naive_link (book_id INTEGER, name_id INTEGER, role TEXT, PRIMARY KEY (book_id, name_id, role))",
    "CREATE TABLE naive_chapter (book_id INTEGER, ordinal INTEGER, title TEXT)",
    "CREATE VIRTUAL TABLE naive_search USING fts5(title, description)",
)


def _read(root: Path, limit: int) -> Iterable[Prepared]:
    base = str(root).encode()
    count = 0
    for listing in walk(0, base):
        for unit in units(listing):
            for parsed in read_unit(base, unit).items:
                yield prepare(merge(parsed))
                count += 1
                if count >= limit:
                    return


def _store(database: Database, prepared: Prepared) -> None:
    record = prepared.record
    with database.write_quietly() as connection:
        path = record.files[0].path
        if connection.exec_driver_sql("SELECT id FROM naive_book WHERE path = ?", (path,)).first():
            return
        row = (path, record.title, record.description, record.date)
        book = connection.exec_driver_sql("INSERT INTO naive_book (path, title, description, date) VALUES (?, ?, ?, ?)", row).lastrowid
        for credit in record.credits:
            name = (credit.kind, name_key(credit.name))
            found = connection.exec_driver_sql("SELECT id FROM naive_name WHERE kind = ? AND name = ?", name).scalar()
            if found is None:
                found = connection.exec_driver_sql("INSERT INTO naive_name (kind, name) VALUES (?, ?)", name).lastrowid
            connection.exec_driver_sql("INSERT OR IGNORE INTO naive_link VALUES (?, ?, ?)", (book, found, credit.role))
        for ordinal, chapter in enumerate(record.chapters):
            connection.exec_driver_sql("INSERT INTO naive_chapter VALUES (?, ?, ?)", (book, ordinal, chapter.title))
        connection.exec_driver_sql("INSERT INTO naive_search VALUES (?, ?)", (record.title, record.description))
