"""Comics: pages, covers and chapters from the archive, the rest from whichever metadata it holds."""

import json
from pathlib import Path

import pytest

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.records import Chapter, Cover, Layer, Origin
from longshelf.sources.folder.formats import comic
from tests.sources.folder.books import PIXEL, comic_info, write_comic, write_zip


def series(layer: Layer) -> list[tuple[str, float | None]]:
    return [(credit.name, credit.position) for credit in layer.credits if credit.kind is EntityKind.SERIES]


def test_an_archive_of_pictures_is_a_comic(tmp_path: Path) -> None:
    reading = comic.parse(write_comic(tmp_path / "a.cbz"))
    assert reading.kind is ItemKind.COMIC
    assert (reading.facts.mime, reading.facts.pages) == ("application/vnd.comicbook+zip", 3)
    assert reading.layers == (Layer(origin=Origin.EMBEDDED, cover=Cover("member", "p1.png")),)


def test_an_archive_without_pictures_is_none(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no pictures"):
        comic.parse(write_zip(tmp_path / "a.zip", {"readme.txt": b"x"}))
    with pytest.raises(Unreadable, match="no pictures"):
        comic.parse(write_zip(tmp_path / "empty.zip", {}))


def test_metadata_without_pages_is_read_with_a_warning(tmp_path: Path) -> None:
    reading = comic.parse(write_comic(tmp_path / "a.cbz", "<Title>T</Title>", pages=0))
    assert (reading.layers[0].title, reading.facts.pages, reading.layers[0].cover) == ("T", 0, None)
    assert "no pages" in reading.warnings[0]


@pytest.mark.parametrize(
    ("pages", "cover"),
    [
        ("", "p1.png"),
        ('<Page Image="0"/><Page Image="2" Type="FrontCover"/>', "p3.png"),
        ('<Page Image="1" Type="InnerCover"/>', "p2.png"),
        ('<Page Image="1" Type="InnerCover"/><Page Image="2" Type="FrontCover"/>', "p3.png"),
        ('<Page Image="99" Type="FrontCover"/>', "p1.png"),
        ('<Page Image="-1" Type="FrontCover"/><Page Image="x" Type="FrontCover"/>', "p1.png"),
    ],
)
def test_the_cover_is_the_page_called_so_or_the_first(tmp_path: Path, pages: str, cover: str) -> None:
    layer = comic.parse(write_comic(tmp_path / "a.cbz", f"<Pages>{pages}</Pages>")).layers[0]
    assert layer.cover == Cover("member", cover)


def test_bookmarks_are_chapters(tmp_path: Path) -> None:
    pages = '<Pages><Page Image="2" Bookmark="Two"/><Page Image="0" Bookmark="One"/><Page Image="77" Bookmark="Gone"/></Pages>'
    layer = comic.parse(write_comic(tmp_path / "a.cbz", pages)).layers[0]
    assert layer.chapters == (Chapter("One", page=0), Chapter("Two", page=2))


@pytest.mark.parametrize(
    ("names", "chapters"),
    [
        (["a/1.png", "a/2.png", "b/1.png"], [("a", 0), ("b", 2)]),
        (["Book/Ch 1/1.png", "Book/Ch 2/1.png", "Book/Ch 10/1.png"], [("Ch 1", 0), ("Ch 2", 1), ("Ch 10", 2)]),
        (["cover.png", "x/1.png"], [("Cover", 0), ("x", 1)]),
        (["one/1.png", "one/2.png"], []),
        (["S - c001 - p01.png", "S - c001 - p02.png", "S - c002 - p01.png"], [("Chapter 1", 0), ("Chapter 2", 2)]),
        (["ch-01 1.png", "ch-02 1.png"], [("Chapter 1", 0), ("Chapter 2", 1)]),
        (["S - c001 - p01.png", "S - c001 - p02.png"], []),
        (["1.png", "2.png"], []),
    ],
)
def test_chapters_come_from_folders_or_from_names(tmp_path: Path, names: list[str], chapters: list[tuple[str, int]]) -> None:
    layer = comic.parse(write_zip(tmp_path / "a.cbz", dict.fromkeys(names, PIXEL))).layers[0]
    assert layer.chapters == tuple(Chapter(title, page=page) for title, page in chapters)


def test_a_series_without_number_takes_it_from_the_file_name(tmp_path: Path) -> None:
    assert series(comic.parse(write_comic(tmp_path / "Batman 007 (2011).cbz", "<Series>Batman</Series>")).layers[0]) == [("Batman", 7)]
    named = comic.parse(write_comic(tmp_path / "Batman 008.cbz", "<Series>Batman</Series><Number>1-3</Number>")).layers[0]
    assert series(named) == [("Batman", 1)]
    assert named.extra["series_number"] == "1-3"


METRON = "<MetronInfo><Series><Name>Metron</Name></Series></MetronInfo>"
COMET = "<comet><series>CoMet</series><coverImage>sub/p2.png</coverImage></comet>"
BOOK_INFO = json.dumps({"ComicBookInfo/1.0": {"series": "CBI", "issue": 4}}).encode()


@pytest.mark.parametrize(
    ("more", "comment", "name"),
    [
        ({"ComicInfo.xml": comic_info("<Series>Info</Series>"), "MetronInfo.xml": METRON, "CoMet.xml": COMET}, BOOK_INFO, "Info"),
        ({"deep/comicinfo.XML": comic_info("<Series>Info</Series>"), "MetronInfo.xml": METRON}, b"", "Info"),
        ({"MetronInfo.xml": METRON, "CoMet.xml": COMET}, BOOK_INFO, "Metron"),
        ({"CoMet.xml": COMET}, BOOK_INFO, "CoMet"),
        ({}, BOOK_INFO, "CBI"),
        ({"ComicInfo.xml": "<html/>", "CoMet.xml": COMET}, b"", "CoMet"),
    ],
)
def test_the_best_metadata_counts(tmp_path: Path, more: dict[str, str], comment: bytes, name: str) -> None:
    layer = comic.parse(write_comic(tmp_path / "a.cbz", more=more, comment=comment)).layers[0]
    assert series(layer)[0][0] == name


def test_of_two_comicinfos_the_one_nearer_the_root_counts(tmp_path: Path) -> None:
    more = {"sub/ComicInfo.xml": comic_info("<Title>Inner</Title>"), "ComicInfo.xml": comic_info("<Title>Outer</Title>")}
    assert comic.parse(write_comic(tmp_path / "a.cbz", more=more)).layers[0].title == "Outer"


def test_a_cover_named_by_comet_is_found(tmp_path: Path) -> None:
    assert comic.parse(write_comic(tmp_path / "a.cbz", more={"CoMet.xml": COMET})).layers[0].cover == Cover("member", "p2.png")


@pytest.mark.parametrize("info", ["\x00", "<html/>", "<ComicInfo>" + " " * (17 * 2**20)])
def test_broken_metadata_is_a_warning_and_the_pages_stay(tmp_path: Path, info: str) -> None:
    reading = comic.parse(write_comic(tmp_path / "a.cbz", more={"ComicInfo.xml": info}))
    assert reading.facts.pages == 3
    assert "metadata ignored" in reading.warnings[0]


@pytest.mark.parametrize("comment", [b"scanned by me", b"{", b"{}", b'{"ComicBookInfo/1.0": 3}', b"[]", b"{" * 5_000])
def test_a_comment_that_is_no_metadata_is_nobody_s_mistake(tmp_path: Path, comment: bytes) -> None:
    reading = comic.parse(write_comic(tmp_path / "a.cbz", comment=comment))
    assert reading.warnings == ()


def test_encrypted_pages_are_unreadable(tmp_path: Path) -> None:
    path = write_comic(tmp_path / "a.cbz", pages=1)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="password"):
        comic.parse(path)
