"""Real files: what each says about itself, read by eye from its own documents, is what we say. Every file parses or says why not."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.sources.folder.formats import archive, comic, epub, pdf
from longshelf.sources.folder.reading import Parser, Reading
from longshelf.sources.folder.sidecars import comicinfo
from tests.support import corpora

pytestmark = [pytest.mark.corpora, corpora.present]

PARSERS: dict[str, Parser] = {
    ".epub": epub.parse, ".pdf": pdf.parse, ".cbz": comic.parse, ".cbr": comic.parse, ".zip": comic.parse, ".rar": comic.parse,
    ".7z": comic.parse,
}  # fmt: skip
A, C = Role.AUTHOR, Role.CONTRIBUTOR


@dataclass(frozen=True)
class Truth:
    """What a file says. `chapters` is how many entries its table of contents has, `cover` the member that is its cover."""

    path: str
    title: str
    persons: list[tuple[str, Role, str]] = field(default_factory=list)
    series: list[tuple[str, float | None]] = field(default_factory=list)
    date: str = ""
    language: str = ""
    identifiers: dict[str, str] = field(default_factory=dict)
    chapters: int = 0
    pages: int | None = None
    cover: str | None = None
    subtitle: str = ""
    sort_title: str = ""
    genres: list[str] = field(default_factory=list)
    publisher: list[str] = field(default_factory=list)


SCHEMBER = [("John Schember", A, "Schember, John")]
AOKI = [("Osamu Aoki", A, "")]
QUICK_START = "2c3272a4-731b-4348-909d-6f38b97b18eb"
DEBMAKE = "epub/debian-debmake-doc/usr/share/doc/debmake-doc/debmake-doc"
LIVE = "epub/debian-live-manual/usr/share/doc/live-manual/epub/live-manual"
GUIDE = "epub/debian-ubuntu-packaging-guide/ubuntu-packaging-guide-epub"
IDPF = "epub/idpf-samples/idpf__"
W3C = "epub/w3c-epub-tests/w3c__"


def live(code: str, title: str, author: str, uuid: str, chapters: int = 190) -> Truth:
    mail = "<debian-live@lists.debian.org>"
    person = author if author.endswith(">") else f"{author} {mail}"
    identifiers = {"uri": f"debian-live.alioth.debian.org/manual/epub/live-manual.{code}.epub", "uuid": uuid}
    return Truth(f"{LIVE}.{code}.epub", title, [(person, A, person)], [], "2015-09-22", code, identifiers, chapters)


def guide(folder: str, language: str) -> Truth:
    path = f"{GUIDE}{folder}/usr/share/doc/ubuntu-packaging-guide-epub{folder}/ubuntu-packaging-guide.epub"
    return Truth(
        path, "Ubuntu Packaging Guide", [("Ubuntu Developers", A, "")], [], "2021-10-24", language, {}, 115, publisher=["Ubuntu Developers"]
    )


def w3c(name: str, *authors: str, date: str, chapters: int = 1, title: str = "", series: str = "", language: str = "en") -> Truth:
    persons = [(author, A, "") for author in authors]
    numbered: list[tuple[str, float | None]] = [(series, None)] if series else []
    return Truth(f"{W3C}{name}.epub", title or name, persons, numbered, date, language, {"id": name}, chapters, publisher=["W3C"])


TRUTHS = [
    Truth("epub/calibre-quickstart/eng.epub", "Quick Start Guide", SCHEMBER, [],
    "", "en", {"uuid": QUICK_START}, 22, cover="images/cover.jpg"),
    Truth(
        "epub/calibre-quickstart/ita.epub", "Guida rapida", SCHEMBER, [], "2015-04-26", "it",
        {"uuid": QUICK_START, "calibre": "53f5e24a-3dbc-491a-8f43-98baf038e259"}, 22, cover="images/cover.jpg", sort_title="Guida rapida",
        genres=["calibre", "Guida"],
    ),
    Truth(
        "epub/calibre-quickstart/swe.epub", "Snabbstartguide", SCHEMBER, [], "", "sv",
        {"uuid": QUICK_START, "calibre": "65eb16e8-fffc-45df-b368-0c506aa68444"}, 22, cover="images/cover.jpg",
        sort_title="Snabbstartguide",
    ),
    Truth(f"{DEBMAKE}.ja.epub", "Debian メンテナー用ガイド", AOKI, [], "2022-05-09", "en", {"id": "_idm44822197033392"}, 160),
    Truth(f"{DEBMAKE}.ru.epub", "Руководство для сопровождающих Debian", AOKI, [], "2022-05-09", "en", {"id": "_idm45956337587952"}, 160),
    live("de", "Live Systems Handbuch", "Live Systems Projekt", "e80aa2c7973217c810858ae2c7aaa6635f8f6d08a10c343ef97b292e6b9b4a65"),
    live("es", "Manual de Live Systems", "Proyecto Live Systems", "5f97fcd2d8927ecc65a5e570e8b0e39e530394309eeef1ee10c79e139295fddc"),
    live("ja", "Live システムマニュアル", "Live システムプロジェクト", "87360777348fadb433e6eaaf0cd744f3a44fbe846ca5d11d9c9471f31d12fef9"),
    live("pl", "Podręcznik Systemów Live", "Projekt Systemów Live<debian-live@lists.debian.org>",
    "cd3a24604a694942edfd75157f5658bec2edfb5ced4255401e3c6b74300b78bc", 191),
    live("ro", "Manualul Live Systems", "Proiectul Live Systems", "e10895645895bfd4f18c0d5702c7ad7d3fa880a086801dc459ebf5bfab2e8273"),
    Truth(
        "epub/debian-devref/usr/share/developers-reference/developers-reference.epub", "developers-reference",
        [("Developer's Reference Team", A, "")], [], "2023-03-06", "en", {}, 225, publisher=["Developer's Reference Team"],
    ),
    guide("", "en"), guide("-de", "de"), guide("-es", "es"), guide("-fr", "fr"), guide("-pt-br", "pt-BR"), guide("-ru", "ru"),
    Truth(
        f"{IDPF}childrens-literature.epub", "Children's Literature",
        [("Charles Madison Curry", A, "Curry, Charles Madison"), ("Erle Elsworth Clippinger", A, "Clippinger, Erle Elsworth")], [],
        "2008-05-20", "en", {"uri": "http://www.gutenberg.org/ebooks/25545"}, 31, 92, "EPUB/images/cover.png",
        "A Textbook of Sources for Teachers and Teacher-Training Classes",
        genres=["Children -- Books and reading", "Children's literature -- Study and teaching"],
    ),
    Truth(
        f"{IDPF}linear-algebra.epub", "A First Course in Linear Algebra", [("Robert A. Beezer", A, "")], [], "", "en",
        {"id": "code.google.com.epub-samples.linear-algebra"}, 94,
    ),
    Truth(
        f"{IDPF}wasteland-woff.epub", "The Waste Land", [("T.S. Eliot", A, "")], [], "2011-09-01", "en-US",
        {"id": "code.google.com.epub-samples.wasteland-woff"}, 6, cover="EPUB/wasteland-cover.jpg",
    ),
    Truth(
        f"{IDPF}quiz-bindings.epub", "Basic Quiz", [("E.L. Starr", A, "")], [], "2012-01-17", "en-US",
        {"id": "code.google.com.epub-samples.basic-quiz"}, 1, cover="EPUB/images/cover.jpg",
    ),
    Truth(
        f"{IDPF}svg-in-spine.epub", "SVG in Spine", [("ePub Sample project", A, ""), ("Takeshi Kanai", C, "")], [], "", "en-US",
        {"id": "code.google.com.epub-samples.svg-in-spine"}, 3, cover="OPS/Images/cover.svg", publisher=["ePub Sample"],
    ),
    Truth(
        "epub/standardebooks/se__.epub", "The Adventures of Sherlock Holmes",
        [
            ("Arthur Conan Doyle", A, "Doyle, Arthur Conan"), ("The League of Moveable Type", C, "League of Moveable Type, The"),
            ("Thomas Eakins", Role.ARTIST, "Eakins, Thomas"), ("Anonymous", C, "Anonymous"), ("Jose Menendez", C, "Menendez, Jose"),
            ("David Grigg", C, "Grigg, David"), ("David Grigg", Role.COVER_ARTIST, "Grigg, David"), ("Alex Cabal", C, "Cabal, Alex"),
        ],
        [("Sherlock Holmes", 3)], "2018-05-08", "en-GB",
        {"uri": "https://standardebooks.org/ebooks/arthur-conan-doyle/the-adventures-of-sherlock-holmes"}, 19,
        cover="epub/images/cover.svg",
        sort_title="Adventures of Sherlock Holmes, The",
        genres=["Holmes, Sherlock (Fictitious character) -- Fiction", "Private investigators -- England -- Fiction",
        "Detective and mystery stories, English"],
        publisher=["Standard Ebooks"],
    ),
    Truth("epub/epubcheck/ec__stress.epub", "Stress Test", [], [], "2012-10-01", "la", {"uuid": "999e8000-e29b-41d4-a716-446667441231"}, 1),
    Truth(
        "epub/epubcheck/ec__epub2__files__epub__opf-metadata-creator-role-clr-valid.epub", "Minimal EPUB 2.0",
        [("Bill Crabtree", Role.COLORIST, "Crabtree, Bill")], [], "", "en", {"id": "NOID"}, 1,
    ),
    Truth("epub/epubcheck/ec__epub3__test-files-unused__content-page-list-valid.epub", "Minimal EPUB 3.0", [], [],
    "", "en", {"id": "NOID"}, 1, 1),
    w3c("pkg-creator-order", "Dave Cramer", "Wendy Reid", "Dan Lazin", "Ivan Herman", "Brady Duga", date="2021-01-11"),
    w3c("pkg-dir_rtl-root-ltr", "Ivan Herman", date="2021-09-22", title="CSS: הרפתקה חדשה!"),
    w3c("pkg-dir_unset-root-rtl", "Ivan Herman", date="2021-09-22", title="CSS: مغامرة جديدة!", language="ar"),
    w3c("pkg-linked-records", "Matthew Chan", date="2021-10-21", title="Package metadata title!", series="should"),
    w3c("css-epub-writing-mode", "Wendy Reid", date="2022-03-02", series="should"),
    w3c("cnt-css-fonts_woff2", "Dan Lazin", "Ivan Herman", date="2022-05-13"),
    w3c("scr-support_scrolled-doc", "Ivan Herman", date="2022-06-02", chapters=4),
    Truth(
        "pdf/debian/debmake-doc/usr/share/doc/debmake-doc/debmake-doc.en.pdf", "Guide for Debian Maintainers", AOKI, [],
        "2022-05-09", "", {}, 158, 143, "0",
    ),
    Truth("pdf/pikepdf/pdfa/graph_ocred.pdf", "Example graph", [("SmokeyJoe", A, "")], [], "2022-08-11", "", {}, 0, 1, "0"),
    Truth("pdf/pikepdf/outlines.pdf", "", [], [], "2020-03-03", "", {}, 9, 2, "0"),
    Truth("pdf/pikepdf/image-mono-inline.pdf", "", [], [], "2018-05-23", "", {}, 0, 1, "0"),
]  # fmt: skip


def reading_of(path: Path) -> Reading:
    return PARSERS[path.suffix](path)


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: Path(truth.path).stem)
def test_what_a_file_says_about_itself_is_what_we_say(truth: Truth) -> None:
    reading = reading_of(corpora.find(truth.path))
    layer = reading.layers[0]
    credits = {kind: [each for each in layer.credits if each.kind is kind] for kind in EntityKind}
    said = Truth(
        path=truth.path,
        title=layer.title,
        persons=[(each.name, each.role, each.sort_name) for each in credits[EntityKind.PERSON]],
        series=[(each.name, each.position) for each in credits[EntityKind.SERIES]],
        date=layer.date,
        language=layer.language,
        identifiers=layer.identifiers,
        chapters=len(layer.chapters),
        pages=reading.facts.pages,
        cover=layer.cover.name if layer.cover else None,
        subtitle=layer.subtitle,
        sort_title=layer.sort_title,
        genres=[each.name for each in credits[EntityKind.GENRE]],
        publisher=[each.name for each in credits[EntityKind.PUBLISHER]],
    )
    assert said == truth


@pytest.mark.parametrize("name", ["Captain Science #001.cbz", "Captain Science #001-cix-cbi.cbr"])
def test_a_comic_in_either_family_says_the_same(name: str) -> None:
    reading = reading_of(corpora.find(f"comic/comicbox/{name}"))
    layer = reading.layers[0]
    assert (layer.title, layer.date, layer.language, layer.age_rating) == ("The Beginning; The End", "1950-11-01", "en", 13)
    assert [(each.kind.value, each.name, each.role.value, each.position) for each in layer.credits] == [
        ("series", "Captain Science", "", 1), ("series", "Captain Science Alternate", "", 1), ("person", "Joe Orlando", "writer", None),
        ("person", "Wally Wood", "penciller", None), ("person", "Wally Wood", "inker", None), ("group", "Captain Arc", "", 4),
        ("group", "Other Arc", "", 2), ("genre", "Science Fiction", "", None), ("publisher", "Youthful Adventure Stories", "", None),
    ]  # fmt: skip
    assert layer.identifiers == {"comicvine": "145269"}
    assert reading.facts.pages == 5
    assert layer.cover is not None
    assert layer.cover.name == "Captain Science 001/CaptainScience#1_01.jpg"


@pytest.mark.parametrize("name", ["comicinfo.xml", "comicinfo-original.xml", "metroninfo.xml", "CoMet.xml"])
def test_every_dialect_tells_the_same_story(name: str) -> None:
    layer = comicinfo.read(corpora.find(f"comic/comicbox/Captain Science 001/{name}"))
    assert next(each.name for each in layer.credits if each.kind is EntityKind.SERIES) == "Captain Science"
    assert ("Joe Orlando", Role.WRITER) in [(each.name, each.role) for each in layer.credits]
    assert ("Wally Wood", Role.PENCILLER) in [(each.name, each.role) for each in layer.credits]
    assert layer.identifiers["comicvine"] == "145269"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("rar4.rar", 3), ("rar5-solid.rar", 3), ("zip-deflate64.zip", 1),
        ("rar4-solid.rar", "solid RAR 4"), ("rar5-encrypted.rar", "password"), ("zip-encrypted.zip", "password"),
        ("7zip-encrypted.7z", "password"),
    ],
)  # fmt: skip
def test_every_family_of_archive_gives_pages_or_a_reason(name: str, answer: int | str) -> None:
    path = corpora.find(f"comic/komga/komga/src/test/resources/archives/{name}")
    if isinstance(answer, str):
        with pytest.raises(Unreadable, match=answer):
            reading_of(path)
        return
    assert reading_of(path).facts.pages == answer
    for page in archive.pages(path):
        assert archive.read_member(path, page).startswith(b"\x89PNG")


def test_every_file_parses_or_says_why_not() -> None:
    paths = corpora.files("epub", *PARSERS) + corpora.files("comic", *PARSERS) + corpora.files("pdf", *PARSERS)
    assert sum(map(parses, paths)) > len(paths) * 0.9


def parses(path: Path) -> bool:
    """Anything but a Reading or Unreadable fails the test that asks."""
    try:
        return bool(reading_of(path).layers)
    except Unreadable:
        return False


def test_every_cover_and_chapter_of_an_epub_leads_somewhere() -> None:
    astray = 0
    for path in (
        corpora.files("epub/debian-live-manual", ".epub")
        + corpora.files("epub/idpf-samples", ".epub")
        + corpora.files("epub/calibre-quickstart", ".epub")
    ):
        layer = epub.parse(path).layers[0]
        with zipfile.ZipFile(path) as book:
            names = set(book.namelist())
        places = [chapter.href.partition("#")[0] for chapter in layer.chapters if chapter.href]
        astray += sum(place not in names for place in places)
        assert layer.cover is None or layer.cover.name in names
        assert places
    assert astray == 0
