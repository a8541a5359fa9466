"""Scanning real folders in tests: run a scan, and tell the whole library as plain comparable data."""

import os
import resource
import time
from pathlib import Path
from typing import Any

from longshelf.errors import Cancelled
from longshelf.ingest.scan import Scan, ScanOptions, ScanReport
from longshelf.store.database import Database
from tests.ingest.shelf import add_library


class Quiet:
    """Progress nobody watches; `stop_after` files it asks the scan to stop."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.stop_after = stop_after
        self.done = 0
        self.total: int | None = None

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        self.done, self.total = done, total

    def check(self) -> None:
        if self.stop_after is not None and self.done >= self.stop_after:
            raise Cancelled("enough")


class Shelves:
    """One folder library over `roots`."""

    def __init__(self, database: Database, *roots: Path, name: str = "Shelves") -> None:
        self.database = database
        self.roots = [os.fsencode(root) for root in roots]
        self.library_id = add_library(database, name)

    def scan(self, progress: Quiet | None = None, **options: Any) -> ScanReport:
        chosen = ScanOptions(workers=2, **options)
        return Scan(self.database, self.library_id, self.roots, chosen, progress or Quiet()).run()

    def titles(self) -> list[str]:
        return [item["title"] for item in self.contents()]

    def ids(self) -> dict[str, int]:
        """Item id by title."""
        return {row["title"]: row["id"] for row in self._rows("SELECT id, title FROM item WHERE deleted_at IS NULL")}

    def issues(self) -> dict[str, str]:
        """Reason by path."""
        return {os.fsdecode(row["path"]): row["reason"] for row in self._rows("SELECT path, reason FROM scan_issue")}

    def contents(self) -> list[dict[str, Any]]:
        """Every live item with links, chapters and files by name, without ids and times of ours: equal libraries give equal lists."""
        items = self._rows("SELECT * FROM item WHERE deleted_at IS NULL")
        links = self._rows(
            "SELECT link.item_id, link.kind, link.role, link.position, link.ordinal, entity.name FROM link"
            " JOIN entity ON entity.id = link.entity_id"
        )
        chapters = self._rows("SELECT * FROM chapter")
        files = self._rows(
            "SELECT file.item_id, folder.root, folder.path, file.name, file.size, file.mime, file.ordinal FROM file"
            " JOIN folder ON folder.id = file.folder_id WHERE file.missing_at IS NULL"
        )
        hidden = {"id", "library_id", "external_id", "added_at", "updated_at", "revision"}
        told = [
            {
                **{name: value for name, value in item.items() if name not in hidden},
                "links": _of(links, item["id"]),
                "chapters": _of(chapters, item["id"]),
                "files": _of(files, item["id"]),
            }
            for item in items
        ]
        return sorted(told, key=lambda item: str((item["title"], item["files"])))

    def _rows(self, text: str) -> list[dict[str, Any]]:
        with self.database.read() as connection:
            return [dict(row) for row in connection.exec_driver_sql(text).mappings()]


def _of(rows: list[dict[str, Any]], item_id: int) -> list[dict[str, Any]]:
    own = [{name: value for name, value in row.items() if name != "item_id"} for row in rows if row["item_id"] == item_id]
    return sorted(own, key=str)


def settle(path: Path, seconds: int = 10) -> None:
    """Makes everything below `path` older, so that a test may change a file and have it noticed by its time alone."""
    then = time.time() - seconds
    for file in path.rglob("*"):
        os.utime(file, (then, then), follow_symlinks=False)


def peak_mib() -> float:
    """Most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
