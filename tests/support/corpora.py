"""Where the shared media corpora are: real files other people published, too large and too varied for this repository.

`LONGSHELF_CORPORA` names the folder; without it, `shared/corpora` beside the checkout. Tests that need it are skipped with the reason
when it is absent, so a plain checkout stays green."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

VARIABLE = "LONGSHELF_CORPORA"
_CHECKOUT = Path(__file__).resolve().parents[2]


def root() -> Path | None:
    """The corpora folder, or None when there is none."""
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else _CHECKOUT.parent / "shared" / "corpora"
    return folder if folder.is_dir() else None


def find(name: str) -> Path:
    """One corpus file by its path below the root; skips the running test when it is not there."""
    folder = root()
    if folder is None:
        pytest.skip(f"the media corpora are absent: set {VARIABLE} to their folder")
    path = folder / name
    if not path.exists():
        pytest.skip(f"the media corpora lack {name}")
    return path


def files(folder: str, *suffixes: str) -> list[Path]:
    """Every file below `folder` with one of the suffixes (".epub"; none means any), sorted. Empty when the corpora are absent, so that
    it can parametrize; guard such a test with `present`."""
    base = root()
    return [] if base is None else sorted(_below(base / folder, suffixes))


def _below(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and (not suffixes or path.suffix.lower() in suffixes):
            yield path


present = pytest.mark.skipif(root() is None, reason=f"the media corpora are absent: set {VARIABLE} to their folder")
