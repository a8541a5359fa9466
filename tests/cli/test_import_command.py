"""`longshelf import` as a person uses it: files and standard input, killed and run again, and two at once."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from longshelf.cli.main import main
from longshelf.errors import Conflict
from longshelf.ingest.posts import PAGE_LINES
from longshelf.store import jobs
from longshelf.store.database import Database
from longshelf.tasks import imports
from tests.ingest.posting import contents, encoded

Run = Callable[..., dict[str, Any]]
POSTS = 3 * PAGE_LINES + 100


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LONGSHELF_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str, code: int = 0) -> dict[str, Any]:
        assert main([*arguments, "--json"]) == code
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return run


def posts(count: int, **fields: object) -> list[Mapping[str, Any] | bytes]:
    return [{"external_id": str(number), "title": f"Post {number}", "tags": [f"tag {number % 40}"], **fields} for number in range(count)]


def opened(data: Path) -> Database:
    return Database(f"sqlite:///{data / 'longshelf.db'}")


def test_a_file_is_imported_again_and_changed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded([*posts(3), b"{"]))
    report = run("import", str(path), "--library", "Posts")
    keys = {"lines", "added", "updated", "unchanged", "duplicates", "invalid", "seconds", "posts_per_second", "statements"}
    assert report.keys() == keys
    assert (report["lines"], report["added"], report["invalid"]) == (4, 3, 1)
    assert run("import", str(path), "--library", "Posts")["unchanged"] == 3
    path.write_bytes(encoded([*posts(2), {"external_id": "2"}]))
    assert run("import", str(path), "--library", "Posts")["updated"] == 1
    (library,) = run("library", "list")["libraries"]
    assert (library["name"], library["type"], library["state"]) == ("Posts", "feed", "ready")
    assert run("library", "remove", "Posts")["items"] == 3


def test_standard_input_is_read_and_leaves_no_file(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(encoded(posts(5)))))
    assert run("import", "-", "--library", "Posts")["added"] == 5
    assert list((data / "imports").iterdir()) == []


def test_bad_lines_are_listed_with_the_job_and_the_library(run: Run, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded([*posts(1), b"{", {"external_id": "2", "rating": 101}]))
    assert run("import", str(path), "--library", "Posts")["invalid"] == 2
    database = opened(data)
    with database.read() as connection:
        (job,) = jobs.newest(connection, kind=imports.KIND)
        events = jobs.events(connection, job.id)
    database.close()
    assert (job.errors, job.message) == (2, "2 lines could not be taken in")
    assert [event.message.split(":")[0] for event in events] == ["line 2", "line 3"]


def test_a_refused_library_leaves_no_file_of_standard_input(run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("library", "add", "Shelf", "--folder", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(encoded(posts(5)))))
    assert "folder library" in run("import", "-", "--library", "Shelf", code=1)["error"]
    assert list((data / "imports").iterdir()) == []


def test_posts_do_not_go_where_other_things_live(run: Run, tmp_path: Path) -> None:
    run("library", "add", "Shelf", "--folder", str(tmp_path))
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded(posts(1)))
    assert "Shelf is a folder library" in run("import", str(path), "--library", "Shelf", code=1)["error"]
    assert "no file" in run("import", str(tmp_path / "none"), "--library", "Posts", code=1)["error"]
    assert "--library" in run("import", str(path), "--library", " ", code=1)["error"]


def test_a_damaged_file_says_so_and_what_was_read_stays(run: Run, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson.gz"
    packed = gzip.compress(encoded(posts(3 * PAGE_LINES)))
    path.write_bytes(packed[: len(packed) * 3 // 4])
    assert "damaged or cut off" in run("import", str(path), "--library", "Posts", code=1)["error"]
    database = opened(data)
    with database.read() as connection:
        assert 2 * PAGE_LINES < connection.exec_driver_sql("SELECT count(*) FROM item").scalar_one() < 3 * PAGE_LINES
    database.close()


def test_a_second_import_of_a_library_is_refused_while_one_is_live(sqlite_database: Database, tmp_path: Path) -> None:
    library = imports.library_for(sqlite_database, "Posts")
    first = imports.request(sqlite_database, library, tmp_path / "first.ndjson")
    assert imports.request(sqlite_database, library, tmp_path / "first.ndjson").id == first.id
    with pytest.raises(Conflict, match=r"first\.ndjson is being imported into Posts"):
        imports.request(sqlite_database, library, tmp_path / "second.ndjson")
    other = imports.library_for(sqlite_database, "Others")
    assert imports.request(sqlite_database, other, tmp_path / "second.ndjson").id != first.id


@pytest.mark.timeout(200)
def test_an_import_that_is_killed_goes_on_and_ends_as_one_that_is_not(tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded([*posts(POSTS), b"{", {"external_id": "1", "title": "Post 1, again"}]))
    process, killed = _command(path, tmp_path / "killed"), opened(tmp_path / "killed")
    while process.poll() is None and not _items(tmp_path / "killed", killed) >= PAGE_LINES:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, "the import ended before it could be killed"
    with killed.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE job SET lease_until = 0 WHERE state = 'running'")
    resumed, whole = _finished(_command(path, tmp_path / "killed")), _finished(_command(path, tmp_path / "whole"))
    for report in (resumed, whole):
        assert (report["lines"], report["added"], report["duplicates"], report["invalid"]) == (POSTS + 2, POSTS, 1, 1)
    untouched = opened(tmp_path / "whole")
    assert contents(killed) == contents(untouched)
    for database in (killed, untouched):
        database.close()


def _command(path: Path, data: Path) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "LONGSHELF_DATA": str(data), "LONGSHELF_LOG_LEVEL": "warning"}
    arguments = [sys.executable, "-m", "longshelf.cli.main", "import", str(path), "--library", "Posts", "--json"]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _finished(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    output, trouble = process.communicate(timeout=100)
    assert process.returncode == 0, trouble.decode()
    found: dict[str, Any] = json.loads(output)
    return found


def _items(data: Path, database: Database) -> int:
    """0 while the other process is still making the database."""
    if not (data / "longshelf.db").exists():
        return 0
    with database.read() as connection:
        made = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = 'revision'").scalar_one()
        return int(connection.exec_driver_sql("SELECT count(*) FROM item").scalar_one()) if made else 0
