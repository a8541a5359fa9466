"""Libraries that change and go: folders keep their identity whatever the order, and a removal waits for what still reads."""

import threading
from pathlib import Path

import pytest

from longshelf.demo import bulk
from longshelf.errors import Conflict, Invalid
from longshelf.ingest.scan import Scan
from longshelf.jobs.worker import Worker
from longshelf.sources.folder.options import FolderOptions
from longshelf.store import jobs, libraries
from longshelf.store.database import Database
from longshelf.tasks import library_removal, scan
from longshelf.tasks.libraries import add_folder_library, change_folder_library
from tests.tasks.test_tasks import Bench


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Bench:
    return Bench(database, tmp_path)


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    for number, name in enumerate(("a", "b", "c")):
        bulk.write_tree(tmp_path / name, 3, number + 1)
    return [str(tmp_path / name) for name in ("a", "b", "c")]


def scanned(bench: Bench, folders: list[str]) -> int:
    library, job = add_folder_library(bench.database, "Shelf", FolderOptions(folders=folders))
    bench.run(job)
    return library.id


def run_scans(bench: Bench) -> None:
    for job in bench.live(scan.KIND):
        assert bench.run(job).state == "done"


def present(bench: Bench) -> dict[int, int]:
    """Files that are there, by root."""
    text = """SELECT folder.root, count(*) FROM file JOIN folder ON folder.id = file.folder_id WHERE file.missing_at IS NULL
              GROUP BY folder.root"""
    return {row[0]: row[1] for row in bench.rows(text)}


def test_a_folder_keeps_its_place_in_whatever_order_they_are_named(bench: Bench, folders: list[str]) -> None:
    a, b, c = folders
    library_id = scanned(bench, [a, b])
    before = bench.rows("SELECT id, title, deleted_at FROM item ORDER BY id")
    changed = change_folder_library(bench.database, library_id, folders=[c, b, a])
    assert changed.config["folders"] == [a, b, c]
    run_scans(bench)
    assert present(bench) == {0: 3, 1: 3, 2: 3}
    assert bench.rows("SELECT id, title, deleted_at FROM item ORDER BY id")[: len(before)] == before


def test_what_was_in_a_folder_that_is_taken_out_goes_and_comes_back_with_it(bench: Bench, folders: list[str]) -> None:
    a, b, _ = folders
    library_id = scanned(bench, [a, b])
    ids = [row[0] for row in bench.rows("SELECT id FROM item ORDER BY id")]
    changed = change_folder_library(bench.database, library_id, folders=[b])
    assert changed.config["folders"] == ["", b]
    run_scans(bench)
    assert (present(bench), bench.library(library_id).state) == ({1: 3}, "ready")
    assert bench.rows("SELECT count(*) FROM item WHERE deleted_at IS NULL") == [(3,)]
    changed = change_folder_library(bench.database, library_id, folders=[a, b])
    assert changed.config["folders"] == ["", b, a]
    run_scans(bench)
    assert present(bench) == {1: 3, 2: 3}
    assert [row[0] for row in bench.rows("SELECT id FROM item WHERE deleted_at IS NULL ORDER BY id")] == ids  # found by their content
    assert Path(a).is_dir()


def test_a_disk_that_is_away_is_no_reason_to_refuse_a_change(bench: Bench, folders: list[str]) -> None:
    a, b, c = folders
    library_id = scanned(bench, [a, b])
    Path(a).rename(a + "-away")
    change_folder_library(bench.database, library_id, name="Other", folders=[a, b, c])
    run_scans(bench)
    assert present(bench) == {0: 3, 1: 3, 2: 3}  # nothing of it is taken for gone
    assert bench.library(library_id).name == "Other"
    with pytest.raises(Invalid):
        change_folder_library(bench.database, library_id, folders=[b, a + "-nowhere"])


def test_a_change_that_no_scan_reads_asks_for_none(bench: Bench, folders: list[str]) -> None:
    library_id = scanned(bench, folders[:1])
    change_folder_library(bench.database, library_id, chosen={"watch": True}, name="Watched")
    assert bench.live(scan.KIND) == []
    assert bench.library(library_id).config["watch"] is True
    change_folder_library(bench.database, library_id, chosen={"audio": "track"})
    (job,) = bench.live(scan.KIND)
    assert job.args["full"] is True


def test_a_change_during_a_scan_is_read_by_that_scan(bench: Bench, folders: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, _ = folders
    library, job = add_folder_library(bench.database, "Shelf", FolderOptions(folders=[a]))
    finish = Scan._finish

    def change_first(self: Scan) -> None:
        finish(self)
        if len(self.roots) == 1:
            change_folder_library(bench.database, library.id, folders=[a, b])

    monkeypatch.setattr(Scan, "_finish", change_first)
    assert bench.run(job).state == "done"
    assert present(bench) == {0: 3, 1: 3}
    assert bench.live(scan.KIND) == []


@pytest.mark.timeout(60)
def test_a_removal_stops_the_scan_that_runs_and_waits_for_it(bench: Bench, folders: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    library, job = add_folder_library(bench.database, "Shelf", FolderOptions(folders=folders))
    reading, cancelled = threading.Event(), threading.Event()
    apply = Scan._apply

    def slowly(self: Scan, batch: object) -> object:
        reading.set()
        assert cancelled.wait(30)
        return apply(self, batch)  # type: ignore[arg-type]  # a batch

    monkeypatch.setattr(Scan, "_apply", slowly)
    scanner = threading.Thread(target=bench.run, args=(job,))
    scanner.start()
    assert reading.wait(30)
    removal = library_removal.request(bench.database, library.id)
    assert library_removal.request(bench.database, library.id).id == removal.id
    remover = Worker(bench.database, bench.worker.tasks, pulse_seconds=0.05)
    waited: list[str] = []

    def watch(seen: jobs.Job) -> None:
        waited.append(seen.message)
        if "waiting until scan has stopped" in seen.message:
            cancelled.set()

    ended = remover.run_one(removal.id, watch)
    scanner.join(30)
    assert ended.state == "done", ended.message
    assert any("waiting until scan" in each for each in waited)
    with bench.database.read() as connection:
        assert jobs.get(connection, job.id).state == "cancelled"
        assert libraries.listed(connection) == []
    for table in ("item", "file", "folder", "entity", "schedule"):
        assert bench.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_removal_that_was_cancelled_goes_on_when_asked_again(bench: Bench, folders: list[str]) -> None:
    library_id = scanned(bench, folders)
    first = library_removal.request(bench.database, library_id)
    with bench.database.write_quietly() as connection:
        jobs.cancel(connection, first.id, 1)
    assert bench.library(library_id).state == "removing"
    with pytest.raises(Conflict):
        change_folder_library(bench.database, library_id, name="x")
    assert bench.run(library_removal.request(bench.database, library_id)).result == {"items": 9}


def test_a_removal_does_not_wait_for_a_worker_that_died(bench: Bench, folders: list[str]) -> None:
    library, job = add_folder_library(bench.database, "Shelf", FolderOptions(folders=folders))
    with bench.database.write_quietly() as connection:
        connection.exec_driver_sql(f"UPDATE job SET state = 'running', worker = 'gone', attempts = 1, lease_until = 1 WHERE id = {job.id}")
    assert bench.run(library_removal.request(bench.database, library.id)).state == "done"


def test_a_removal_ends_what_was_queued_after_it_was_asked_for(bench: Bench, folders: list[str]) -> None:
    """By somebody who had looked before the mark was there: no worker would ever begin it."""
    library_id = scanned(bench, folders[:1])
    removal = library_removal.request(bench.database, library_id)
    with bench.database.write_quietly() as connection:
        late = jobs.enqueue(connection, scan.KIND, {"library_id": library_id}, at=bench.database.clock(), key="late", run_after=2**60)
    assert bench.run(removal).state == "done"
    with bench.database.read() as connection:
        assert jobs.get(connection, late.id).state == "cancelled"
    assert bench.rows("SELECT count(*) FROM item") == [(0,)]
