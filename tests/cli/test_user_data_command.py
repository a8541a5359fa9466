"""`longshelf import-user-data` as a person uses it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from longshelf.cli.main import main
from longshelf.demo.stash.making import Counts
from tests.support.fake_stash import FakeStash, fake_stash

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def stash() -> Iterator[FakeStash]:
    with fake_stash(Counts(scenes=20, images=10)) as running:
        yield running


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("LONGSHELF_DATA", str(tmp_path / "data"))

    def run(*arguments: str, code: int = 0) -> dict[str, Any]:
        assert main([*arguments, "--json"]) == code
        told = capsys.readouterr()
        found: dict[str, Any] = json.loads(told.out) if told.out.strip() else {"error": told.err}
        return found

    return run


def test_a_persons_data_are_taken_over(run: Run, stash: FakeStash) -> None:
    from longshelf.accounts import users
    from longshelf.config import read
    from longshelf.store.migrate import open_database

    run("library", "add", "Mirror", "--stash", stash.url)
    run("import-user-data", "Mirror", "--user", "ada", code=1)
    database = open_database(read())
    users.add(database, "ada", "nine green horses", admin=True)
    database.close()
    assert "first sync" in str(run("import-user-data", "Mirror", "--user", "ada", code=1))
    run("sync", "Mirror")
    report = run("import-user-data", "Mirror", "--user", "ada", "--kinds", "rating", "plays")
    assert report["kinds"] == ["rating", "plays"]
    works = (*stash.world.scenes, *stash.world.images, *stash.world.galleries, *stash.world.groups)
    named = (*stash.world.performers, *stash.world.studios)
    assert report["rating"] == sum(bool(row.rating100) for row in (*works, *named))
    assert (report["plays"], report["favorite"]) == (sum(bool(row.plays) for row in stash.world.scenes), 0)
    assert run("import-user-data", "Mirror", "--user", "ada", "--kinds", "rating")["rating"] == 0
    assert "kinds" in str(run("import-user-data", "Mirror", "--user", "ada", "--kinds", "stars", code=1))
