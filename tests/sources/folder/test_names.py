"""What paths say, kind by kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Layer, Origin
from longshelf.sources.folder import names

SERIES = EntityKind.SERIES


def said(kind: ItemKind, path: str | bytes) -> tuple[str, str, list[tuple[str, float | None]], list[tuple[str, Role]]]:
    """(title, date, series with position, persons with role)."""
    layer = names.from_path(kind, path)
    series = [(credit.name, credit.position) for credit in layer.credits if credit.kind is SERIES]
    persons = [(credit.name, credit.role) for credit in layer.credits if credit.kind is EntityKind.PERSON]
    return layer.title, layer.date, series, persons


AUTHOR, NARRATOR, ARTIST = Role.AUTHOR, Role.NARRATOR, Role.ARTIST


@pytest.mark.parametrize(
    ("path", "title", "date", "series", "persons"),
    [
        ("Dune.epub", "Dune", "", [], []),
        ("Author/Dune.EPUB", "Dune", "", [], []),
        ("The_Hobbit.epub", "The Hobbit", "", [], []),
        ("1984.epub", "1984", "", [], []),
        ("Mr. Fox.epub", "Mr. Fox", "", [], []),
        ("[Frank Herbert] Dune/dune.epub", "Dune", "", [], [("Frank Herbert", AUTHOR)]),
        ("[Neil Gaiman, Terry Pratchett] Good Omens (1990).epub", "Good Omens", "1990", [], [("Neil Gaiman", AUTHOR),
        ("Terry Pratchett", AUTHOR)]),
        ("[Wrong] Folder/[Right] Title.epub", "Title", "", [], [("Right", AUTHOR)]),
        ("Frank Herbert/Dune (12)/Dune - Frank Herbert.epub", "Dune", "", [], [("Frank Herbert", AUTHOR)]),
        ("Saga, Book 2 - The Title.epub", "The Title", "", [("Saga", 2)], []),
        ("The Title (Saga #2.5).pdf", "The Title", "", [("Saga", 2.5)], []),
        ("[2004] X.epub", "X", "2004", [], []),
        (b"caf\xe9.epub", "café", "", [], []),
        ("[Author].epub", "[Author]", "", [], [("Author", AUTHOR)]),
    ],
)  # fmt: skip
def test_a_book_path_is_read(path: str, title: str, date: str, series: list[object], persons: list[object]) -> None:
    assert said(ItemKind.BOOK, path) == (title, date, series, persons)


@pytest.mark.parametrize(
    ("path", "title", "date", "series", "persons"),
    [
        ("Title", "Title", "", [], []),
        ("Andy Weir/The Martian {R. C. Bray}", "The Martian", "", [], [("Andy Weir", AUTHOR), ("R. C. Bray", NARRATOR)]),
        ("Andy Weir/Project Hail Mary.m4b", "Project Hail Mary", "", [], [("Andy Weir", AUTHOR)]),
        ("Author/Title/Title.m4b", "Title", "", [], [("Author", AUTHOR)]),
        ("Author/2004 - Title", "Title", "2004", [], [("Author", AUTHOR)]),
        ("Brandon Sanderson/Mistborn/Book 1 - The Final Empire", "The Final Empire", "", [("Mistborn", 1)],
        [("Brandon Sanderson", AUTHOR)]),
        ("A/Series/Vol. 3 - Title {N}/x.m4b", "Title", "", [("Series", 3)], [("A", AUTHOR), ("N", NARRATOR)]),
        ("[A. Author] Title {N. One, N. Two}/book.m4b", "Title", "", [], [("A. Author", AUTHOR), ("N. One", NARRATOR),
        ("N. Two", NARRATOR)]),
    ],
)  # fmt: skip
def test_an_audiobook_path_is_read(path: str, title: str, date: str, series: list[object], persons: list[object]) -> None:
    assert said(ItemKind.AUDIOBOOK, path) == (title, date, series, persons)


@pytest.mark.parametrize(
    ("path", "title", "date", "series"),
    [
        ("Batman 001 (2011) (Digital).cbz", "Batman v001", "2011", [("Batman", 1)]),
        ("One Piece/v03.cbz", "One Piece v003", "", [("One Piece", 3)]),
        ("One Piece vol. 1-3.cbz", "One Piece v001-003", "", [("One Piece", 1)]),
        ("Naruto ch. 42.cbz", "Naruto c042", "", [("Naruto", 42)]),
        ("Naruto v05 c042.5.cbz", "Naruto v005 c042.5", "", [("Naruto", 42.5)]),
        ("Title - c012 (v02) [web].cbz", "Title v002 c012", "", [("Title", 12)]),
        ("Captain Science #001.cbz", "Captain Science v001", "", [("Captain Science", 1)]),
        ("X-Men #-1.cbz", "X-Men v-001", "", [("X-Men", -1)]),
        ("Foo #1.10.cbz", "Foo v001.10", "", [("Foo", 1.1)]),
        ("Saga 000.cbz", "Saga v000", "", [("Saga", 0)]),
        ("100 Bullets 05 of 10.cbz", "100 Bullets v005", "", [("100 Bullets", 5)]),
        ("Fantastic 4 #12.cbz", "Fantastic 4 v012", "", [("Fantastic 4", 12)]),
        ("Series (2010)/005.cbz", "Series v005", "2010", [("Series", 5)]),
        ("Series/Chapter 5.cbz", "Series c005", "", [("Series", 5)]),
        ("Watchmen (1986).cbz", "Watchmen", "1986", []),
        ("Watchmen 1986.cbz", "Watchmen 1986", "", []),
        ("Bone.cbz", "Bone", "", []),
        ("1234.cbz", "1234", "", []),
    ],
)  # fmt: skip
def test_a_comic_path_is_read(path: str, title: str, date: str, series: list[object]) -> None:
    assert said(ItemKind.COMIC, path)[:3] == (title, date, series)


def test_a_comic_keeps_its_number_as_the_title_prints_it_and_the_volume_beside_a_chapter() -> None:
    assert names.from_path(ItemKind.COMIC, "Naruto v05 c042.cbz").extra == {"series_number": "c042", "volume": 5}


def test_a_comic_file_gives_its_number_to_metadata_without_one() -> None:
    assert names.comic_number("Batman 007 (2011).cbz") == 7
    assert names.comic_number("Batman.cbz") is None


@pytest.mark.parametrize(
    ("path", "title", "date", "series"),
    [
        ("Show/Season 01/Show.S01E02.The.Title.1080p.WEB-DL.x264-GRP.mkv", "The Title", "", [("Show", 102)]),
        ("Show - 1x02 - Title.mp4", "Title", "", [("Show", 102)]),
        ("Show (2005)/s1e1.mkv", "Show S01E01", "2005", [("Show", 101)]),
        ("X/Season 2/S02E05 - Name.mkv", "Name", "", [("X", 205)]),
        ("S01E03.mkv", "S01E03", "", []),
        ("Movie.Name.2010.1080p.BluRay.mkv", "Movie Name", "2010", []),
        ("Movie Name (2010).mp4", "Movie Name", "2010", []),
        ("2001 A Space Odyssey (1968).mkv", "2001 A Space Odyssey", "1968", []),
        ("1917.mkv", "1917", "", []),
        ("Site.2020.01.31.Some.Title.mp4", "Site Some Title", "2020-01-31", []),
        ("clip.mp4", "clip", "", []),
    ],
)  # fmt: skip
def test_a_video_path_is_read(path: str, title: str, date: str, series: list[object]) -> None:
    assert said(ItemKind.VIDEO, path)[:3] == (title, date, series)


@pytest.mark.parametrize(
    ("path", "title", "persons", "extra"),
    [
        ("A/B/01 - Title.mp3", "Title", [], {"track": 1}),
        ("1-02 Title.flac", "Title", [], {"track": 2, "disc": 1}),
        ("03. Artist - Title.mp3", "Title", [("Artist", ARTIST)], {"track": 3}),
        ("Artist - Title.mp3", "Title", [("Artist", ARTIST)], {}),
        ("99 Luftballons.mp3", "99 Luftballons", [], {}),
        ("12.mp3", "12", [], {}),
    ],
)  # fmt: skip
def test_a_track_path_is_read(path: str, title: str, persons: list[object], extra: dict[str, object]) -> None:
    assert (said(ItemKind.TRACK, path)[0], said(ItemKind.TRACK, path)[3]) == (title, persons)
    assert names.from_path(ItemKind.TRACK, path).extra == extra


def test_an_image_keeps_its_name_and_the_day_in_it() -> None:
    assert said(ItemKind.IMAGE, "x/IMG_20200131_101500.jpg")[:2] == ("IMG_20200131_101500", "2020-01-31")
    assert said(ItemKind.IMAGE, "cat.gif")[:2] == ("cat", "")


def test_only_a_known_extension_is_taken_off() -> None:
    assert said(ItemKind.AUDIOBOOK, "Author/Mr. Brown")[0] == "Mr. Brown"
    assert said(ItemKind.AUDIOBOOK, "Author/Vol. 1")[0] == "Vol. 1"


@given(st.sampled_from(list(ItemKind)), st.text(alphabet=st.sampled_from("ab [](){}#-_.,/0129vcSEx")) | st.text() | st.binary())
def test_any_path_gives_a_layer_with_a_title(kind: ItemKind, path: str | bytes) -> None:
    layer = names.from_path(kind, path)
    assert isinstance(layer, Layer)
    assert layer.origin is Origin.PATH
    assert all(credit.name == credit.name.strip() != "" for credit in layer.credits)


@pytest.mark.parametrize(
    "hostile",
    ["[" * 5_000, "(" * 5_000, "v1 " * 2_000, "{a" * 3_000, " - " * 3_000, "s1e" * 3_000, "1-" * 5_000, "a#" * 5_000, "book 1" * 2_000],
)
@pytest.mark.parametrize("kind", list(ItemKind))
def test_hostile_names_are_quick(kind: ItemKind, hostile: str) -> None:
    names.from_path(kind, hostile)  # a catastrophic pattern would run into the test's timeout
