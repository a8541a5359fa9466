"""EPUB: covers, contents and containers, and books that are broken in the ways books are."""

from pathlib import Path

import pytest

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover, Credit, Layer, Origin
from longshelf.sources.folder.formats import epub
from longshelf.sources.folder.reading import MAX_TEXT
from tests.sources.folder.books import CONTAINER, TITLE, Book, Members, opf, write_epub, write_zip


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book.epub")


def test_a_minimal_book_is_a_book(book: Book) -> None:
    reading = book.reading()
    assert reading.kind is ItemKind.BOOK
    assert reading.facts.mime == "application/epub+zip"
    assert reading.facts.pages is None
    assert reading.layers == (Layer(origin=Origin.EMBEDDED, title="T"),)
    assert reading.warnings == ()


# --- covers ---

JPG = 'media-type="image/jpeg"'


@pytest.mark.parametrize(
    ("metadata", "manifest", "guide", "cover"),
    [
        ("", f'<item id="x" href="a.jpg" {JPG}/><item id="y" href="b.jpg" {JPG} properties="cover-image"/>', "", "OEBPS/b.jpg"),
        ('<meta name="cover" content="x"/>', f'<item id="x" href="a.jpg" {JPG}/>', "", "OEBPS/a.jpg"),
        ('<meta name="cover" content="a.jpg"/>', "", "", "OEBPS/a.jpg"),
        ("", f'<item id="cover-image" href="a.jpg" {JPG}/><item id="y" href="b.jpg" {JPG}/>', "", "OEBPS/a.jpg"),
        ("", f'<item id="y" href="sub/Cover.jpg" {JPG}/>', "", "OEBPS/sub/Cover.jpg"),
        ("", f'<item id="y" href="caf%C3%A9.jpg" {JPG} properties="cover-image"/>', "", "OEBPS/café.jpg"),
        ("", f'<item id="y" href="../top.jpg" {JPG} properties="cover-image"/>', "", "top.jpg"),
        ("", f'<item id="y" href="../../../top.jpg" {JPG} properties="cover-image"/>', "", "top.jpg"),
        ("", f'<item id="y" href="gone.jpg" {JPG} properties="cover-image"/><item id="cover" href="a.jpg" {JPG}/>', "", "OEBPS/a.jpg"),
        ("", "", '<guide><reference type="cover" href="cover.xhtml"/></guide>', "OEBPS/b.jpg"),
        ("", "", '<guide><reference type="cover" href="a.jpg"/></guide>', "OEBPS/a.jpg"),
        ("", f'<item id="y" href="a.jpg" {JPG}/>', "", None),
    ],
)  # fmt: skip
def test_the_cover_is_named_and_really_there(book: Book, metadata: str, manifest: str, guide: str, cover: str | None) -> None:
    more = {f"OEBPS/{name}": b"" for name in ("a.jpg", "b.jpg", "sub/Cover.jpg", "café.jpg")}
    page = '<html><body><svg><image xlink:href="b.jpg"/></svg></body></html>'
    layer = book.layer(metadata, manifest, {**more, "top.jpg": b"", "OEBPS/cover.xhtml": page}, guide=guide)
    assert layer.cover == (Cover("member", cover) if cover else None)


# --- tables of contents ---

NAV = '<item id="nav" href="nav/nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
NCX = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
NCX_TEXT = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
    '<navPoint><navLabel><text>One</text></navLabel><content src="a.xhtml"/>'
    '<navPoint><navLabel><text>Inner</text></navLabel><content src="a.xhtml#i"/></navPoint></navPoint>'
    '<navPoint><navLabel><text>Two</text></navLabel><content src="text/b%20c.xhtml"/></navPoint></navMap>'
    '<pageList><pageTarget/><pageTarget/></pageList></ncx>'
)  # fmt: skip


def nav(inner: str) -> str:
    return f'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>{inner}</body></html>'


def test_the_navigation_document_is_read_with_its_nesting(book: Book) -> None:
    text = nav(
        '<nav epub:type="landmarks"><ol><li><a href="x">No</a></li></ol></nav><nav epub:type="toc"><h1>Contents</h1><ol>'
        '<li><a href="../a.xhtml">One</a><ol><li><a href="../a.xhtml#i"><b>In</b>ner</a></li></ol></li>'
        '<li><span>Part</span><ol><li><a href="b.xhtml">Two&nbsp;B</a></li></ol></li><li><a href="c"><img alt="Picture"/></a></li></ol>'
        "</nav>"
        '<nav epub:type="page-list"><ol><li><a href="a#1">1</a></li><li><a href="a#2">2</a></li><li><a href="a#3">3</a></li></ol></nav>'
    )
    reading = book.reading(manifest=NAV + NCX, more={"OEBPS/nav/nav.xhtml": text, "OEBPS/toc.ncx": NCX_TEXT})
    assert reading.layers[0].chapters == (
        Chapter("One", href="OEBPS/a.xhtml"),
        Chapter("Inner", href="OEBPS/a.xhtml#i", level=1),
        Chapter("Part", href=""),
        Chapter("Two B", href="OEBPS/nav/b.xhtml", level=1),
        Chapter("Picture", href="OEBPS/nav/c"),
    )
    assert reading.facts.pages == 3


@pytest.mark.parametrize("navigation", ["", NAV])
def test_the_ncx_is_read_where_there_is_no_other(book: Book, navigation: str) -> None:
    reading = book.reading(
        manifest=navigation + NCX, more={"OEBPS/nav/nav.xhtml": nav(""), "OEBPS/toc.ncx": NCX_TEXT}, spine='<spine toc="ncx"/>'
    )
    assert reading.layers[0].chapters == (
        Chapter("One", href="OEBPS/a.xhtml"),
        Chapter("Inner", href="OEBPS/a.xhtml#i", level=1),
        Chapter("Two", href="OEBPS/text/b c.xhtml"),
    )
    assert reading.facts.pages == 2
    assert reading.warnings == ()


def test_a_table_of_contents_that_is_missing_or_broken_is_a_warning(book: Book) -> None:
    assert "is missing" in book.reading(manifest=NCX).warnings[0]
    assert "cannot be read" in book.reading(manifest=NCX, more={"OEBPS/toc.ncx": b"\x00"}).warnings[0]


def test_deep_nesting_ends_somewhere(book: Book) -> None:
    text = nav('<nav epub:type="toc">' + '<ol><li><a href="x">deep</a>' * 200)
    chapters = book.layer(manifest=NAV, more={"OEBPS/nav/nav.xhtml": text}).chapters
    assert 0 < len(chapters) <= 100


# --- containers ---


def test_the_package_is_found_through_the_container_not_by_its_name(book: Book) -> None:
    write_epub(book.path, opf("<dc:title>Right</dc:title>"), {"a.opf": opf("<dc:title>Wrong</dc:title>")}, name="z/right.opf")
    reading = epub.parse(book.path)
    assert reading.layers[0].title == "Right"
    assert reading.warnings == ()


def test_the_container_s_path_may_be_percent_encoded_or_differ_in_case(book: Book) -> None:
    for written, real in (("My%20Book/c.opf", "My Book/c.opf"), ("oebps/Content.opf", "OEBPS/content.opf"), ("/top.opf", "top.opf")):
        write_zip(book.path, {"META-INF/container.xml": CONTAINER.format(name=written), real: opf(TITLE)})
        assert epub.parse(book.path).layers[0].title == "T"


@pytest.mark.parametrize(
    ("container", "why"),
    [
        (None, "META-INF/container.xml is missing"),
        (CONTAINER.format(name="gone.opf"), "names a missing file"),
        ("<container/>", "names no package document"),
        ("\x00", "is not XML"),
    ],
)
def test_a_book_without_a_useful_container_is_read_from_its_opf_with_a_warning(book: Book, container: str | None, why: str) -> None:
    members = {"OEBPS/content.opf": opf(TITLE)}
    if container is not None:
        members["META-INF/container.xml"] = container
    reading = epub.parse(write_zip(book.path, members))
    assert reading.layers[0].title == "T"
    assert why in reading.warnings[-1]


def test_a_package_in_another_encoding_or_not_well_formed_is_read(book: Book) -> None:
    latin = opf("<dc:title>Café</dc:title>").replace("utf-8", "iso-8859-1").encode("latin-1")
    assert epub.parse(write_epub(book.path, latin)).layers[0].title == "Café"
    broken = opf("<dc:title>Tom & Jerry</dc:title>")
    reading = epub.parse(write_epub(book.path, broken))
    assert reading.layers[0].title.startswith("Tom")
    assert "not well-formed" in reading.warnings[0]
    prefixless = opf(TITLE + '<dc:creator opf:role="trl">Ann</dc:creator>').replace('xmlns:opf="http://www.idpf.org/2007/opf"', "")
    layer = epub.parse(write_epub(book.path, prefixless)).layers[0]
    assert layer.credits == (Credit(EntityKind.PERSON, "Ann", Role.TRANSLATOR),)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"a.txt": b"x"}, "no package document"),
        ({"content.opf": b""}, "not XML"),
        ({"content.opf": b"<html/>"}, "not an OPF package"),
        ({"content.opf": b"<package>" + b" " * MAX_TEXT}, "larger than 16 MB"),
    ],
)
def test_what_is_no_book_is_unreadable_with_a_reason(book: Book, members: Members, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        epub.parse(write_zip(book.path, members))


@pytest.mark.parametrize("content", [b"", b"<html>not a zip</html>", b"PK\3\4" + bytes(3_000)])
def test_what_is_no_zip_is_unreadable(book: Book, content: bytes) -> None:
    book.path.write_bytes(content)
    with pytest.raises(Unreadable):
        epub.parse(book.path)


def encryption(*algorithms: str) -> str:
    entries = "".join(f'<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/></enc:EncryptedData>' for algorithm in algorithms)
    names = 'xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#"'
    return f"<encryption {names}>{entries}</encryption>"


def test_a_protected_book_still_says_who_it_is(book: Book) -> None:
    reading = book.reading(more={"META-INF/encryption.xml": encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")})
    assert reading.layers[0].title == "T"
    assert "DRM" in reading.warnings[0]


def test_scrambled_fonts_are_not_protection(book: Book) -> None:
    fonts = encryption("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
    assert book.reading(more={"META-INF/encryption.xml": fonts}).warnings == ()


# --- reading order ---


def test_the_spine_is_the_reading_order_with_titles_from_the_contents(tmp_path: Path) -> None:
    page = '<item id="{0}" href="{0}.xhtml" media-type="application/xhtml+xml"/>'
    manifest = NAV + "".join(page.format(name) for name in ("a", "b", "note", "gone"))
    order = ("b", "note", "a", "gone", "?")
    refs = "".join('<itemref idref="{}" linear="{}"/>'.format(name, "no" if name == "note" else "yes") for name in order)
    toc = '<nav epub:type="toc"><ol><li><a href="../a.xhtml#x">Part A</a></li></ol></nav>'
    nav = f'<html xmlns:epub="http://www.idpf.org/2007/ops">{toc}</html>'
    members = {"OEBPS/a.xhtml": "", "OEBPS/b.xhtml": "", "OEBPS/note.xhtml": "", "OEBPS/nav/nav.xhtml": nav}
    path = write_epub(tmp_path / "a.epub", opf(TITLE, manifest, f"<spine>{refs}</spine>"), members)
    assert [(part.href, part.title) for part in epub.spine(path)] == [("OEBPS/b.xhtml", ""), ("OEBPS/a.xhtml", "Part A")]
