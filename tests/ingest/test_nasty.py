"""Hostile files become issues with a reason; nothing stops, nothing outside is read, time and memory stay bounded."""

import os
from pathlib import Path

import pytest

from longshelf.demo.nasty import SECRET, Expected, write_nasty
from longshelf.store.database import Database
from tests.ingest.scanning import Shelves, peak_mib


@pytest.mark.timeout(240)
def test_everything_hostile_at_once(sqlite_database: Database, tmp_path: Path) -> None:
    root = tmp_path / "nasty"
    expected = write_nasty(root)
    shelves = Shelves(sqlite_database, root)
    before = peak_mib()
    shelves.scan()
    assert peak_mib() - before < 300
    items = {os.fsdecode(os.path.join(file["path"], file["name"])) for item in shelves.contents() for file in item["files"]}
    issues = shelves.issues()
    wrong = {}
    for name, outcome in expected.items():
        met = Expected.ITEM if name in items else Expected.ISSUE if name in issues else Expected.IGNORED
        allowed = {outcome} if outcome is not Expected.BOUNDED else {Expected.ITEM, Expected.ISSUE, Expected.IGNORED}
        if met not in allowed:
            wrong[name] = (outcome, met, issues.get(name))
    assert not wrong
    assert all(len(reason) > 8 for reason in issues.values())
    told = repr(shelves.contents()) + repr(issues)
    assert SECRET not in told
    assert "Traceback" not in told


def test_a_second_look_at_hostile_files_costs_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    root = tmp_path / "nasty"
    write_nasty(root)
    shelves = Shelves(sqlite_database, root)
    shelves.scan()
    issues, revision = shelves.issues(), sqlite_database.revision()
    report = shelves.scan()
    assert report.unchanged == report.files
    assert shelves.issues() == issues
    assert sqlite_database.revision() == revision
