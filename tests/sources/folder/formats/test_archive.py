"""Archives of three families behind one face: names in reading order, members up to a limit."""

import os
import re
import zipfile
from pathlib import Path

import libarchive
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import Unreadable
from longshelf.sources.folder.formats import archive
from tests.sources.folder.books import PIXEL, write_zip


def write_7z(path: Path, members: dict[str, bytes]) -> Path:
    with libarchive.file_writer(str(path), "7zip") as writer:
        for name, content in members.items():
            writer.add_file_from_memory(name, len(content), content)
    return path


@pytest.fixture(params=["zip", "7z"])
def comic(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    members = {
        "b/p10.png": b"ten",
        "b/p9.png": b"nine",
        "a/p1.png": b"one",
        "note.txt": b"text",
        "__MACOSX/a/p1.png": b"",
        "a/.hidden.png": b"",
    }
    path = tmp_path / "comic.cbz"  # the name says nothing: the bytes do
    return write_zip(path, members) if request.param == "zip" else write_7z(path, members)


def test_pages_come_in_reading_order(comic: Path) -> None:
    assert archive.pages(comic) == ["a/p1.png", "b/p9.png", "b/p10.png"]


def test_every_page_can_be_read_by_its_name(comic: Path) -> None:
    assert [archive.read_member(comic, page) for page in archive.pages(comic)] == [b"one", b"nine", b"ten"]


def test_a_member_beyond_the_limit_is_refused(comic: Path) -> None:
    with pytest.raises(Unreadable, match="larger than"):
        archive.read_member(comic, "note.txt", 3)
    assert archive.read_member(comic, "note.txt", 4) == b"text"


def test_a_missing_member_is_unreadable(comic: Path) -> None:
    with pytest.raises(Unreadable, match="not in the archive"):
        archive.read_member(comic, "../../etc/passwd")


def test_wanted_members_are_read_in_the_listing_walk(comic: Path) -> None:
    with archive.opened(comic, lambda name: name == "note.txt") as opened:
        assert opened.read("note.txt") == b"text"
        assert opened.read("a/p1.png") == b"one"


def test_names_that_climb_out_are_only_names(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "slip.zip", {"../../evil.png": b"evil", "/etc/evil.png": b"root", "C:\\evil.png": b"dos"})
    pages = archive.pages(path)
    assert set(pages) == {"../../evil.png", "/etc/evil.png", "C:\\evil.png"}
    assert archive.read_member(path, "../../evil.png") == b"evil"
    assert [each.name for each in tmp_path.iterdir()] == ["slip.zip"]


def test_a_rare_compression_is_left_to_libarchive(tmp_path: Path) -> None:
    path = tmp_path / "lzma.cbz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as writer:
        writer.writestr("p1.png", PIXEL)
    assert archive.read_member(path, "p1.png") == PIXEL


def test_a_false_checksum_is_found_whoever_unpacks(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bzip2.cbz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as writer:
        writer.writestr("p1.png", PIXEL)
    data = bytearray(path.read_bytes())
    for start, place in ((data.index(b"PK\3\4"), 14), (data.index(b"PK\1\2"), 16)):
        data[start + place] ^= 1
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="damaged"):
        archive.read_member(path, "p1.png")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("start", [b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c", b"PK\3\4"])
def test_a_file_that_only_starts_like_an_archive_is_unreadable(start: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.cbr"
    path.write_bytes(start + bytes(range(256)) * 2)
    with pytest.raises(Unreadable):
        archive.pages(path)


def test_what_is_no_regular_file_is_never_opened_for_long(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.cbz")
    for path in (tmp_path / "pipe.cbz", tmp_path):
        with pytest.raises(Unreadable, match="not a regular file"):
            archive.pages(path)


def slow_natural(name: str) -> list[tuple[int, int, str]]:
    """The obvious way: runs of digits by value, other characters one by one, folders first."""
    pieces = re.findall(r"[0-9]+|[^0-9]", name.casefold().replace("/", "\x01"))
    return [(ord("0"), int(piece), "") if piece[0] in "0123456789" else (ord(piece[0]), 0, "") for piece in pieces]


@given(st.lists(st.text(alphabet="ab019/ .-", max_size=12)))
def test_natural_order_agrees_with_the_obvious_way(names: list[str]) -> None:
    assert [slow_natural(name) for name in sorted(names, key=archive.natural)] == sorted(map(slow_natural, names))


def test_numbers_of_any_length_are_ordered_by_value() -> None:
    huge = "9" * 60_000
    assert sorted([f"p{huge}", "p10", "p9", "P8", "p08b"], key=archive.natural) == ["P8", "p08b", "p9", "p10", f"p{huge}"]
