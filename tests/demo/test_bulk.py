"""Mass-produced files are valid, their own, and the same on every run."""

import hashlib
import zipfile
from pathlib import Path

from PIL import Image

from longshelf.demo import bulk
from longshelf.demo.zips import joined, pack
from tests.demo.reading import DC, comic_info, package, texts


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def digests(folder: Path) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files(folder)]


def test_books_are_real_and_unique(tmp_path: Path) -> None:
    bulk.write_epubs(tmp_path / "a", 12, 1)
    bulk.write_epubs(tmp_path / "b", 12, 1)
    assert len(set(digests(tmp_path / "a"))) == 12
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    identifiers = set()
    for path in files(tmp_path / "a"):
        assert 100_000 < path.stat().st_size < 300_000
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) == 30
            with archive.open("OEBPS/images/cover.jpg") as cover, Image.open(cover) as image:
                image.load()
        identifiers |= set(texts(package(path), f"{DC}identifier"))
    assert len(identifiers) == 24


def test_comics_are_real_and_number_their_issues(tmp_path: Path) -> None:
    bulk.write_cbzs(tmp_path, 10, 1)
    seen = set()
    for path in files(tmp_path):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) == 17
        info = comic_info(path)
        seen.add((info["Series"], info["Number"]))
    assert len(seen) == 10


def test_a_tree_of_tiny_files_is_valid_and_shares_nothing(tmp_path: Path) -> None:
    bulk.write_tree(tmp_path, 200, 1)
    found = files(tmp_path)
    assert len(found) == 200
    assert len(set(digests(tmp_path))) == 200
    assert all(path.stat().st_nlink == 1 and path.stat().st_size < 1_000 for path in found)
    for path in found:
        if path.suffix == ".png":
            with Image.open(path) as image:
                image.load()
        else:
            assert texts(package(path), f"{DC}title")
    assert max(len(list(folder.iterdir())) for folder in {path.parent for path in found}) == bulk.PER_FOLDER


def test_an_archive_of_more_members_than_the_old_format_counts_is_readable(tmp_path: Path) -> None:
    (tmp_path / "many.zip").write_bytes(joined((f"{index:05d}", pack("x", b"%d" % index)) for index in range(66_000)))
    with zipfile.ZipFile(tmp_path / "many.zip") as archive:
        assert len(archive.namelist()) == 66_000
        assert archive.read("65999") == b"65999"
