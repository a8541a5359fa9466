"""`longshelf reindex` and `longshelf bench`, as somebody types them."""

import json
from pathlib import Path

import pytest

from longshelf.cli.main import main
from longshelf.index import files
from tests.support.catalogue import make_catalogue


def test_reindex_builds_what_servers_then_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    made = make_catalogue(tmp_path / "shelf", count=12)
    made.database.close()
    monkeypatch.setenv("LONGSHELF_DATA", str(made.settings.data))
    monkeypatch.setenv("LONGSHELF_DATABASE_URL", made.settings.database_url)
    assert main(["reindex", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    (generation,) = files.generations(made.settings.index)
    assert said["items"] == len(made.ids)
    assert said["bytes"] == sum(path.stat().st_size for path in generation.iterdir())


def test_reindex_says_when_another_process_is_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_catalogue(tmp_path / "shelf", count=1)
    made.database.close()
    monkeypatch.setenv("LONGSHELF_DATA", str(made.settings.data))
    monkeypatch.setenv("LONGSHELF_DATABASE_URL", made.settings.database_url)
    with files.builder(made.settings.index) as mine:
        assert mine
        assert main(["reindex"]) == 1
    assert "Another process" in capsys.readouterr().err


def test_bench_measures_every_promise_on_a_small_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LONGSHELF_DATA", str(tmp_path))
    monkeypatch.setattr("longshelf.bench.promises.FILTERS", 10)
    monkeypatch.setattr("longshelf.bench.promises.FACETED", 4)
    monkeypatch.setattr("longshelf.bench.answers.REPEATS", 1)
    assert main(["bench", "--items", "5000", "--data", str(tmp_path), "--hostile", "20", "--no-sql", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    promised = said["tables"]["The promises about the engine, over filters nobody asked for before"]
    assert {row["what"] for row in promised} >= {"count, warm", "page 1, cold", "deep page, warm", "similar"}
    assert said["tables"]["What a process needs under a hostile mix of filters"][0]["filters"] == 20
    assert said["items"] == 5_000
