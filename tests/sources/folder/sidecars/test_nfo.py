"""NFO files of media centres."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, Layer, Origin
from longshelf.sources.folder.formats import film_says
from longshelf.sources.folder.sidecars import nfo

MOVIE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie>
  <title>The Third Man</title><originaltitle>Der dritte Mann</originaltitle><sorttitle>Third Man</sorttitle>
  <ratings>
    <rating name="imdb" max="10"><value>8.1</value></rating><rating name="tmdb" max="100" default="true"><value>79</value></rating>
  </ratings>
  <plot>A writer comes to Vienna.&lt;br&gt;Harry is dead.</plot><outline>Short</outline><tagline>Hunted</tagline><runtime>104</runtime>
  <mpaa>US:PG-13 / DE:FSK 12</mpaa><uniqueid type="tmdb">1092</uniqueid><uniqueid type="imdb" default="true">tt0041959</uniqueid>
  <genre>Thriller</genre><genre>Mystery / Noir</genre><tag>zither</tag><studio>London Films</studio>
  <set><name>Vienna</name><overview/></set><year>1949</year><premiered>1949-09-01</premiered>
  <director>Carol Reed</director><credits>Graham Greene</credits>
  <actor><name>Orson Welles</name><role>Harry Lime</role></actor><actor><name>Alida Valli</name></actor>
</movie>
https://www.themoviedb.org/movie/1092
"""


def read(text: str) -> Layer:
    return nfo.layer(text.encode())


def people(layer: Layer, role: Role) -> list[str]:
    return [credit.name for credit in layer.credits if credit.role is role and credit.kind is EntityKind.PERSON]


def of(layer: Layer, kind: EntityKind) -> list[str]:
    return [credit.name for credit in layer.credits if credit.kind is kind]


def test_a_film_says_all_it_can() -> None:
    layer = read(MOVIE)
    assert (layer.origin, layer.title, layer.sort_title, layer.date) == (Origin.SIDECAR, "The Third Man", "Third Man", "1949-09-01")
    assert layer.description == "A writer comes to Vienna.\nHarry is dead."
    assert (layer.rating, layer.age_rating) == (79, 13)
    assert layer.identifiers == {"imdb": "tt0041959", "tmdb": "1092"}
    assert (people(layer, Role.ACTOR), people(layer, Role.DIRECTOR), people(layer, Role.WRITER)) == (
        ["Orson Welles", "Alida Valli"], ["Carol Reed"], ["Graham Greene"],
    )  # fmt: skip
    assert (of(layer, EntityKind.GENRE), of(layer, EntityKind.TAG)) == (["Thriller", "Mystery", "Noir"], ["zither"])
    assert (of(layer, EntityKind.STUDIO), of(layer, EntityKind.GROUP)) == (["London Films"], ["Vienna"])
    assert (layer.extra["original_title"], layer.extra["runtime"], layer.extra["tagline"]) == ("Der dritte Mann", 104, "Hunted")


def test_an_episode_belongs_to_its_show_by_season_and_number() -> None:
    layer = read(
        "<episodedetails><title>Pilot</title><showtitle>Fringe</showtitle><season>1</season><episode>2</episode><aired>2008-09-09</aired></episodedetails>"
    )
    assert layer.credits == (Credit(EntityKind.SERIES, "Fringe", position=102.0),)
    assert (layer.date, layer.extra) == ("2008-09-09", {"season": 1, "episode": 2})


def test_an_audiobook_has_author_narrator_and_series() -> None:
    layer = read(
        "<audiobook><title>Mort</title><artist>Terry Pratchett</artist><narrator>Nigel Planer</narrator><series>Discworld</series>"
        "<seriesnumber>4</seriesnumber><isbn>978-0-552-13106-3</isbn></audiobook>"
    )
    assert (people(layer, Role.AUTHOR), people(layer, Role.NARRATOR)) == (["Terry Pratchett"], ["Nigel Planer"])
    assert Credit(EntityKind.SERIES, "Discworld", position=4.0) in layer.credits
    assert layer.identifiers == {"isbn": "9780552131063"}


@pytest.mark.parametrize(
    ("element", "points"),
    [
        ("<userrating>8</userrating><rating>2</rating>", 80),
        ("<userrating>0</userrating><rating>7.25</rating>", 72),
        ("<rating max='5'>4</rating>", 80),
        ("<rating>7,5</rating>", 75),
        ("<rating>0.0</rating>", None),
        ("<rating>12</rating>", None),
        ("<rating>good</rating>", None),
        ("<ratings><rating max='0'><value>3</value></rating></ratings>", None),
    ],
)
def test_ratings_are_out_of_a_hundred(element: str, points: int | None) -> None:
    assert read(f"<movie>{element}</movie>").rating == points


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("PG-13", 13),
        ("Rated R for violence", 17),
        ("DE:FSK 16", 16),
        ("FSK-12", 12),
        ("TV-MA", 17),
        ("16+", 16),
        ("UK:15", 15),
        ("G", 0),
        ("US:R / DE:18", 17),
        ("", None),
        ("Not known here", None),
        ("1949", None),
        ("99", None),
    ],
)
def test_certificates_become_years(text: str, years: int | None) -> None:
    assert film_says.age_of(text) == years


@pytest.mark.parametrize(("text", "identifiers"), [
    ("https://www.imdb.com/title/tt0041959/", {"imdb": "tt0041959"}),
    ("░▒▓ GREETINGS ▓▒░  ripped by us\n<3", {}),
    ("", {}),
    ("<!DOCTYPE html><html><body>no</body></html>", {}),
])  # fmt: skip
def test_a_text_that_is_no_xml_says_nothing_and_is_no_error(text: str, identifiers: dict[str, str]) -> None:
    assert read(text) == Layer(origin=Origin.SIDECAR, identifiers=identifiers)


def test_other_encodings_are_read() -> None:
    text = '<?xml version="1.0" encoding="{}"?><movie><title>Ödipussi</title></movie>'
    assert nfo.layer(text.format("ISO-8859-1").encode("latin-1")).title == "Ödipussi"
    assert nfo.layer(text.format("utf-16").encode("utf-16")).title == "Ödipussi"
    assert nfo.layer(b"\xef\xbb\xbf" + text.format("utf-8").encode()).title == "Ödipussi"


def test_a_plain_ampersand_is_forgiven() -> None:
    assert read("<movie><title>Tom & Jerry</title><plot>x</plot></movie>").title == "Tom & Jerry"


def test_an_endless_nfo_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "x.nfo").open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(Unreadable, match="larger"):
        nfo.read(tmp_path / "x.nfo")


@given(st.binary(max_size=100), st.integers(0, len(MOVIE)))
def test_damage_gives_a_layer_or_a_reason(noise: bytes, place: int) -> None:
    whole = MOVIE.encode()
    with contextlib.suppress(Unreadable):
        nfo.layer(whole[:place] + noise + whole[place + len(noise) :])
