"""The nasty files are as nasty as promised, and harmless to the disk."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from longshelf.demo import nasty
from longshelf.demo.nasty import Expected


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nasty") / "library"


@pytest.fixture(scope="module")
def expected(target: Path) -> dict[str, Expected]:
    return nasty.write_nasty(target)


def test_every_file_named_is_there(expected: dict[str, Expected], target: Path) -> None:
    if os.geteuid() != 0:
        (target / "locked").chmod(0o700)
    present = {str(path.relative_to(target)) for path in target.rglob("*") if not path.is_dir() or path.is_symlink()}
    assert present <= set(expected)
    assert all(os.path.lexists(target / name) for name in expected)
    assert set(expected.values()) == set(Expected)


def test_it_takes_little_room(expected: dict[str, Expected], target: Path) -> None:
    assert expected
    used = sum(path.lstat().st_blocks * 512 for path in target.rglob("*"))
    assert used < 30_000_000
    assert (target / "sparse.epub").stat().st_size == nasty.SPARSE_SIZE


def test_the_archives_are_what_they_claim_to_be(expected: dict[str, Expected], target: Path) -> None:
    assert expected
    with zipfile.ZipFile(target / "bomb.cbz") as archive:
        assert archive.getinfo("ComicInfo.xml").file_size == nasty.BOMB_SIZE
    with zipfile.ZipFile(target / "slip.cbz") as archive:
        assert "../../../../tmp/escaped.png" in archive.namelist()
    with zipfile.ZipFile(target / "encrypted.cbz") as archive, pytest.raises(RuntimeError, match="encrypted"):
        archive.read("page-00.png")
    with zipfile.ZipFile(target / "lying-size.epub") as archive, pytest.raises(zipfile.BadZipFile):
        archive.read("OEBPS/content.opf")
    with zipfile.ZipFile(target / "many.cbz") as archive:
        assert len(archive.namelist()) == 100_000
    for name in ("truncated.epub", "truncated.cbz", "webpage-epub.epub"):
        assert not zipfile.is_zipfile(target / name)


def test_names_and_kinds_of_files_are_hostile(expected: dict[str, Expected], target: Path) -> None:
    assert expected
    assert b"caf\xe9.png" in os.listdir(os.fsencode(target))
    assert stat.S_ISFIFO((target / "pipe.mp4").stat().st_mode)
    assert (target / "outside.png").resolve().parent.name == "library.outside"
    assert len(os.fsencode("long-" + "n" * 245 + ".png")) == 254
