"""The package document: every field from EPUB 2 and EPUB 3 spellings."""

from pathlib import Path

import pytest

from longshelf.model.kinds import EntityKind, Role
from tests.sources.folder.books import Book


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book.epub")


# --- titles ---


@pytest.mark.parametrize(
    ("metadata", "title", "subtitle", "sort_title"),
    [
        ("<dc:title>One</dc:title><dc:title>Two</dc:title>", "One", "", ""),
        ('<dc:title id="a">Sub</dc:title><dc:title id="b">Main</dc:title><meta refines="#b" property="title-type">main</meta>', "Main", "",
        ""),
        (
            '<dc:title id="a">Main</dc:title><meta refines="#a" property="title-type">main</meta>'
            '<meta refines="#a" property="file-as">Main, The</meta>'
            '<dc:title id="b">Sub</dc:title><meta refines="#b" property="title-type">subtitle</meta>'
            '<meta refines="#b" property="file-as">No</meta>',
            "Main", "Sub", "Main, The",
        ),
        ('<dc:title id="x">Short</dc:title><meta refines="#x" property="title-type">short</meta><dc:title>Plain</dc:title>', "Plain", "",
        ""),
        ('<dc:title id="subtitle">Sub</dc:title><dc:title id="title-main">Main</dc:title>', "Main", "Sub", ""),
        ('<dc:title opf:file-as="Title, A">A Title</dc:title>', "A Title", "", "Title, A"),
        ('<dc:title>A Title</dc:title><meta name="calibre:title_sort" content="Title, A"/>', "A Title", "", "Title, A"),
        ("<dc:title>  Spread\n   over lines </dc:title>", "Spread over lines", "", ""),
        ("<dc:title></dc:title><dc:title>Second</dc:title>", "Second", "", ""),
        ("<dc:Title>Old Case</dc:Title>", "Old Case", "", ""),
        ("<dc-metadata><dc:Title>OEB 1</dc:Title></dc-metadata>", "OEB 1", "", ""),
        ('<dc:title id="a">Only</dc:title><meta refines="#a" property="title-type">collection</meta>', "Only", "", ""),
        ("", "", "", ""),
    ],
)  # fmt: skip
def test_the_titles_are_told_apart(book: Book, metadata: str, title: str, subtitle: str, sort_title: str) -> None:
    layer = book.layer(metadata)
    assert (layer.title, layer.subtitle, layer.sort_title) == (title, subtitle, sort_title)


# --- persons ---


def test_every_creator_without_role_is_an_author(book: Book) -> None:
    metadata = "<dc:creator>One</dc:creator><dc:creator>Two</dc:creator><dc:creator>Three</dc:creator>"
    assert book.persons(metadata) == [("One", Role.AUTHOR, ""), ("Two", Role.AUTHOR, ""), ("Three", Role.AUTHOR, "")]


def test_roles_come_from_epub_2_attributes(book: Book) -> None:
    metadata = (
        '<dc:creator opf:role="aut" opf:file-as="Tolkien, J. R. R.">J. R. R. Tolkien</dc:creator>'
        '<dc:creator opf:role="ill">Alan Lee</dc:creator><dc:contributor opf:role="trl">A. Translator</dc:contributor>'
        '<dc:contributor opf:role="nrt">A. Voice</dc:contributor><dc:contributor>Somebody</dc:contributor>'
    )
    assert book.persons(metadata) == [
        ("J. R. R. Tolkien", Role.AUTHOR, "Tolkien, J. R. R."),
        ("Alan Lee", Role.ILLUSTRATOR, ""),
        ("A. Translator", Role.TRANSLATOR, ""),
        ("A. Voice", Role.NARRATOR, ""),
        ("Somebody", Role.CONTRIBUTOR, ""),
    ]


def test_roles_come_from_epub_3_refinements_and_may_be_several(book: Book) -> None:
    metadata = (
        '<dc:creator id="a">Ann</dc:creator><meta refines="#a" property="role" scheme="marc:relators">aut</meta>'
        '<meta refines="#a" property="role" scheme="marc:relators">ill</meta><meta refines="#a" property="file-as">Ann, The</meta>'
        '<dc:creator id="b">Ben</dc:creator><meta refines="#b" property="role">edt</meta>'
        "<dc:creator>Cid</dc:creator>"
    )
    assert book.persons(metadata) == [
        ("Ann", Role.AUTHOR, "Ann, The"),
        ("Ann", Role.ILLUSTRATOR, "Ann, The"),
        ("Ben", Role.EDITOR, ""),
        ("Cid", Role.AUTHOR, ""),
    ]


def test_an_unknown_role_makes_a_contributor_unless_nobody_else_wrote_it(book: Book) -> None:
    assert book.persons('<dc:creator opf:role="xyz">Ann</dc:creator>') == [("Ann", Role.AUTHOR, "")]
    assert book.persons('<dc:creator>Ben</dc:creator><dc:creator opf:role="xyz">Ann</dc:creator>')[1] == ("Ann", Role.CONTRIBUTOR, "")
    assert book.persons('<dc:creator opf:role="edt">Ann</dc:creator>') == [("Ann", Role.EDITOR, "")]


def test_programs_and_placeholders_are_not_persons(book: Book) -> None:
    metadata = (
        '<dc:creator>Unknown</dc:creator><dc:contributor opf:role="bkp">calibre (5.14.0) [https://calibre-ebook.com]</dc:contributor>'
        '<dc:contributor opf:role="bkp">A. Maker</dc:contributor><dc:contributor>unknown</dc:contributor>'
    )
    assert book.persons(metadata) == [("A. Maker", Role.CONTRIBUTOR, "")]


# --- series ---


@pytest.mark.parametrize(
    ("metadata", "series", "printed"),
    [
        ('<meta name="calibre:series" content="Saga"/><meta name="calibre:series_index" content="2.0"/>', [("Saga", 2)], "2"),
        ('<meta name="calibre:series_index" content="1.5"/><meta name="calibre:series" content="Saga"/>', [("Saga", 1.5)], "1.5"),
        ('<meta name="calibre:series" content="Saga"/>', [("Saga", None)], None),
        (
            '<meta property="belongs-to-collection" id="s">Saga</meta><meta refines="#s" property="collection-type">series</meta>'
            '<meta refines="#s" property="group-position">1-3</meta>',
            [("Saga", 1)], "1-3",
        ),
        (
            '<meta property="belongs-to-collection" id="a">One</meta><meta refines="#a" property="group-position">0</meta>'
            '<meta property="belongs-to-collection" id="b">Two</meta><meta refines="#b" property="group-position">-1</meta>',
            [("One", 0), ("Two", -1)], "0",
        ),
        (
            '<meta property="belongs-to-collection">Saga</meta>'
            '<meta name="calibre:series" content="SAGA"/><meta name="calibre:series_index" content="4"/>',
            [("SAGA", 4)], "4",
        ),
        (
            '<meta name="calibre:series" content="A"/><meta name="calibre:series_index" content="1"/>'
            '<meta name="calibre:series" content="B"/><meta name="calibre:series_index" content="2"/>',
            [("A", 1), ("B", 2)], "1",
        ),
        ('<meta name="calibre:series" content="Saga"/><meta name="calibre:series_index" content="Omnibus"/>', [("Saga", None)], "Omnibus"),
        ('<meta property="calibre:series">Saga</meta><meta property="calibre:series_index">1.10</meta>', [("Saga", 1.1)], "1.10"),
        ('<meta name="calibre:series" content=""/>', [], None),
    ],
)  # fmt: skip
def test_series_come_from_collections_and_from_calibre(book: Book, metadata: str, series: list[object], printed: str | None) -> None:
    assert book.series(metadata) == series
    assert book.layer(metadata).extra.get("series_number") == printed


# --- topics, publisher, dates, language, identifiers, prose ---


def test_subjects_are_genres_and_calibre_s_tags_are_tags(book: Book) -> None:
    subjects = "<dc:subject>Fantasy</dc:subject><dc:subject>fantasy</dc:subject><dc:subject>War -- Fiction</dc:subject>"
    assert book.names(EntityKind.GENRE, subjects) == ["Fantasy", "War -- Fiction"]
    assert book.names(EntityKind.TAG, subjects) == []
    with_tags = subjects + '<meta name="calibre:tags" content="read, favourite"/>'
    assert book.names(EntityKind.GENRE, with_tags) == ["Fantasy", "War -- Fiction"]
    assert book.names(EntityKind.TAG, with_tags) == ["read", "favourite"]


def test_an_imprint_goes_over_the_publisher(book: Book) -> None:
    assert book.names(EntityKind.PUBLISHER, "<dc:publisher>House</dc:publisher>") == ["House"]
    for imprint in ('<meta property="ibooks:imprint">Imprint</meta>', '<meta name="imprint" content="Imprint"/>'):
        layer = book.layer("<dc:publisher>House</dc:publisher>" + imprint)
        assert [credit.name for credit in layer.credits] == ["Imprint"]
        assert layer.extra["publisher"] == "House"


@pytest.mark.parametrize(
    ("metadata", "date"),
    [
        ("<dc:date>2004</dc:date>", "2004"),
        ("<dc:date>2004-03</dc:date>", "2004-03"),
        ("<dc:date>2004-03-01T00:00:00Z</dc:date>", "2004-03-01"),
        ('<dc:date opf:event="modification">2020-01-01</dc:date><dc:date opf:event="publication">1999-05</dc:date>', "1999-05"),
        ('<dc:date>2015-04-26</dc:date><dc:date opf:event="modification">2015-04-27</dc:date>', "2015-04-26"),
        ('<dc:date opf:event="modification">2015-04-27</dc:date>', "2015-04-27"),
        ('<dc:date>soon</dc:date><meta property="dcterms:issued">2011-02</meta>', "2011-02"),
        ('<meta property="dcterms:modified">2011-01-01T00:00:00Z</meta>', ""),
        ("<dc:date>0101-01-01T00:00:00+00:00</dc:date>", ""),
    ],
)  # fmt: skip
def test_the_date_is_the_publication(book: Book, metadata: str, date: str) -> None:
    assert book.layer(metadata).date == date


def test_the_language_is_the_first_that_is_one(book: Book) -> None:
    assert book.layer("<dc:language>und</dc:language><dc:language>pt_br</dc:language><dc:language>en</dc:language>").language == "pt-BR"


def test_identifiers_come_by_scheme_refinement_and_shape(book: Book) -> None:
    metadata = (
        '<dc:identifier opf:scheme="ISBN">0-306-40615-2</dc:identifier>'
        "<dc:identifier>urn:uuid:2C3272A4-731B-4348-909D-6F38B97B18EB</dc:identifier>"
        '<dc:identifier opf:scheme="MOBI-ASIN">B00ABCDEFG</dc:identifier><dc:identifier opf:scheme="GOOGLE">abcDEF</dc:identifier>'
        '<dc:identifier id="d">10.1000/182</dc:identifier><meta refines="#d" property="identifier-type" scheme="onix:codelist5">06</meta>'
    )
    assert book.layer(metadata).identifiers == {
        "isbn": "9780306406157",
        "isbn10": "0306406152",
        "uuid": "2c3272a4-731b-4348-909d-6f38b97b18eb",
        "mobi-asin": "B00ABCDEFG",
        "google": "abcDEF",
        "doi": "10.1000/182",
    }


def test_the_description_is_readable_text(book: Book) -> None:
    assert (
        book.layer("<dc:description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two &amp;amp; three&lt;/p&gt;</dc:description>").description
        == "One\n\nTwo & three"
    )
    assert book.layer('<dc:description><p xmlns="http://www.w3.org/1999/xhtml">One</p></dc:description>').description == "One"


@pytest.mark.parametrize(("stars", "rating"), [("8", 80), ("10.0", 100), ("0", None), ("11", None), ("x", None)])
def test_a_calibre_rating_counts_half_stars(book: Book, stars: str, rating: int | None) -> None:
    assert book.layer(f'<meta name="calibre:rating" content="{stars}"/>').rating == rating


def test_direction_and_layout_are_kept(book: Book) -> None:
    layer = book.layer(
        '<meta property="rendition:layout">pre-paginated</meta><dc:rights>CC0</dc:rights>',
        spine='<spine page-progression-direction="rtl"/>',
    )
    assert layer.extra == {"reading_direction": "rtl", "fixed_layout": True, "rights": "CC0"}
