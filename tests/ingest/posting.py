"""Imports for tests: run over a file of given lines, and what the library holds afterwards."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from longshelf.ingest.posts import ImportReport, PostImport
from longshelf.model.records import ItemRecord
from longshelf.sources.posts.lines import Lines
from longshelf.store import bulk, stored
from longshelf.store.database import Database, Transaction
from longshelf.tasks import imports


@dataclass
class Follower:
    """Who follows an import, and keeps its place as a job does."""

    checkpoint_left: Any = None
    errors: list[str] = field(default_factory=list)
    pages: int = 0
    stop_after: int | None = None

    def progress(self, done: int | None = None, total: int | None = None, message: str | None = None) -> None:
        assert total is None or done is None or done <= total

    def error(self, message: str) -> None:
        self.errors.append(message)

    def check(self) -> None:
        if self.pages == self.stop_after:
            raise InterruptedError

    def checkpoint(self, value: object, connection: Transaction | None = None) -> None:
        assert connection is not None, "the place commits with its page"
        self.checkpoint_left = json.loads(msgspec.json.encode(value))
        self.pages += 1


def encoded(posts: Iterable[Mapping[str, Any] | bytes]) -> bytes:
    """One line each; bytes are lines as they are."""
    return b"".join((post if isinstance(post, bytes) else json.dumps(post).encode()) + b"\n" for post in posts)


def run_import(database: Database, path: Path, follower: Follower | None = None, library: str = "Posts") -> ImportReport:
    library_id = imports.library_for(database, library).id
    lines = Lines(path)
    try:
        return PostImport(database, library_id, path.name, lines, follower or Follower()).run()
    finally:
        lines.close()


def records(database: Database) -> dict[str, ItemRecord]:
    """Every live item by its external id."""
    with database.read() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM item WHERE deleted_at IS NULL").scalars().all()
        return {record.external_id: record for record in stored.records(connection, ids).values()}


def rows(database: Database, text: str) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return sorted(tuple(row) for row in connection.exec_driver_sql(text))


def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All that two equal libraries have in common: not ids of entities, revisions or moments."""
    names = "SELECT link.item_id, entity.kind, entity.name, link.role, link.position FROM link JOIN entity ON entity.id = link.entity_id"
    found = {
        "item": "SELECT id, external_id, title, description, date, rating, extra, content_hash, title_key, series_key FROM item",
        "search": "SELECT count(*) FROM item_search",
        "cards": "SELECT count(*) FROM item_card",
        "issue": "SELECT path, reason FROM scan_issue",
    }
    listed = {name: rows(database, text) for name, text in found.items()}
    with database.read() as connection:
        linked = [tuple(str(value) for value in row) for row in connection.exec_driver_sql(names)]
    return {**listed, "link": sorted(linked)}


def ids_of(database: Database, *external_ids: str) -> list[int]:
    known = {row[1]: row[0] for row in rows(database, "SELECT id, external_id FROM item")}
    return [known[each] for each in external_ids]


def delete(database: Database, item_id: int) -> None:
    with database.write() as write:
        bulk.select_in(write.connection, "UPDATE item SET deleted_at = 1 WHERE id IN {ids}", [item_id])
        write.touch([item_id])
