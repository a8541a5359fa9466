"""The jobs: a scan keeps its library's state true, colours follow it, housekeeping forgets only what is over."""

import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from longshelf.config import Settings
from longshelf.demo import bulk, images
from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.jobs.worker import Worker
from longshelf.model.kinds import LibraryType
from longshelf.model.records import Layer, Origin
from longshelf.sources.folder.options import FolderOptions
from longshelf.store import jobs, libraries, schedules
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.tasks import colors, housekeeping, library_removal, scan
from longshelf.tasks.libraries import add_folder_library
from longshelf.tasks.table import tasks


class Bench:
    """A database with the real tasks over it."""

    def __init__(self, database: Database, base: Path) -> None:
        self.database = database
        self.settings = Settings(data=base / "data", database_url="", parsers=2)
        self.worker = Worker(database, tasks(self.settings), pulse_seconds=0.05)

    def run(self, job: Job) -> Job:
        return self.worker.run_one(job.id)

    def library(self, library_id: int) -> libraries.Library:
        with self.database.read() as connection:
            return libraries.get(connection, library_id)

    def live(self, kind: str) -> list[Job]:
        with self.database.read() as connection:
            return jobs.newest(connection, states=jobs.LIVE, kind=kind)

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(text)]


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Bench:
    return Bench(database, tmp_path)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    bulk.write_tree(tmp_path / "shelf", 20, 1)
    return tmp_path / "shelf"


def test_a_new_library_is_scanned_at_once_and_then_by_schedule(bench: Bench, shelf: Path) -> None:
    library, job = add_folder_library(bench.database, " Shelf ", FolderOptions(folders=[str(shelf)]))
    assert library.name == "Shelf"
    ended = bench.run(job)
    assert (ended.state, ended.result["added"], ended.done, ended.total) == ("done", 20, 20, 20)
    after = bench.library(library.id)
    assert (after.state, after.state_reason) == ("ready", "")
    assert after.scanned_at is not None
    with bench.database.read() as connection:
        assert [(each.kind, each.key) for each in schedules.listed(connection)] == [("scan", str(library.id))]


def test_asking_twice_for_a_scan_asks_once(bench: Bench, shelf: Path) -> None:
    library, job = add_folder_library(bench.database, "Shelf", FolderOptions(folders=[str(shelf)]))
    assert scan.request(bench.database, library).id == job.id


def test_an_offline_root_fails_the_scan_at_once_and_marks_the_library(bench: Bench, shelf: Path) -> None:
    library, job = add_folder_library(bench.database, "Shelf", FolderOptions(folders=[str(shelf)]))
    bench.run(job)
    shelf.rename(shelf.with_name("away"))
    ended = bench.run(scan.request(bench.database, library))
    assert (ended.state, ended.attempts) == ("failed", 1)
    assert "is the disk mounted?" in ended.message
    assert bench.library(library.id).state == "offline"
    assert bench.rows("SELECT count(*) FROM item WHERE deleted_at IS NULL") == [(20,)]


def test_a_library_that_is_removed_takes_its_schedule_and_items_along(bench: Bench, shelf: Path) -> None:
    library, job = add_folder_library(bench.database, "Shelf", FolderOptions(folders=[str(shelf)]))
    bench.run(job)
    assert bench.run(library_removal.request(bench.database, library.id)).result == {"items": 20}
    assert bench.rows("SELECT count(*) FROM item") == bench.rows("SELECT count(*) FROM schedule") == [(0,)]
    with pytest.raises(NotFound):
        bench.library(library.id)


def test_only_folder_libraries_that_stay_are_scanned(bench: Bench, shelf: Path) -> None:
    with bench.database.write() as write:
        feed = libraries.add(write, "Feed", LibraryType.FEED, {}, at=1)
    with pytest.raises(Invalid):
        scan.request(bench.database, feed)
    going = msgspec.structs.replace(feed, type=LibraryType.FOLDER, state="removing")
    with pytest.raises(Conflict):
        scan.request(bench.database, going)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_library_needs_a_name(bench: Bench, shelf: Path, name: str) -> None:
    with pytest.raises(Invalid):
        add_folder_library(bench.database, name, FolderOptions(folders=[str(shelf)]))


def test_new_pictures_get_a_colour_and_a_thumbnail_in_row_and_card(bench: Bench, tmp_path: Path) -> None:
    from PIL import Image

    root = tmp_path / "pictures"
    root.mkdir()
    images.write(root / "red.jpg", Layer(origin=Origin.EMBEDDED, title="Red"), Image.new("RGB", (400, 300), (220, 20, 30)))
    end = bulk.png_chunk(b"IDAT", zlib.compress(b"\0\0")) + bulk.png_chunk(b"IEND", b"")
    (root / "giant.png").write_bytes(bulk.PNG_START + bulk.png_header(60_000, 60_000, 0) + end)  # refused by the decoder, not by the scan
    _, job = add_folder_library(bench.database, "Pictures", FolderOptions(folders=[str(root)]))
    bench.run(job)
    (queued,) = bench.live(colors.KIND)
    ended = bench.run(queued)
    assert ended.result == {"pictures": 2, "failed": 1}
    by_title = dict(bench.rows("SELECT title, color FROM item"))
    assert by_title["Red"].startswith("#d") or by_title["Red"].startswith("#e")
    assert by_title["giant"] == "-"
    cards = {card["title"]: card["color"] for (text,) in bench.rows("SELECT card FROM item_card") if (card := msgspec.json.decode(text))}
    assert cards == {"Red": by_title["Red"], "giant": None}
    assert len(list(bench.settings.thumbnails.rglob("*.webp"))) == 1
    assert bench.run(colors.request(bench.database)).result == {"pictures": 0, "failed": 0}


def test_housekeeping_comes_daily_and_keeps_what_is_young(bench: Bench, shelf: Path) -> None:
    _, job = add_folder_library(bench.database, "Shelf", FolderOptions(folders=[str(shelf)]))
    bench.run(job)
    housekeeping.schedule(bench.database)
    housekeeping.schedule(bench.database)
    with bench.database.read() as connection:
        assert [each.kind for each in schedules.listed(connection)] == ["housekeeping", "scan"]
    changes = bench.rows("SELECT count(*) FROM change")
    with bench.database.write_quietly() as connection:
        old = jobs.enqueue(connection, "scan", at=1, key="old")
        jobs.cancel(connection, old.id, 1)
        tidy = jobs.enqueue(connection, housekeeping.KIND, at=bench.database.clock())
    assert bench.run(tidy).result == {
        "jobs": 1,
        "plays": 0,
        "changes": 0,
        "edits": 0,
        "merges": 0,
        "sessions": 0,
        "attempts": 0,
        "files": 0,
    }
    assert bench.rows("SELECT count(*) FROM change") == changes
    assert len(bench.rows(f"SELECT id FROM job WHERE id = {job.id}")) == 1
