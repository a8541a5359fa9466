"""A library to write into, and items to write, for tests of the writer."""

import os
from collections.abc import Sequence
from typing import Any

from longshelf.ingest.merge import merge
from longshelf.ingest.prepared import Prepared, prepare
from longshelf.ingest.writer import Batch, Writer
from longshelf.model.kinds import EntityKind, ItemKind, LibraryType, Role
from longshelf.model.records import Chapter, Credit, Facts, FileRecord, Layer, Origin, ParsedItem
from longshelf.store import files, libraries
from longshelf.store.database import Database


def add_library(database: Database, name: str = "Shelf") -> int:
    with database.write() as write:
        return libraries.add(write, name, LibraryType.FOLDER, {"folders": ["/shelf"]}, at=database.clock()).id


def a_file(path: bytes, *, content: bytes = b"", **changes: Any) -> FileRecord:
    plain: dict[str, Any] = {"root": 0, "path": path, "size": 100, "mtime_ns": 10**15, "ctime_ns": 1, "inode": 1}
    return FileRecord(**{**plain, "fingerprint": content or b"content of " + path, **changes})


def a_book(path: bytes, title: str = "", *, authors: Sequence[str] = ("Ann",), tags: Sequence[str] = ("sea",), **changes: Any) -> Prepared:
    layer = Layer(
        origin=Origin.EMBEDDED,
        title=title or os.fsdecode(path),
        credits=(
            *(Credit(EntityKind.PERSON, name, Role.AUTHOR) for name in authors),
            *(Credit(EntityKind.TAG, name) for name in tags),
            Credit(EntityKind.SERIES, "Tides", position=2.0),
        ),
        chapters=(Chapter("One", page=0), Chapter("Two", page=9)),
    )
    return prepare(merge(ParsedItem(ItemKind.BOOK, Facts(pages=12), (layer,), (a_file(path, **changes),))))


class Shelf:
    """A writer over a pretended disk: `there` are the paths that exist now."""

    def __init__(self, database: Database, library_id: int | None = None) -> None:
        self.database = database
        self.library_id = library_id or add_library(database)
        self.there: set[bytes] = set()
        self.writer = self.fresh_writer()

    def fresh_writer(self) -> Writer:
        """As the next scan would have."""
        self.writer = Writer(self.database, self.library_id, lambda _root, path: path in self.there, self.database.clock)
        return self.writer

    def put(self, *books: Prepared) -> Writer:
        """Writes the books as one batch, knowing what the store knows of their places."""
        batch = Batch(items=list(books))
        for book in books:
            for file in book.record.files:
                self.there.add(file.path)
                self._know(batch, file)
        self.writer.apply(batch)
        return self.writer

    def _know(self, batch: Batch, file: FileRecord) -> None:
        folder, name = os.path.split(file.path)
        with self.database.read() as connection:
            known = files.known_folders(connection, self.library_id, file.root, [folder]).get(folder)
        if known and name in known.files:
            batch.known[(file.root, file.path)] = known.files[name]

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(text)]

    def live(self) -> list[tuple[int, str]]:
        """(id, title) of live items by id."""
        return [(row[0], row[1]) for row in self.rows("SELECT id, title FROM item WHERE deleted_at IS NULL ORDER BY id")]
