"""`docs/security.md` claims nothing that no test shows."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", TEXT)))
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and re.search(r"\| (✔|✘|○|–)", line)]


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda value: value)
def test_every_test_that_is_named_exists(path: str, name: str) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    for part in name.split("::"):
        assert re.search(rf"^\s*(async )?(def|class) {part}\b", source, re.MULTILINE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:30])
def test_what_is_said_to_be_tested_names_a_test(row: str) -> None:
    _, _, verdict, what, tests, _ = (part.strip() for part in row.split("|"))
    if "✔" in verdict:
        assert "::" in tests
    if "✘" in verdict:
        assert what  # why not


def test_every_chapter_is_walked_through() -> None:
    first_cells = " ".join(row.split("|")[1] for row in ROWS)
    for chapter in range(1, 15):
        assert re.search(rf"(^|\D){chapter}(\.\d|\*)|V{chapter}\b", first_cells), chapter
