"""The documentation knows every setting, command and job kind there is."""

from pathlib import Path

import pytest

from longshelf.cli.commands import COMMANDS, Command
from longshelf.config import SETTINGS, Setting, read
from longshelf.tasks.table import tasks

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_own_words(setting: Setting) -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    assert f"| `{setting.variable}` |" in text
    assert setting.doc in text


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_is_in_the_readme(command: Command) -> None:
    words = command.name.split()
    text = (ROOT / "README.md").read_text()
    assert f"longshelf {words[0]}" in text
    assert all(word in text for word in words)


def test_every_job_kind_is_explained(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "developer.md").read_text()
    kinds = tasks(read({"LONGSHELF_DATA": str(tmp_path)}, tmp_path))
    assert kinds
    assert [kind for kind in kinds if f"| `{kind}` |" not in text] == []
