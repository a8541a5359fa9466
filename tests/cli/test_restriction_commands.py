"""`longshelf why-hidden` on the command line."""

import json
from pathlib import Path

import pytest

from longshelf.cli.main import main
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.store.database import Database
from longshelf.store.migrate import upgrade
from tests.support.catalogue import settings_in
from tests.visibility import worlds


@pytest.fixture
def item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """An item whose tag is hidden from bob."""
    monkeypatch.setenv("LONGSHELF_DATA", str(tmp_path))
    database = Database(settings_in(tmp_path).database_url)
    upgrade(database)
    world = worlds.build(database, 1)
    found, tag = next((each.id, entity) for each in world.items.values() for kind, entity in each.links if kind is EntityKind.TAG)
    rules = Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (tag,)),))
    worlds.keep(database, world, worlds.user(database, "bob"), rules)
    database.close()
    return found


def test_it_names_the_rule_and_the_way(item: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why-hidden", "Bob", str(item), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["user"], found["item"], found["visible"]) == ("bob", item, False)
    (reason,) = found["reasons"]
    assert (reason["source"], reason["part"], reason["rule"]) == ("restrictions", "rule", 0)
    assert [step["type"] for step in reason["path"]] == ["entity", "item"]
    assert main(["why-hidden", "bob", str(item)]) == 0
    assert "→ item" in capsys.readouterr().out


def test_who_or_what_is_not_there_is_said(item: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why-hidden", "nobody", str(item)]) == 1
    assert "There is no user called 'nobody'." in capsys.readouterr().err
    assert main(["why-hidden", "bob", "1"]) == 1
    assert "There is no such item." in capsys.readouterr().err
