"""Watching: a change in a watched folder asks for a scan, one in another does not, and a library that starts to be watched is."""

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from longshelf.demo.bulk import tiny_png
from longshelf.sources.folder.options import FolderOptions
from longshelf.store import jobs, libraries
from longshelf.store.database import Database
from longshelf.tasks.libraries import add_folder_library
from longshelf.tasks.watch import Watcher

PATIENCE = 20.0  # seconds until an event that does not come fails the test


@pytest.fixture
def watcher(sqlite_database: Database) -> Iterator[Watcher]:
    watching = Watcher(sqlite_database, debounce=100, reload=300)
    watching.start()
    yield watching
    watching.stop()


def library_at(database: Database, folder: Path, *, watch: bool) -> int:
    """A library whose first scan nobody waits for."""
    folder.mkdir()
    library, job = add_folder_library(database, folder.name, FolderOptions(folders=[str(folder)], watch=watch))
    with database.write_quietly() as connection:
        jobs.cancel(connection, job.id, database.clock())
    return library.id


def asked_for(database: Database) -> set[int]:
    with database.read() as connection:
        return {job.args["library_id"] for job in jobs.newest(connection, states=jobs.LIVE)}


def touch_until_asked(database: Database, library_id: int, *folders: Path) -> set[int]:
    """Adds a picture to every folder again and again: the watch may not have begun at the first."""
    deadline = time.monotonic() + PATIENCE
    number = 0
    while library_id not in (asked := asked_for(database)) and time.monotonic() < deadline:
        number += 1
        for folder in folders:
            (folder / f"{number}.png").write_bytes(tiny_png(number))
        time.sleep(0.2)
    return asked


def test_a_change_in_a_watched_folder_asks_for_a_scan_of_its_library_only(
    sqlite_database: Database, tmp_path: Path, watcher: Watcher
) -> None:
    watched = library_at(sqlite_database, tmp_path / "watched", watch=True)
    library_at(sqlite_database, tmp_path / "plain", watch=False)
    assert touch_until_asked(sqlite_database, watched, tmp_path / "watched", tmp_path / "plain") == {watched}


def test_a_library_that_starts_to_be_watched_is(sqlite_database: Database, tmp_path: Path, watcher: Watcher) -> None:
    first = library_at(sqlite_database, tmp_path / "first", watch=True)
    later = library_at(sqlite_database, tmp_path / "later", watch=False)
    assert first in touch_until_asked(sqlite_database, first, tmp_path / "first")
    chosen = FolderOptions(folders=[str(tmp_path / "later")], watch=True)
    with sqlite_database.write() as write:
        libraries.change(write, later, config=msgspec.to_builtins(chosen))
    assert later in touch_until_asked(sqlite_database, later, tmp_path / "later")
