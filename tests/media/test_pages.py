"""What a reader turns, and what it must not reach."""

import io
from pathlib import Path

import pytest
from PIL import Image

from longshelf.demo import comics, epubs, pdfs
from longshelf.demo.zips import write_zip
from longshelf.errors import NotFound, Unreadable
from longshelf.media import pages
from longshelf.media.mime import UNKNOWN
from longshelf.model.records import Layer, Origin
from tests.media.items import located

SAYS = Layer(origin=Origin.EMBEDDED, title="Tidewatch", language="en")
PNG = b"\x89PNG\r\n\x1a\n"


def test_pages_come_in_natural_order_without_what_is_no_page(tmp_path: Path) -> None:
    names = ["p10.png", "p2.png", "P1.png", "__MACOSX/p3.png", ".hidden.png", "ComicInfo.xml", "a/p1.jpg", "p2b.PNG"]
    write_zip(tmp_path / "a.cbz", [(name, PNG + name.encode()) for name in names])
    place = located(tmp_path, "a.cbz")
    assert [page.name for page in pages.comic_pages(place)] == ["a/p1.jpg", "P1.png", "p2.png", "p2b.PNG", "p10.png"]
    assert pages.comic_page(place, 4).data == PNG + b"p10.png"


def test_the_type_of_a_page_is_what_its_bytes_are(tmp_path: Path) -> None:
    comics.write(tmp_path / "a.cbz", SAYS, [PNG, b"<svg onload=alert(1)>"])
    assert pages.comic_page(located(tmp_path, "a.cbz"), 0).mime == "image/png"
    assert pages.comic_page(located(tmp_path, "a.cbz"), 1).mime == "image/jpeg"


def test_a_page_outside_the_comic_is_not_found(tmp_path: Path) -> None:
    comics.write(tmp_path / "a.cbz", SAYS, [PNG])
    for number in (-1, 1, 10**9):
        with pytest.raises(NotFound):
            pages.comic_page(located(tmp_path, "a.cbz"), number)


def test_a_comic_that_is_none_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.cbz").write_bytes(b"<html>")
    with pytest.raises(Unreadable):
        pages.comic_pages(located(tmp_path, "a.cbz"))


def test_a_pdf_page_is_drawn_at_the_width_asked_for(tmp_path: Path) -> None:
    pdfs.write(tmp_path / "a.pdf", SAYS, Image.new("RGB", (60, 90), (200, 60, 40)), ["one", "two"])
    place = located(tmp_path, "a.pdf")
    assert pages.pdf_page_count(place) == 3
    drawn = pages.pdf_page(place, 0, 500)
    assert drawn.mime == "image/webp"
    image = Image.open(io.BytesIO(drawn.data))
    assert image.width == 500
    assert abs(image.convert("RGB").getpixel((250, 350))[0] - 200) < 8  # type: ignore[index]
    assert pages.pdf_page(place, 2, 1, "JPEG").data.startswith(b"\xff\xd8")
    assert Image.open(io.BytesIO(pages.pdf_page(place, 0, 10**6, "JPEG").data)).width <= pages.MAX_WIDTH
    with pytest.raises(NotFound):
        pages.pdf_page(place, 3, 500)


def test_a_damaged_pdf_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\ngarbage")
    with pytest.raises(Unreadable):
        pages.pdf_page(located(tmp_path, "a.pdf"), 0, 100)


def test_parts_of_a_book_are_found_as_links_name_them(tmp_path: Path) -> None:
    epubs.write(tmp_path / "a.epub", SAYS, texts=["Hello."])
    place = located(tmp_path, "a.epub")
    for href in ("OEBPS/text/chapter-01.xhtml", "OEBPS/./text/../text/chapter%2d01.xhtml#top", "OEBPS/text/chapter-01.xhtml?x=1"):
        part = pages.epub_resource(place, href)
        assert b"Hello." in part.data
        assert part.mime == "application/xhtml+xml"
    assert pages.epub_resource(place, "mimetype").mime == UNKNOWN


def test_the_spine_names_parts_that_can_be_asked_for(tmp_path: Path) -> None:
    epubs.write(tmp_path / "a.epub", SAYS, texts=["One.", "Two."])
    place = located(tmp_path, "a.epub")
    parts = [pages.epub_resource(place, section.href).data for section in pages.epub_spine(place)]
    assert any(b"One." in part for part in parts)


@pytest.mark.parametrize(
    "href", ["", ".", "..", "../a.epub", "/etc/passwd", "OEBPS/../../x", "OEBPS/nothing.css", "..\\x", "%2e%2e/x", "a\0b", "OEBPS"]
)
def test_nothing_else_is_found_in_a_book(tmp_path: Path, href: str) -> None:
    epubs.write(tmp_path / "a.epub", SAYS)
    with pytest.raises(NotFound):
        pages.epub_resource(located(tmp_path, "a.epub"), href)
