"""Scanning real folders: what is there is stored, what did not change costs nothing, what is not mounted is not judged."""

import os
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest

from longshelf.demo import bulk, epubs
from longshelf.errors import Cancelled, SourceOffline
from longshelf.ingest.edits import Edit, edit
from longshelf.model.records import Layer, Origin
from longshelf.sources.folder import walk as walking
from longshelf.store.database import Database
from tests.ingest.scanning import Quiet, Shelves


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def write_book(path: Path, title: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    epubs.write(path, Layer(origin=Origin.EMBEDDED, title=title), texts=("Once.",))
    return path


def test_a_rescan_of_an_unchanged_tree_writes_nothing_and_reads_in_bulk(database: Database, root: Path) -> None:
    bulk.write_tree(root, 200, 1)
    shelves = Shelves(database, root)
    first = shelves.scan()
    assert (first.files, first.added, first.issues) == (200, 200, 0)
    before, revision = shelves.contents(), database.revision()
    again = shelves.scan()
    assert (again.files, again.unchanged, again.added, again.updated) == (200, 200, 0, 0)
    assert shelves.contents() == before
    assert database.revision() == revision
    assert again.statements <= 12


def test_statements_for_an_unchanged_tree_do_not_grow_with_its_files(sqlite_database: Database, tmp_path: Path) -> None:
    sent = []
    for name, count in (("small", 40), ("large", 400)):
        bulk.write_tree(tmp_path / name, count, 1)
        shelves = Shelves(sqlite_database, tmp_path / name, name=name)
        shelves.scan()
        sent.append(shelves.scan().statements)
    assert sent[0] == sent[1]


def test_a_full_scan_reads_everything_again_and_finds_it_unchanged(database: Database, root: Path) -> None:
    bulk.write_tree(root, 60, 1)
    shelves = Shelves(database, root)
    shelves.scan()
    revision = database.revision()
    report = shelves.scan(full=True)
    assert (report.unchanged, report.updated, report.added) == (0, 0, 0)
    assert database.revision() == revision


def test_a_changed_a_new_and_a_deleted_file_are_noticed(database: Database, root: Path) -> None:
    for name in ("a", "b", "c"):
        write_book(root / name / f"{name}.epub", name.upper())
    shelves = Shelves(database, root)
    shelves.scan()
    write_book(root / "a" / "a.epub", "A2")
    shutil.rmtree(root / "b")
    write_book(root / "d" / "d.epub", "D")
    report = shelves.scan()
    assert (report.added, report.updated, report.missing, report.removed) == (1, 1, 1, 1)
    assert shelves.titles() == ["A2", "C", "D"]


def test_a_rewrite_with_the_old_time_and_size_is_noticed(database: Database, root: Path) -> None:
    path = root / "a.png"
    root.mkdir()
    path.write_bytes(bulk.tiny_png(1))
    before = path.stat()
    shelves = Shelves(database, root)
    shelves.scan()
    with path.open("r+b") as file:
        file.write(bulk.tiny_png(2))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    assert shelves.scan().updated == 1


def test_a_sidecar_that_appears_changes_or_goes_is_noticed(database: Database, root: Path) -> None:
    write_book(root / "a.epub", "Inside")
    shelves = Shelves(database, root)
    shelves.scan()
    sidecar = root / "a.epub.metadata.json"
    for title in ("Beside", "Beside again"):
        sidecar.write_text(f'{{"version": 1, "title": "{title}", "name": "{title}"}}')
        shelves.scan()
        assert shelves.titles() == [title]
    sidecar.unlink()
    shelves.scan()
    assert shelves.titles() == ["Inside"]


def test_a_moved_tree_keeps_its_items_edits_included(database: Database, root: Path) -> None:
    for number in range(30):
        write_book(root / "old" / f"{number}.epub", f"Book {number:02}")
    shelves = Shelves(database, root)
    shelves.scan()
    ids = shelves.ids()
    edit(database, ids["Book 07"], Edit(title="Mine"), None)
    (root / "old").rename(root / "new")
    report = shelves.scan()
    assert (report.moved, report.added, report.removed, report.missing) == (30, 0, 0, 0)
    expected = {**ids, "Mine": ids["Book 07"]}
    del expected["Book 07"]
    assert shelves.ids() == expected


def test_a_copy_is_a_new_item_and_the_original_keeps_its_own(database: Database, root: Path) -> None:
    original = write_book(root / "m" / "a.epub", "A")
    shelves = Shelves(database, root)
    shelves.scan()
    before = shelves.ids()["A"]
    (root / "a").mkdir()
    shutil.copy2(original, root / "a" / "copy.epub")
    assert shelves.scan().added == 1
    original.rename(root / "z.epub")
    assert shelves.scan().moved == 1
    rows = shelves._rows("SELECT item_id, name FROM file ORDER BY name")
    assert rows[1] == {"item_id": before, "name": b"z.epub"}
    assert rows[0]["item_id"] != before


def test_a_deleted_file_that_comes_back_is_the_same_item(database: Database, root: Path) -> None:
    path = write_book(root / "a" / "a.epub", "A")
    write_book(root / "b.epub", "B")
    shelves = Shelves(database, root)
    shelves.scan()
    ids = shelves.ids()
    away = root.parent / "away.epub"
    shutil.move(path, away)
    shelves.scan()
    assert shelves.titles() == ["B"]
    shutil.move(away, root / "elsewhere.epub")
    report = shelves.scan()
    assert report.restored == 1
    assert shelves.ids() == ids


@pytest.mark.parametrize("trouble", ["gone", "emptied", "unreadable", "replaced by a file"])
def test_a_root_that_cannot_be_judged_deletes_nothing(
    database: Database, root: Path, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk.write_tree(root, 50, 1)
    shelves = Shelves(database, root)
    shelves.scan()
    before = shelves.contents()
    root.rename(root.with_name("away"))
    if trouble == "emptied":
        root.mkdir()
    elif trouble == "replaced by a file":
        root.write_text("not a folder")
    elif trouble == "unreadable":
        root.with_name("away").rename(root)
        monkeypatch.setattr(os, "scandir", _refuse)
    with pytest.raises(SourceOffline):
        shelves.scan()
    monkeypatch.undo()
    assert shelves.contents() == before


def _refuse(path: bytes) -> None:
    raise PermissionError(13, "Permission denied", path)


def test_an_emptied_root_is_believed_when_told_so(database: Database, root: Path) -> None:
    write_book(root / "a.epub", "A")
    shelves = Shelves(database, root)
    shelves.scan()
    (root / "a.epub").unlink()
    assert shelves.scan(allow_empty=True).removed == 1
    assert shelves.titles() == []


def test_of_two_roots_the_one_that_answers_is_scanned(database: Database, root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_book(root / "a.epub", "A")
    write_book(other / "b.epub", "B")
    shelves = Shelves(database, root, other)
    shelves.scan()
    shutil.rmtree(other)
    write_book(root / "c.epub", "C")
    (root / "a.epub").unlink()
    report = shelves.scan()
    assert shelves.titles() == ["B", "C"]
    assert "does not exist" in report.offline[0]


def test_a_root_that_goes_away_while_it_is_scanned_deletes_nothing(database: Database, root: Path) -> None:
    for name in ("a", "b", "c"):
        write_book(root / name / f"{name}.epub", name)
    shelves = Shelves(database, root)
    shelves.scan()
    real = walking._Walker._list

    def vanishing(walker: walking._Walker, path: bytes) -> walking.Listing:
        if path == b"b":
            shutil.rmtree(root)
            root.mkdir()
        return real(walker, path)

    with patch.object(walking._Walker, "_list", vanishing):
        report = shelves.scan()
    assert shelves.titles() == ["a", "b", "c"]
    assert report.offline


def test_an_unreadable_folder_does_not_make_its_files_gone(database: Database, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_book(root / "bad" / "deep" / "a.epub", "A")
    write_book(root / "good" / "b.epub", "B")
    shelves = Shelves(database, root)
    shelves.scan()
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: _refuse(path) if path.endswith(b"/bad") else real(path))
    report = shelves.scan()
    assert (report.missing, report.issues) == (0, 1)
    assert shelves.titles() == ["A", "B"]
    assert "folder cannot be read" in shelves.issues()["bad"]
    monkeypatch.undo()
    assert shelves.scan().issues == 0


def test_a_broken_file_is_told_once_and_tried_again_only_when_it_changes(database: Database, root: Path) -> None:
    write_book(root / "good.epub", "Good")
    bad = root / "bad.epub"
    bad.write_bytes(b"not a book")
    shelves = Shelves(database, root)
    assert shelves.scan().issues == 1
    assert list(shelves.issues()) == ["bad.epub"]
    again = shelves.scan()
    assert (again.unchanged, again.issues) == (2, 1)
    write_book(bad, "Now good")
    assert shelves.scan().issues == 0
    assert shelves.titles() == ["Good", "Now good"]
    bad.write_bytes(b"broken again")
    assert shelves.scan().issues == 1
    bad.unlink()
    assert shelves.scan().issues == 0
    assert shelves.titles() == ["Good"]


def test_a_cancelled_scan_keeps_what_it_wrote_and_the_next_one_finishes(database: Database, root: Path) -> None:
    bulk.write_tree(root, 1_500, 1)
    shelves = Shelves(database, root)
    with pytest.raises(Cancelled):
        shelves.scan(Quiet(stop_after=500))
    kept = len(shelves.contents())
    assert 500 <= kept < 1_500
    report = shelves.scan()
    assert report.added == 1_500 - kept
    assert len(shelves.contents()) == 1_500


def test_progress_counts_up_to_a_known_total(database: Database, root: Path) -> None:
    bulk.write_tree(root, 100, 1)
    shelves = Shelves(database, root)
    shelves.scan()
    progress = Quiet()
    shelves.scan(progress)
    assert (progress.done, progress.total) == (100, 100)
