"""The command line as a person uses it: one JSON object on stdout with --json, reasons on stderr, exit codes that mean something."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from longshelf.cli.commands import COMMANDS, Stage
from longshelf.cli.main import main, parser
from longshelf.cli.output import progress_text
from longshelf.demo import bulk
from longshelf.store.jobs import Job

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory of its own; the log settings of `main` end with the test, since they hold its captured stderr."""
    folder = tmp_path / "data"
    monkeypatch.setenv("LONGSHELF_DATA", str(folder))
    monkeypatch.setenv("LONGSHELF_PARSERS", "2")
    yield folder
    structlog.reset_defaults()
    logging.root.handlers.clear()


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command that must succeed; its JSON."""

    def run(*arguments: str) -> dict[str, Any]:
        assert main([*arguments, "--json"]) == 0
        out = capsys.readouterr().out
        assert out.count("\n") == 1
        found: dict[str, Any] = json.loads(out)
        return found

    return run


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    bulk.write_tree(tmp_path / "shelf", 30, 1)
    return tmp_path / "shelf"


def test_a_library_is_added_scanned_listed_and_removed(run: Run, shelf: Path) -> None:
    added = run("library", "add", "Shelf", "--folder", str(shelf))
    assert added["library"]["folders"] == [str(shelf)]
    report = run("scan", "Shelf")
    assert {"files", "added", "updated", "unchanged", "missing", "issues", "seconds", "statements"} <= report.keys()
    assert (report["files"], report["added"], report["issues"]) == (30, 30, 0)
    assert run("scan", "Shelf")["unchanged"] == 30
    assert run("scan", "Shelf", "--full")["unchanged"] == 0
    listed = run("library", "list")["libraries"]
    assert [(library["name"], library["state"]) for library in listed] == [("Shelf", "ready")]
    assert run("library", "remove", "Shelf") == {"removed": "Shelf", "items": 30}
    assert run("library", "list") == {"libraries": []}
    assert len(list(shelf.rglob("*.*"))) == 30


def test_an_offline_library_says_so_and_keeps_its_items(run: Run, shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("library", "add", "Shelf", "--folder", str(shelf))
    run("scan", "Shelf")
    shelf.rename(shelf.with_name("away"))
    assert main(["scan", "Shelf", "--json"]) == 1
    told = capsys.readouterr()
    assert "is the disk mounted?" in json.loads(told.out)["error"]
    assert "is the disk mounted?" in told.err
    assert run("library", "list")["libraries"][0]["state"] == "offline"
    shelf.with_name("away").rename(shelf)
    assert run("scan", "Shelf")["unchanged"] == 30
    assert run("library", "list")["libraries"][0]["state"] == "ready"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["library", "add", "X", "--folder", "/no/such/folder"], "is not a folder"),
        (["library", "add", "X"], "name at least one folder"),
        (["scan", "Nothing"], "no library is called 'Nothing'"),
        (["library", "remove", "Nothing"], "there are: none yet"),
        (["key", "create", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_reason(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert reason in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_one_name_is_one_library(run: Run, shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = run("library", "add", "Shelf", "--folder", str(shelf))
    assert main(["library", "add", "Shelf", "--folder", str(shelf)]) == 1
    assert "There already is a library" in capsys.readouterr().err
    assert run("library", "add", "Shelf", "--folder", str(shelf), "--if-missing")["library"]["id"] == first["library"]["id"]


def test_roots_within_each_other_are_refused(data: Path, shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inner = next(path for path in shelf.iterdir() if path.is_dir())
    assert main(["library", "add", "Twice", "--folder", str(shelf), str(inner)]) == 1
    assert "its files would be there twice" in capsys.readouterr().err


def test_a_person_gets_a_key(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough password\n"))
    assert run("user", "add", "ann", "--admin", "--password-stdin") == {"id": 1, "name": "ann", "admin": True}
    assert len(run("key", "create", "ann")["key"]) > 30


def test_the_demonstration_is_made_once_and_ready_to_be_scanned(run: Run, data: Path) -> None:
    """What `make run` does first on a fresh machine, and again each time it is started."""
    made = run("demo")
    assert made["library"]["folders"] == [str(data / "demonstration")]
    assert run("demo") == {"library": made["library"]}
    report = run("scan", "Demonstration")
    assert report["added"] > 50
    assert report["issues"] == 0


def test_a_catalogue_of_any_size_is_made(run: Run) -> None:
    made = run("demo", "--items", "300", "--seed", "3")
    assert list(made) == ["items", "entities", "links", "seconds", "items_per_second"]
    assert (made["items"], made["entities"]) == (300, 57_040)
    assert 3_000 < made["links"] < 4_200
    assert made["items_per_second"] == pytest.approx(300 / made["seconds"], rel=0.05)
    (library,) = run("library", "list")["libraries"]
    assert (library["name"], library["state"], library["folders"]) == ("Synthetic 300", "ready", [])


@pytest.mark.parametrize("count", ["-1", "0", "100000001"])
def test_a_catalogue_of_an_impossible_size_is_refused(data: Path, capsys: pytest.CaptureFixture[str], count: str) -> None:
    assert main(["demo", f"--items={count}", "--json"]) == 1
    told = capsys.readouterr()
    assert "a number from 1 to 100,000,000" in json.loads(told.out)["error"]
    assert "Traceback" not in told.err


def test_progress_of_what_is_no_job_is_drawn_too() -> None:
    assert progress_text(Stage("items", 50_000, 100_000, 25_000.0, 2.0)).startswith(
        "items  [############            ] 50,000 / 100,000  25,000/s"
    )


def test_a_wrong_command_line_ends_with_2(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["no-such-command"], [], ["library"], ["scan"]):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2
    assert "usage: longshelf" in capsys.readouterr().err


def test_a_wrong_setting_is_named(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LONGSHELF_PORT", "eighty")
    assert main(["library", "list"]) == 1
    assert "LONGSHELF_PORT" in capsys.readouterr().err


def test_people_get_lines_and_tables(data: Path, run: Run, shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("library", "add", "Shelf", "--folder", str(shelf))
    assert main(["library", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["id", "name", "type", "state", "folders", "scanned_at"]
    assert lines[1].split()[1:4] == ["Shelf", "folder", "new"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_takes_json_and_explains_itself(command: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*command.name.split(), "--help"])
    assert ended.value.code == 0
    assert command.about


def test_progress_is_told_in_a_line() -> None:
    plain: dict[str, Any] = dict.fromkeys(Job.__struct_fields__)
    job = Job(**{**plain, "kind": "scan", "state": "running", "done": 1200, "total": 4800, "rate": 410.0, "eta_seconds": 9.0})
    assert progress_text(job) == "scan  [######                  ] 1,200 / 4,800  410/s  9 s left"
    assert progress_text(Job(**{**plain, "kind": "scan", "state": "running", "done": 7})) == "scan  7"
