"""Whatever the bytes are, a parser answers with a Reading or with Unreadable: random, cut and changed files."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.errors import Unreadable
from longshelf.model.records import Layer
from longshelf.sources.folder.formats import comic, epub, pdf
from longshelf.sources.folder.reading import Parser, Reading
from longshelf.sources.folder.sidecars import comicinfo, opf
from tests.sources.folder.books import comic_info, write_comic, write_epub
from tests.sources.folder.books import opf as package
from tests.sources.folder.formats.test_archive import write_7z
from tests.sources.folder.formats.test_pdf import write_pdf

PACKAGE = package(
    '<dc:title id="t">T</dc:title><dc:creator opf:role="aut">A</dc:creator><meta refines="#t" property="title-type">main</meta>'
    '<meta property="belongs-to-collection" id="s">S</meta><meta refines="#s" property="group-position">1-3</meta>'
    "<dc:date>2004-03</dc:date>",
    '<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>',
)
NAV = '<html xmlns:epub="urn:x"><nav epub:type="toc"><ol><li><a href="a">One</a></li></ol></nav></html>'
INFO = "<Series>S</Series><Number>1-3</Number><Pages><Page Image='0' Type='FrontCover'/></Pages>"

SAMPLES: dict[str, tuple[Parser, Callable[[Path], Path]]] = {
    "epub": (epub.parse, lambda path: write_epub(path, PACKAGE, {"OEBPS/nav.xhtml": NAV})),
    "cbz": (comic.parse, lambda path: write_comic(path, INFO)),
    "cb7": (comic.parse, lambda path: write_7z(path, {"p1.png": b"x", "ComicInfo.xml": comic_info(INFO).encode()})),
    "pdf": (
        pdf.parse,
        lambda path: write_pdf(path, {"Title": "T", "Author": "A & B"}, more=["<</Type/Outlines>>"], catalogue="/Outlines 6 0 R"),
    ),
}
ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@cache
def sample(kind: str, folder: Path) -> bytes:
    return SAMPLES[kind][1](folder / f"sample.{kind}").read_bytes()


def answer(parser: Parser, path: Path) -> Reading | None:
    """The reading, which must survive the pipe to the writer, or None for Unreadable with a reason."""
    try:
        reading = parser(path)
    except Unreadable as error:
        _reason(error)
        return None
    msgspec.msgpack.encode((reading.kind, reading.facts, reading.layers, reading.warnings))
    return reading


def _reason(error: Unreadable) -> None:
    assert 0 < len(str(error)) <= 400


@pytest.mark.parametrize("kind", list(SAMPLES))
def test_the_samples_themselves_are_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(sample(kind, tmp_path))
    assert answer(SAMPLES[kind][0], path) is not None


@pytest.mark.parametrize("kind", list(SAMPLES))
@given(data=st.data())
@ANY
def test_a_changed_or_cut_file_gives_a_reading_or_a_reason(kind: str, tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(sample(kind, tmp_path))
    for _ in range(data.draw(st.integers(0, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw))) :]
    if data.draw(st.booleans()):
        start = data.draw(st.integers(0, len(raw)))
        raw[start:start] = data.draw(st.binary(max_size=50))
    path = tmp_path / "changed"
    path.write_bytes(raw)
    answer(SAMPLES[kind][0], path)


@pytest.mark.parametrize("kind", list(SAMPLES))
@given(
    start=st.sampled_from(
        [b"", b"PK\3\4", b"PK\5\6", b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c\x00\x04", b"%PDF-1.4\n"]
    ),
    noise=st.binary(max_size=400),
)
@ANY
def test_noise_gives_a_reason(kind: str, tmp_path: Path, start: bytes, noise: bytes) -> None:
    path = tmp_path / "noise"
    path.write_bytes(start + noise)
    answer(SAMPLES[kind][0], path)


def document(original: str) -> st.SearchStrategy[str]:
    """The document with pieces of it dropped, doubled or replaced by markup."""
    pieces = st.sampled_from(
        ["<", ">", "&", '"', "<![CDATA[", "]]>", "<!DOCTYPE a [", "&#0;", "&#x110000;", "\ud7ff", "\x00", "<meta>", "</", "x" * 50]
    )
    edit = st.tuples(st.integers(0, len(original)), st.integers(0, 40), pieces | st.text(max_size=5))
    return st.lists(edit, min_size=1, max_size=6).map(lambda edits: _edited(original, edits))


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    for place, length, piece in edits:
        text = text[:place] + piece + text[place + length :]
    return text


@given(text=document(PACKAGE), nav=document(NAV))
@ANY
def test_a_mangled_package_gives_a_reading_or_a_reason(tmp_path: Path, text: str, nav: str) -> None:
    path = write_epub(tmp_path / "x.epub", text.encode("utf-8", "replace"), {"OEBPS/nav.xhtml": nav.encode("utf-8", "replace")})
    answer(epub.parse, path)


@given(text=document(comic_info(INFO)))
@ANY
def test_a_mangled_comicinfo_never_costs_the_pages(tmp_path: Path, text: str) -> None:
    path = write_comic(tmp_path / "x.cbz", more={"ComicInfo.xml": text.encode("utf-8", "replace")})
    reading = answer(comic.parse, path)
    assert reading is not None
    assert reading.facts.pages == 3


@pytest.mark.parametrize("reader", [opf.read, comicinfo.read])
@given(noise=st.binary(max_size=200) | document(PACKAGE).map(lambda text: text.encode("utf-8", "replace")))
@ANY
def test_a_mangled_sidecar_gives_a_layer_or_a_reason(reader: Callable[[Path], Layer], tmp_path: Path, noise: bytes) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(noise)
    try:
        assert isinstance(reader(path), Layer)
    except Unreadable as error:
        _reason(error)


def test_an_archive_with_a_hundred_thousand_names_is_a_comic_within_its_bounds(tmp_path: Path) -> None:
    names = {f"{number:05d}.png": b"" for number in range(60_000)}
    reading = answer(comic.parse, write_comic(tmp_path / "many.cbz", INFO, pages=0, more=names))
    assert reading is not None
    assert reading.facts.pages == 60_000


def test_an_entity_bomb_in_a_book_is_inert(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = PACKAGE.replace("<package", f'<!DOCTYPE package [<!ENTITY l0 "boom">{levels}]><package', 1).replace(">T<", ">T&l11;<")
    reading = answer(epub.parse, write_epub(tmp_path / "bomb.epub", bomb))
    assert reading is None or len(reading.layers[0].title) < 100


def test_random_megabytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(os.urandom(3_000_000))
    assert answer(epub.parse, path) is None
    assert answer(comic.parse, path) is None
