"""Which files are one audiobook: the rules one by one, and what holds for any folder."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover, Facts
from longshelf.sources.folder.formats import audio_says, audiobook
from longshelf.sources.folder.formats.audio import AudioReading
from longshelf.sources.folder.formats.audio_tags import Tags
from longshelf.sources.folder.formats.audiobook import Group, group, is_disc_folder
from longshelf.sources.folder.reading import Reading

BOOK, TRACK = ItemKind.AUDIOBOOK, ItemKind.TRACK


def heard(
    seconds: float = 300.0, chapters: Sequence[Chapter] = (), *, solo: bool = False, cover: bool = False, **tags: str
) -> AudioReading:
    found: Tags = {name: (text,) for name, text in tags.items()}
    kind = BOOK if solo else TRACK
    layer = audio_says.layer(found, kind, chapters, cover=cover)
    return AudioReading(
        kind, Facts(mime="audio/mpeg", duration=seconds), (layer,), tags=found, chapters=tuple(chapters), cover=cover, solo=solo
    )


def tagged(tags: dict[str, str]) -> AudioReading:
    return heard(300, (), solo=False, cover=False, **tags)


def shape(groups: list[Group]) -> list[tuple[tuple[int, ...], ItemKind]]:
    return [(made.files, made.kind) for made in groups]


def test_files_of_one_album_are_one_audiobook_in_the_order_of_discs_and_tracks() -> None:
    files = [
        (b"b.mp3", heard(60, album="Emma", track="1", disc="2", title="Three")),
        (b"c.mp3", heard(60, album="EMMA", track="1", disc="1", title="One")),
        (b"a.mp3", heard(60, album="Emma", track="2", disc="1", title="Two")),
    ]
    (made,) = group(files, b"Jane Austen/Emma")
    assert (made.files, made.kind, made.facts.duration) == ((1, 2, 0), BOOK, 180)
    assert made.facts.extra["parts"] == 3
    layer = made.layers[0]
    assert layer.title.casefold() == "emma"
    assert layer.chapters == (Chapter("One", start=0, end=60), Chapter("Two", start=60, end=120), Chapter("Three", start=120, end=180))
    assert "track" not in layer.extra


def test_without_numbers_the_names_give_the_order() -> None:
    files = [(name, heard(album="Emma", artist="Jane Austen")) for name in (b"part 10.mp3", b"part 9.mp3", b"part 1.mp3")]
    (made,) = group(files, b"")
    assert made.files == (2, 1, 0)
    assert [credit.name for credit in made.layers[0].credits if credit.role is Role.AUTHOR] == ["Jane Austen"]


def test_an_album_of_music_stays_tracks() -> None:
    files = [(b"%d.mp3" % number, heard(album="Abbey Road", track=str(number), genre="Rock")) for number in range(1, 4)]
    assert shape(group(files, b"")) == [((0,), TRACK), ((1,), TRACK), ((2,), TRACK)]


@pytest.mark.parametrize(
    "hint", [{"genre": "Audiobook"}, {"narrator": "N"}, {"genre": "Hörbuch"}, {"series": "S"}, {"genre": "Spoken & Audio"}]
)
def test_one_hint_of_speech_outweighs_a_musical_genre(hint: dict[str, str]) -> None:
    files = [
        (b"1.mp3", tagged({"album": "A", "track": "1", "genre": "Pop", **hint})),
        (b"2.mp3", heard(album="A", track="2", genre="Pop")),
    ]
    assert shape(group(files, b"")) == [((0, 1), BOOK)]


def test_the_folder_can_be_the_hint() -> None:
    files = [(b"%d.mp3" % number, heard(album="A", track=str(number), genre="Other Pop")) for number in (1, 2)]
    assert shape(group(files, b"H\xc3\xb6rb\xc3\xbccher/A")) == [((0, 1), BOOK)]
    assert shape(group(files, b"Music/A")) == [((0,), TRACK), ((1,), TRACK)]


def test_two_albums_are_two_books() -> None:
    files = [(b"a%d.mp3" % number, heard(album="A", track=str(number))) for number in (1, 2)]
    files += [(b"b%d.mp3" % number, heard(album="B", track=str(number))) for number in (1, 2)]
    assert shape(group(files, b"")) == [((0, 1), BOOK), ((2, 3), BOOK)]


def test_other_extensions_are_other_books() -> None:
    files = [(b"1.mp3", heard(album="A", track="1")), (b"2.mp3", heard(album="A", track="2")), (b"1.ogg", heard(album="A", track="1"))]
    assert shape(group(files, b"")) == [((2,), TRACK), ((0, 1), BOOK)] or shape(group(files, b"")) == [((0, 1), BOOK), ((2,), TRACK)]


def test_equal_numbers_and_names_that_do_not_count_are_no_book() -> None:
    files = [(b"left.mp3", heard(album="A", track="1")), (b"right.mp3", heard(album="A", track="1"))]
    assert shape(group(files, b"")) == [((0,), TRACK), ((1,), TRACK)]


def test_an_untagged_folder_of_numbered_files_is_a_book_named_by_the_folder() -> None:
    files = [(b"02 - The Ball.mp3", heard(10)), (b"01 - The Town.mp3", heard(10)), (b"03 - The End.mp3", heard(10))]
    (made,) = group(files, b"Author/Title")
    assert (made.files, made.kind, made.layers[0].title) == ((1, 0, 2), BOOK, "")
    assert [chapter.title for chapter in made.layers[0].chapters] == ["The Town", "The Ball", "The End"]
    assert shape(group(files, b"")) != [((1, 0, 2), BOOK)]  # the root has no name to give


def test_untagged_names_that_do_not_count_are_tracks() -> None:
    files = [(b"waves.mp3", heard()), (b"rain.mp3", heard())]
    assert {made.kind for made in group(files, b"Sounds/Nature")} == {TRACK}


@pytest.mark.parametrize(("file", "kind"), [
    (heard(39 * 60), TRACK),
    (heard(41 * 60), BOOK),
    (heard(41 * 60, genre="Techno"), TRACK),
    (heard(60, genre="Audiobook"), BOOK),
    (heard(60, narrator="N"), BOOK),
    (heard(60, [Chapter("a", start=0, end=1), Chapter("b", start=1, end=60)]), BOOK),
    (heard(60, [Chapter("a", start=0, end=60)]), TRACK),
])  # fmt: skip
def test_a_single_file_is_judged_by_its_hints(file: AudioReading, kind: ItemKind) -> None:
    assert shape(group([(b"x.mp3", file)], b"")) == [((0,), kind)]


def test_a_single_file_in_an_audiobook_folder_is_one() -> None:
    assert shape(group([(b"x.mp3", heard())], b"Audiobooks/A")) == [((0,), BOOK)]


def test_the_artist_of_a_book_is_its_author() -> None:
    made = group([(b"x.mp3", heard(60, genre="Audiobook", artist="A", composer="N"))], b"")[0]
    assert [(credit.role, credit.name) for credit in made.layers[0].credits if credit.kind is EntityKind.PERSON] == [
        (Role.AUTHOR, "A"),
        (Role.NARRATOR, "N"),
    ]


def test_every_m4b_is_a_book_of_its_own() -> None:
    files = [(b"a.m4b", heard(solo=True, title="A")), (b"b.m4b", heard(solo=True, title="B"))]
    assert shape(group(files, b"")) == [((0,), BOOK), ((1,), BOOK)]


def test_parts_of_one_m4b_are_joined_and_their_chapters_moved() -> None:
    marks = [Chapter("a", start=0, end=10), Chapter("b", start=10, end=30)]
    files = [
        (b"Emma 2.m4b", heard(30, marks, solo=True, album="Emma", title="Emma (Part 2)", track="2", cover=True)),
        (b"Emma 1.m4b", heard(30, marks, solo=True, album="Emma", title="Emma (Part 1)", track="1")),
    ]
    (made,) = group(files, b"")
    assert (made.files, made.facts.duration, made.layers[0].title) == ((1, 0), 60, "Emma")
    assert [(chapter.title, chapter.start) for chapter in made.layers[0].chapters] == [("a", 0), ("b", 10), ("a", 30), ("b", 40)]
    assert made.layers[0].cover == Cover("picture", "Emma 2.m4b")


def test_books_of_a_series_are_not_parts_though_they_share_an_album() -> None:
    files = [
        (b"%d.m4b" % number, heard(solo=True, album="Discworld", title=title, track=str(number)))
        for number, title in ((1, "Mort"), (2, "Sourcery"))
    ]
    assert shape(group(files, b"")) == [((0,), BOOK), ((1,), BOOK)]


def test_the_owner_can_decide() -> None:
    files = [(b"b.mp3", heard(genre="Rock")), (b"a.mp3", heard(genre="Rock"))]
    assert shape(group(files, b"x", "audiobook")) == [((1, 0), BOOK)]
    assert shape(group([(b"a.m4b", heard(solo=True))], b"x", "track")) == [((0,), TRACK)]


def test_what_is_no_audio_passes_through() -> None:
    film = Reading(ItemKind.VIDEO, Facts(mime="video/ogg"))
    assert shape(group([(b"a.ogg", film), (b"b.mp3", heard())], b"")) == [((0,), ItemKind.VIDEO), ((1,), TRACK)]


@pytest.mark.parametrize("name", [b"CD1", b"cd 2", b"Disc 3", b"disk_04", b"Disc 1 of 3", b"Part 2", b"Teil 1", b"CD-12"])
def test_disc_folders_are_known(name: bytes) -> None:
    assert is_disc_folder(name)


@pytest.mark.parametrize("name", [b"", b"CD", b"CD1 extras", b"Discworld 5", b"1984", b"Discography", b"cd1234"])
def test_other_folders_are_not(name: bytes) -> None:
    assert not is_disc_folder(name)


TAGS = st.fixed_dictionaries({}, optional={
    "album": st.sampled_from(["A", "B", "a", ""]),
    "title": st.sampled_from(["One", "Two", "Part 1", "Part 2"]),
    "track": st.sampled_from(["1", "2", "3/9", "0", "x"]),
    "disc": st.sampled_from(["1", "2/2"]),
    "genre": st.sampled_from(["Rock", "Audiobook", "Other"]),
    "narrator": st.just("N"),
})  # fmt: skip
FILES = st.lists(
    st.tuples(
        st.sampled_from([b"1.mp3", b"2.mp3", b"10.mp3", b"x.mp3", b"y.ogg", b"1.m4b", b"2.m4b", b"z\xff.flac"]), TAGS, st.floats(0, 10_000)
    ),
    unique_by=lambda file: file[0],
    max_size=8,
)


@given(FILES, st.sampled_from([b"", b"A/B", b"audiobooks/x"]), st.sampled_from(["auto", "audiobook", "track"]), st.randoms())
def test_every_file_is_in_one_group_whatever_order_they_come_in(files, folder, mode, random) -> None:  # type: ignore[no-untyped-def]
    readings = [(name, heard(seconds, solo=name.endswith(b".m4b"), **tags)) for name, tags, seconds in files]
    groups = group(readings, folder, mode)
    assert sorted(index for made in groups for index in made.files) == list(range(len(files)))
    for made in groups:
        known = sum(readings[index][1].facts.duration or 0 for index in made.files)
        assert (made.facts.duration or 0) == pytest.approx(known, abs=0.001)
    mixed = list(readings)
    random.shuffle(mixed)
    by_name = [[readings[index][0] for index in made.files] for made in groups]
    assert [[mixed[index][0] for index in made.files] for made in group(mixed, folder, mode)] == by_name


def test_the_tables_of_genres_do_not_overlap_where_it_matters() -> None:
    assert not audiobook.MUSIC.search("audiobook")
    assert not audiobook.SPEECH.search("spoken".replace("spoken", "speed metal"))
