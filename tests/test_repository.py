"""What may be committed: no registry address, no machine path, no lock without hashes, no file nobody explains."""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Written in pieces, so that this file does not hold what it forbids.
FORBIDDEN = [
    re.compile("|".join(pieces).encode())
    for pieces in (
        ("pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npm" + "js", "deb" + r"\.debian\.org"),
        ("/wor" + "k/", "/fa" + "rm/", "/ro" + r"ot/\."),
    )
]


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.split(b"\0") if name and (path := ROOT / name.decode()).is_file()]


def test_no_file_names_a_registry_or_a_machine_path() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in _tracked()
        for pattern in FORBIDDEN
        if (match := pattern.search(path.read_bytes()))
    ]
    assert not found


def test_the_npm_lock_holds_no_addresses() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text())
    assert lock["packages"]
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_every_python_requirement_is_locked_with_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (ROOT / name).read_text().splitlines()
        pinned = [line for line in lines if re.match(r"[a-z0-9]", line)]
        assert pinned
        assert all(re.match(r"[\w.\-]+(\[[\w,\-]+\])?==\S+.*\\$", line) for line in pinned), name
        assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_python_file_of_ours_is_long_enough_to_hold_two_ideas() -> None:
    """Migrations are lists, written by a tool."""
    ours = [path for path in (ROOT / "src").rglob("*.py") if "versions" not in path.parts]
    long = {str(path.relative_to(ROOT)): count for path in ours if (count := len(path.read_text().splitlines())) > 420}
    assert ours
    assert not long
