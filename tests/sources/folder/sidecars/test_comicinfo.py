"""ComicInfo.xml field by field, and its dialects."""

from pathlib import Path

import pytest

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Chapter, Credit, Layer, Origin
from longshelf.sources.folder.sidecars import comicdialects, comicinfo
from tests.sources.folder.books import comic_info


def read(tmp_path: Path, text: str) -> Layer:
    path = tmp_path / "ComicInfo.xml"
    path.write_text(text)
    return comicinfo.read(path)


def test_every_field_is_read(tmp_path: Path) -> None:
    layer = read(
        tmp_path,
        comic_info(
            "<Title>The Beginning</Title><Series>Saga</Series><Number>1.5</Number><Count>7</Count><Volume>2012</Volume>"
            "<AlternateSeries>Other</AlternateSeries><AlternateNumber>3</AlternateNumber><Summary>&lt;p&gt;Once.&lt;/p&gt;</Summary>"
            "<Year>2012</Year><Month>3</Month><Day>14</Day><Writer>Ann A., Ben B.</Writer><Penciller>Cid</Penciller><Inker>Dan</Inker>"
            "<Colorist>Eve</Colorist><Letterer>Fay</Letterer><CoverArtist>Gus</CoverArtist><Editor>Hal</Editor><Translator>Ida</Translator>"
            "<Publisher>House</Publisher><Imprint>Imprint</Imprint><Genre>Science Fiction, War</Genre><Tags>space; robots</Tags>"
            "<Web>https://comicvine.gamespot.com/c/4000-145269/ https://example.org/a</Web><LanguageISO>en-US</LanguageISO>"
            "<Format>Annual</Format>"
            "<AgeRating>Mature 17+</AgeRating><CommunityRating>4.5</CommunityRating><Manga>YesAndRightToLeft</Manga>"
            "<BlackAndWhite>Yes</BlackAndWhite>"
            "<Characters>X, Y</Characters><Teams>T</Teams><Locations>L</Locations><StoryArc>Arc One,Arc Two</StoryArc>"
            "<StoryArcNumber>4,2</StoryArcNumber>"
            "<SeriesGroup>Universe</SeriesGroup><GTIN>978-0-306-40615-7</GTIN><Pages><Page Image='3' Bookmark='Part 2'/></Pages>"
        ),
    )
    person, genre, tag = EntityKind.PERSON, EntityKind.GENRE, EntityKind.TAG
    assert layer == Layer(
        origin=Origin.SIDECAR,
        title="The Beginning",
        description="Once.",
        date="2012-03-14",
        language="en-US",
        rating=90,
        age_rating=17,
        credits=(
            Credit(EntityKind.SERIES, "Saga", position=1.5), Credit(EntityKind.SERIES, "Other", position=3),
            Credit(person, "Ann A.", Role.WRITER), Credit(person, "Ben B.", Role.WRITER), Credit(person, "Cid", Role.PENCILLER),
            Credit(person, "Dan", Role.INKER), Credit(person, "Eve", Role.COLORIST), Credit(person, "Fay", Role.LETTERER),
            Credit(person, "Gus", Role.COVER_ARTIST), Credit(person, "Hal", Role.EDITOR), Credit(person, "Ida", Role.TRANSLATOR),
            Credit(EntityKind.GROUP, "Arc One", position=4), Credit(EntityKind.GROUP, "Arc Two", position=2),
            Credit(EntityKind.GROUP, "Universe"),
            Credit(genre, "Science Fiction"), Credit(genre, "War"), Credit(tag, "space"), Credit(tag, "robots"),
            Credit(EntityKind.PUBLISHER, "Imprint"),
        ),
        identifiers={"isbn": "9780306406157", "comicvine": "145269", "uri": "https://example.org/a"},
        chapters=(Chapter("Part 2", page=3),),
        extra={
            "series_number": "1.5", "volume": 2012, "series_count": 7, "characters": ["X", "Y"], "teams": ["T"], "locations": ["L"],
            "publisher": "House", "format": "Annual", "manga": True, "reading_direction": "rtl", "black_and_white": True,
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("inner", "position", "printed", "volume"),
    [
        ("<Number>0</Number>", 0, "0", None),
        ("<Number>-1</Number>", -1, "-1", None),
        ("<Number>1-3</Number>", 1, "1-3", None),
        ("<Number>1.10</Number><Volume>2</Volume>", 1.1, "1.10", 2),
        ("<Number>½</Number>", 0.5, "½", None),
        ("<Volume>4</Volume>", 4, "4", 4),
        ("<Volume>1950</Volume>", None, None, 1950),
        ("<Number>Omnibus</Number><Volume>4</Volume>", None, "Omnibus", 4),
        ("", None, None, None),
    ],
)
def test_a_number_is_not_a_volume(tmp_path: Path, inner: str, position: float | None, printed: str | None, volume: int | None) -> None:
    layer = read(tmp_path, comic_info(f"<Series>S</Series>{inner}"))
    assert layer.credits == (Credit(EntityKind.SERIES, "S", position=position),)
    assert (layer.extra.get("series_number"), layer.extra.get("volume")) == (printed, volume)


@pytest.mark.parametrize(
    ("word", "years"),
    [
        ("Everyone", 0), ("G", 0), ("Early Childhood", 3), ("Kids to Adults", 6), ("PG", 8), ("Everyone 10+", 10), ("Teen", 13),
        ("MA15+", 15),
        ("M", 17), ("Mature 17+", 17), ("R18+", 18), ("X18+", 18), ("Adults Only 18+", 18), ("16+", 16), ("12", 12),
        ("Unknown", None), ("Rating Pending", None), ("99", None), ("", None),
    ],
)  # fmt: skip
def test_age_ratings_are_years(tmp_path: Path, word: str, years: int | None) -> None:
    assert read(tmp_path, comic_info(f"<AgeRating>{word}</AgeRating>")).age_rating == years


@pytest.mark.parametrize(("stars", "rating"), [("0", 0), ("2.5", 50), ("5", 100), ("5.5", None), ("-1", None), ("good", None)])
def test_community_ratings_are_percent(tmp_path: Path, stars: str, rating: int | None) -> None:
    assert read(tmp_path, comic_info(f"<CommunityRating>{stars}</CommunityRating>")).rating == rating


@pytest.mark.parametrize(
    ("inner", "date"),
    [
        ("<Year>2012</Year>", "2012"), ("<Year>2012</Year><Month>3</Month>", "2012-03"), ("<Year>2012</Year><Day>3</Day>", "2012"),
        ("<Year>2012</Year><Month>13</Month>", "2012"), ("<Year>2012</Year><Month>2</Month><Day>30</Day>", "2012-02"),
        ("<Month>3</Month>", ""),
        ("<Year>-1</Year>", ""),
    ],
)  # fmt: skip
def test_a_date_is_as_precise_as_it_is_valid(tmp_path: Path, inner: str, date: str) -> None:
    assert read(tmp_path, comic_info(inner)).date == date


def test_the_first_element_of_a_name_counts(tmp_path: Path) -> None:
    assert read(tmp_path, comic_info("<Title></Title><Title>One</Title><Title>Two</Title>")).title == "One"


def test_a_comic_vine_number_in_the_notes_is_found(tmp_path: Path) -> None:
    for notes in ("Tagged with X [Issue ID 145269]", "Scraped [CVDB145269]."):
        assert read(tmp_path, comic_info(f"<Notes>{notes}</Notes>")).identifiers == {"comicvine": "145269"}


def test_metron_info_is_read(tmp_path: Path) -> None:
    layer = read(
        tmp_path,
        "<MetronInfo><IDS><ID source='Comic Vine' primary='true'>145269</ID></IDS><Publisher><Name>House</Name><Imprint>Imp</Imprint>"
        "</Publisher>"
        "<Series lang='de'><Name>Saga</Name><SortName>Saga, The</SortName><Volume>2</Volume><Format>Annual</Format></Series>"
        "<Number>1</Number>"
        "<Stories><Story>The Beginning</Story><Story>The End</Story></Stories><CoverDate>1950-11-01</CoverDate><AgeRating>Teen</AgeRating>"
        "<Credits><Credit><Creator>Ann</Creator><Roles><Role>Writer</Role><Role>Cover</Role></Roles></Credit></Credits>"
        "<Genres><Genre>War</Genre></Genres><Tags><Tag>x</Tag></Tags><Arcs><Arc><Name>Arc</Name><Number>4</Number></Arc></Arcs>"
        "<GTIN><ISBN>9780306406157</ISBN><UPC>12345</UPC></GTIN><Summary>Once.</Summary></MetronInfo>",
    )
    assert (layer.title, layer.date, layer.language, layer.age_rating, layer.description) == (
        "The Beginning; The End",
        "1950-11-01",
        "de",
        13,
        "Once.",
    )
    assert layer.credits == (
        Credit(EntityKind.SERIES, "Saga", position=1, sort_name="Saga, The"),
        Credit(EntityKind.PERSON, "Ann", Role.WRITER),
        Credit(EntityKind.PERSON, "Ann", Role.COVER_ARTIST),
        Credit(EntityKind.GROUP, "Arc", position=4),
        Credit(EntityKind.GENRE, "War"),
        Credit(EntityKind.TAG, "x"),
        Credit(EntityKind.PUBLISHER, "Imp"),
    )
    assert layer.identifiers == {"isbn": "9780306406157", "upc": "12345", "comicvine": "145269"}


def test_comet_is_read(tmp_path: Path) -> None:
    layer = read(
        tmp_path,
        "<comet><title>T</title><series>S</series><issue>2</issue><volume>1</volume><writer>Ann</writer><writer>Ben</writer>"
        "<penciller>Cid</penciller>"
        "<genre>War</genre><character>X</character><date>1950-12-01</date><language>English</language><rating>Teen</rating>"
        "<publisher>House</publisher>"
        "<readingDirection>rtl</readingDirection><identifier>CVDB145269</identifier><description>Once.</description></comet>",
    )
    assert (layer.title, layer.date, layer.language, layer.age_rating) == ("T", "1950-12-01", "en", 13)
    assert [(credit.name, credit.role) for credit in layer.credits] == [
        ("S", Role.NONE), ("Ann", Role.WRITER), ("Ben", Role.WRITER), ("Cid", Role.PENCILLER), ("War", Role.NONE), ("House", Role.NONE),
    ]  # fmt: skip
    assert layer.extra == {"series_number": "2", "volume": 1, "characters": ["X"], "reading_direction": "rtl"}
    assert layer.identifiers == {"comicvine": "145269"}


def test_comic_book_info_is_read() -> None:
    layer = comicdialects.comic_book_info(
        b'{"ComicBookInfo/1.0": {"series": "S", "issue": 4, "volume": 1950, "title": "T", "publicationYear": 1950, "publicationMonth": 11,'
        b'"credits": [{"person": "Ann", "role": "Writer"}, {"person": "Ben", "role": "Juggler"}, 5], "tags": ["a", 3], "genre": "War",'
        b'"language": "English", "rating": 4, "comments": "Once.", "publisher": "House", "numberOfIssues": 7}}'
    ).layer
    assert (layer.title, layer.date, layer.language, layer.rating, layer.description) == ("T", "1950-11", "en", 80, "Once.")
    assert [(credit.name, credit.role, credit.position) for credit in layer.credits] == [
        ("S", Role.NONE, 4), ("Ann", Role.WRITER, None), ("Ben", Role.CONTRIBUTOR, None), ("War", Role.NONE, None), ("a", Role.NONE, None),
        ("House", Role.NONE, None),
    ]  # fmt: skip
    assert layer.extra == {"series_number": "4", "volume": 1950, "series_count": 7}


@pytest.mark.parametrize("text", ["<html/>", "", "nothing", "{}"])
def test_other_files_are_not_comic_metadata(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreadable):
        read(tmp_path, text)
