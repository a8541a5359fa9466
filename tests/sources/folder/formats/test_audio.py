"""Audio files: what the tags of every container mean, chapters of every kind, and files that mean harm."""

# mypy: disallow-untyped-calls=False
# mutagen carries no types.

import struct
import zlib
from pathlib import Path

import mutagen
import pytest
from mutagen import id3
from mutagen.flac import FLAC

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover, Layer
from longshelf.sources.folder.formats import audio
from longshelf.sources.folder.reading import Reading
from tests.sources.folder.recordings import FRAME, box, m4b, mp3, text
from tests.support import corpora

ITUNES = "----:com.apple.iTunes:"


def said(reading: Reading) -> Layer:
    return reading.layers[0]


def names(layer: Layer, kind: EntityKind, role: Role = Role.NONE) -> list[str]:
    return [credit.name for credit in layer.credits if credit.kind is kind and credit.role is role]


def people(layer: Layer, role: Role) -> list[str]:
    return names(layer, EntityKind.PERSON, role)


def series(layer: Layer) -> list[tuple[str, float | None]]:
    return [(credit.name, credit.position) for credit in layer.credits if credit.kind is EntityKind.SERIES]


# --- real files; expected values read off mutagen's own dump and the projects' test suites ---

BEETS = {  # every file of beets' "full" set says the same
    "title": "full",
    "date": "2001",
    "description": "the comments",
    "extra": {"album": "the album", "track": 2, "track_total": 3, "disc": 4, "disc_total": 5},
}


@pytest.mark.corpora
@pytest.mark.parametrize(("name", "codec", "mime"), [
    ("full.mp3", "mp3", "audio/mpeg"),
    ("full.m4a", "aac", "audio/mp4"),
    ("full.alac.m4a", "alac", "audio/mp4"),
    ("full.ogg", "vorbis", "audio/ogg"),
    ("full.mpc", "musepack", "audio/x-musepack"),
    ("unicode’d.mp3", "mp3", "audio/mpeg"),
])  # fmt: skip
def test_the_same_tags_mean_the_same_in_every_container(name: str, codec: str, mime: str) -> None:
    reading = audio.parse(corpora.find(f"audio/beets/{name}"))
    layer = said(reading)
    assert reading.kind is ItemKind.TRACK
    assert {field: getattr(layer, field) for field in BEETS} == BEETS
    assert (people(layer, Role.ARTIST), people(layer, Role.COMPOSER)) == (["the artist"], ["the composer"])
    assert (names(layer, EntityKind.GENRE), names(layer, EntityKind.PUBLISHER)) == (["the genre"], ["the label"])
    assert [(credit.name, credit.position) for credit in layer.credits if credit.kind is EntityKind.GROUP] == [("the album", 2.0)]
    assert (reading.facts.extra["codec"], reading.facts.mime) == (codec, mime)
    assert reading.facts.duration == pytest.approx(1.0, abs=0.08)


@pytest.mark.corpora
@pytest.mark.parametrize(("name", "expected"), [
    ("audio/beets/date.mp3", "1987-03-31"),
    ("audio/beets/t_time.m4a", "1987-03-31"),
    ("audio/beets/unparseable.m4a", "1995-10-03"),
    ("audio/beets/unparseable.mp3", ""),
    ("audio/beets/year.ogg", "2000"),
    ("audio/beets/image-jpeg.mp3", ""),  # 0000
    ("audio/mutagen/flac_application.flac", "2010-10-11"),
])  # fmt: skip
def test_dates_are_read_or_left_out(name: str, expected: str) -> None:
    assert said(audio.parse(corpora.find(name))).date == expected


@pytest.mark.corpora
@pytest.mark.parametrize(
    "name", ["beets/image.flac", "beets/image.ogg", "beets/image-jpeg.mp3", "mutagen/covr-with-name.m4a", "mutagen/nero-chapters.m4b"]
)
def test_an_embedded_picture_is_noticed(name: str) -> None:
    assert said(audio.parse(corpora.find(f"audio/{name}"))).cover == Cover("picture")


@pytest.mark.corpora
def test_a_real_audiobook_has_author_narrator_and_all_112_chapters() -> None:
    reading = audio.parse(corpora.find("audio/mutagen/nero-chapters.m4b"))
    layer = said(reading)
    assert reading.kind is ItemKind.AUDIOBOOK
    assert (people(layer, Role.AUTHOR), people(layer, Role.NARRATOR)) == (["Aleron Kong"], ["Nick Podehl"])
    assert names(layer, EntityKind.PUBLISHER) == ["Tamori Publications LLC"]
    assert len(layer.chapters) == 112
    assert layer.chapters[1] == Chapter("002", start=17.507, end=1111.632)
    assert layer.chapters[-1].end == reading.facts.duration


@pytest.mark.corpora
def test_ogg_that_moves_is_a_video_and_says_so() -> None:
    reading = audio.parse(corpora.find("audio/mutagen/sample.oggtheora"))
    assert (reading.kind, reading.facts.width, reading.facts.height, reading.facts.duration) == (ItemKind.VIDEO, 300, 200, 5.5)
    assert "video" in reading.warnings[0]


OWN = [path for path in corpora.files("audio", ".m4a", ".m4b", ".flac", ".ogg", ".opus", ".wav") if "truncated" not in path.name]


@pytest.mark.corpora
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_our_readers_agree_with_mutagen(path: Path) -> None:
    reading, slow = audio.parse(path), mutagen.File(path)
    assert (reading.facts.duration or 0) == pytest.approx(slow.info.length, abs=0.002)
    assert reading.facts.extra["channels"] == slow.info.channels
    assert reading.facts.extra["sample_rate"] == getattr(slow.info, "sample_rate", 48_000)
    title = (slow.tags or {}).get("\xa9nam" if path.suffix in (".m4a", ".m4b") else "title", [""])
    assert said(reading).title == title[0]


# --- the tags of an audiobook ---

BOOK = {
    "\xa9nam": "The Colour of Magic",
    "\xa9alb": "Discworld 1",
    "\xa9ART": "Terry Pratchett, Nigel Planer",
    "\xa9nrt": "Nigel Planer",
    "\xa9wrt": "Somebody Else",
    "\xa9gen": "Fantasy; Humour",
    "\xa9day": "1983-11-24",
    "\xa9pub": "Isis",
    "\xa9cmt": "<b>Short.</b>",
    "desc": "A wizard &amp; his luggage.",
    "ldes": "A wizard &amp; his luggage go<br>round the disc.",
    ITUNES + "SUBTITLE": "A Discworld Novel",
    ITUNES + "SERIES": "Discworld",
    ITUNES + "series-part": "1.5",
    ITUNES + "ASIN": "B0036KSA7O",
    ITUNES + "LANGUAGE": "eng",
    "----:com.pilabor.tone:ABRIDGED": "1",
    "----:com.shisho:tags": "wizards, luggage",
}


def test_an_m4b_says_all_a_book_can_say(tmp_path: Path) -> None:
    reading = audio.parse(m4b(tmp_path / "x.m4b", BOOK))
    layer = said(reading)
    assert reading.kind is ItemKind.AUDIOBOOK
    assert (layer.title, layer.subtitle, layer.date, layer.language) == ("The Colour of Magic", "A Discworld Novel", "1983-11-24", "en")
    assert layer.description == "A wizard & his luggage go\nround the disc."
    assert (people(layer, Role.AUTHOR), people(layer, Role.NARRATOR)) == (["Terry Pratchett"], ["Nigel Planer"])
    assert series(layer) == [("Discworld", 1.5)]
    assert (names(layer, EntityKind.GENRE), names(layer, EntityKind.TAG)) == (["Fantasy", "Humour"], ["wizards", "luggage"])
    assert names(layer, EntityKind.PUBLISHER) == ["Isis"]
    assert (layer.identifiers, layer.extra["abridged"]) == ({"asin": "B0036KSA7O"}, True)


def test_the_same_book_in_an_mp3(tmp_path: Path) -> None:
    frames = [
        text("TIT2", "The Colour of Magic"),
        text("TPE1", "Terry Pratchett"),
        text("TXXX:NARRATOR", "Nigel Planer"),
        text("TCOM", "Somebody Else"),
        text("TXXX:SERIES", "Discworld"),
        text("TXXX:SERIES-PART", "1"),
        text("TCON", "(101)"),
        text("TLAN", "eng"),
        text("TXXX:ASIN", "B0036KSA7O"),
        id3.COMM(encoding=3, lang="eng", desc="iTunNORM", text=[" 00000000"]),
        id3.COMM(encoding=3, lang="eng", desc="", text=["A wizard."]),
    ]
    reading = audio.parse(mp3(tmp_path / "x.mp3", [*frames, text("TXXX:ITUNESMEDIATYPE", "Audiobook")]))
    layer = said(reading)
    assert reading.kind is ItemKind.AUDIOBOOK
    assert (people(layer, Role.AUTHOR), people(layer, Role.NARRATOR)) == (["Terry Pratchett"], ["Nigel Planer"])
    assert (series(layer), layer.language, layer.description) == ([("Discworld", 1.0)], "en", "A wizard.")
    assert names(layer, EntityKind.GENRE) == ["Speech"]
    assert layer.identifiers == {"asin": "B0036KSA7O"}


@pytest.mark.parametrize(("atoms", "authors", "narrators"), [
    ({"\xa9ART": "Ursula K. Le Guin", "\xa9cmp": "B", "\xa9wrt": "C"}, ["Ursula K. Le Guin"], ["B"]),
    ({"\xa9ART": "Gaiman, Neil", "\xa9wrt": "C"}, ["Neil Gaiman"], ["C"]),
    ({"\xa9ART": "A One, B Two; C Three"}, ["A One, B Two", "C Three"], []),
    ({"\xa9ART": "A One & B Two"}, ["A One", "B Two"], []),
    ({"\xa9ART": "Neil Gaiman", "\xa9nrt": "Neil Gaiman"}, ["Neil Gaiman"], ["Neil Gaiman"]),
    ({"\xa9ART": "Reader", "aART": "Writer", "\xa9nrt": "Reader"}, ["Writer"], ["Reader"]),
    ({"\xa9ART": "Shop", ITUNES + "AUTHOR": "Writer"}, ["Writer"], []),
])  # fmt: skip
def test_authors_and_narrators_are_told_apart(tmp_path: Path, atoms: dict[str, object], authors: list[str], narrators: list[str]) -> None:
    layer = said(audio.parse(m4b(tmp_path / "x.m4b", atoms)))
    assert (people(layer, Role.AUTHOR), people(layer, Role.NARRATOR)) == (authors, narrators)


@pytest.mark.parametrize(("grouping", "expected"), [
    ("Discworld #5", [("Discworld", 5.0)]),
    ("Discworld, Book 5", [("Discworld", 5.0)]),
    ("The Expanse: Book 2.5", [("The Expanse", 2.5)]),
    ("Mistborn, Vol. 3", [("Mistborn", 3.0)]),
    ("Omnibus, #1-3", [("Omnibus", 1.0)]),
    ("Favourites", []),
    ("#5", []),
])  # fmt: skip
def test_a_grouping_is_a_series_only_with_a_number(tmp_path: Path, grouping: str, expected: list[tuple[str, float]]) -> None:
    assert series(said(audio.parse(m4b(tmp_path / "x.m4b", {"\xa9grp": grouping})))) == expected


def test_movement_tags_are_a_series(tmp_path: Path) -> None:
    path = mp3(tmp_path / "x.mp3", [text("MVNM", "Dune"), text("MVIN", "2"), text("TXXX:ITUNESMEDIATYPE", "Audiobook")])
    assert series(said(audio.parse(path))) == [("Dune", 2.0)]


def test_numbered_genres_count_from_one_whatever_type_they_claim(tmp_path: Path) -> None:
    path = m4b(tmp_path / "x.m4b", {"\xa9nam": "a title long enough to put a genre in its place"})
    data = path.read_bytes()
    at = data.index(b"\xa9nam") - 4
    length = int.from_bytes(data[at : at + 4], "big")
    genre = box(b"gnre", box(b"data", b"\0\0\0\x12\0\0\0\0", b"\0\x66"))  # 18: "a list of genres"
    filler = box(b"free", bytes(length - len(genre) - 8))
    path.write_bytes(data[:at] + genre + filler + data[at + length :])
    assert names(said(audio.parse(path)), EntityKind.GENRE) == ["Speech"]


@pytest.mark.parametrize(("stars", "points"), [(0, None), (1, 20), (64, 40), (128, 60), (196, 80), (255, 100)])
def test_popularimeter_stars_are_points(tmp_path: Path, stars: int, points: int | None) -> None:
    path = mp3(tmp_path / "x.mp3", [id3.POPM(email="Windows Media Player 9 Series", rating=stars, count=0)])
    assert said(audio.parse(path)).rating == points


def wav(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = [(b"fmt ", struct.pack("<HHIIHH", 1, 2, 8_000, 32_000, 4, 16)), (b"data", bytes(64_000)), *chunks]
    body = b"WAVE" + b"".join(kind + len(data).to_bytes(4, "little") + data + bytes(len(data) & 1) for kind, data in parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def test_a_wav_says_what_its_info_and_its_id3_chunk_say(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    info = b"INFO" + b"INAM\x08\0\0\0A title\0" + b"IART\x04\0\0\0Ann\0"
    tag = mp3(tmp_path / "tag.mp3", [text("TALB", "Album"), text("TIT2", "Better title")]).read_bytes()[:4_000]
    path.write_bytes(wav((b"LIST", info), (b"id3 ", tag)))
    reading = audio.parse(path)
    layer = said(reading)
    assert (reading.facts.duration, reading.facts.extra["channels"], reading.facts.extra["bit_rate"]) == (2.0, 2, 256_000)
    assert (layer.title, layer.extra["album"], people(layer, Role.ARTIST)) == ("Better title", "Album", ["Ann"])


# --- chapters ---


def test_quicktime_chapters_have_no_limit_of_255(tmp_path: Path) -> None:
    marks = [(index / 100, (index + 1) / 100, f"Kapitel {index} ☃") for index in range(300)]
    chapters = said(audio.parse(m4b(tmp_path / "x.m4b", chapters=marks, seconds=3))).chapters
    assert len(chapters) == 300
    assert chapters[299].title == "Kapitel 299 ☃"
    assert [chapter.start for chapter in chapters[:3]] == [0.0, 0.01, 0.02]


def test_nero_chapters_serve_where_there_is_no_text_track(tmp_path: Path) -> None:
    path = m4b(tmp_path / "x.m4b", chapters=[(0, 0.5, "One"), (0.5, 1, "Two")])
    path.write_bytes(path.read_bytes().replace(b"chap", b"xhap"))
    chapters = said(audio.parse(path)).chapters
    assert [(chapter.title, chapter.start) for chapter in chapters] == [("One", 0.0), ("Two", 0.5)]


def test_id3_chapters_come_in_the_order_of_their_table(tmp_path: Path) -> None:
    def chapter(name: str, start: int, end: int) -> id3.CHAP:
        return id3.CHAP(
            element_id=name, start_time=start, end_time=end, start_offset=0, end_offset=0, sub_frames=[text("TIT2", f"Chapter {name}")]
        )

    order = id3.CTOC(element_id="toc", flags=id3.CTOCFlags.TOP_LEVEL | id3.CTOCFlags.ORDERED, child_element_ids=["b", "a"], sub_frames=[])
    path = mp3(tmp_path / "x.mp3", [chapter("a", 500, 90_000), chapter("b", 0, 500), order])
    chapters = said(audio.parse(path)).chapters
    assert [(each.title, each.start) for each in chapters] == [("Chapter b", 0.0), ("Chapter a", 0.5)]
    assert chapters[1].end == audio.parse(path).facts.duration


@pytest.mark.corpora
def test_vorbis_comments_can_hold_chapters(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    path.write_bytes(corpora.find("audio/beets/min.flac").read_bytes())
    tags = FLAC(path)
    tags["CHAPTER001"], tags["CHAPTER001NAME"] = "00:00:00.000", "Start"
    tags["CHAPTER002"], tags["CHAPTER002NAME"] = "00:00:00.400", "Rest"
    tags.save()
    assert said(audio.parse(path)).chapters == (Chapter("Start", start=0.0, end=0.4), Chapter("Rest", start=0.4, end=1.0))


# --- harm ---


def refused(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        audio.parse(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["x.mp3", "x.m4b", "x.flac", "x.ogg", "x.wav", "x.aac"])
@pytest.mark.parametrize("content", [b"", b"Dear diary, today I renamed a text file.\n" * 50, bytes(100_000), b"\xff" * 5_000])
def test_what_is_no_audio_is_refused_with_a_reason(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path)


def test_a_sparse_giant_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    with path.open("wb") as file:
        file.truncate(2**36)
    assert "zeros" in refused(path)


def test_a_giant_id3_tag_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    with path.open("wb") as file:
        file.write(b"ID3\x04\0\0\x7f\x7f\x7f\x7f")
        file.truncate(2**30)
    assert "larger than" in refused(path)


def test_an_mp3_that_ends_within_its_tag_says_so(tmp_path: Path) -> None:
    path = mp3(tmp_path / "x.mp3", [text("TIT2", "t" * 5_000)])
    path.write_bytes(path.read_bytes()[:1_000])
    assert "cut off" in refused(path)


def test_a_damaged_tag_does_not_cost_the_sound(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(b"ID3\x04\0\x40" + bytes((0, 0, 0, 20)) + b"\xff" * 20 + FRAME * 40)
    reading = audio.parse(path)
    assert reading.facts.duration == pytest.approx(1.0, abs=0.1)
    assert "tag is damaged" in reading.warnings[0]


def tagged(path: Path, *frames: bytes) -> Path:
    body = b"".join(frames)
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\0\0" + size + body + FRAME * 40)
    return path


def frame(name: bytes, body: bytes, flags: int = 0) -> bytes:
    return name + len(body).to_bytes(4, "big") + bytes((0, flags)) + body


def test_a_compressed_frame_that_unpacks_without_end_is_left_out(tmp_path: Path) -> None:
    bomb = zlib.compress(b"\0" + b"A" * (9 * 2**17), 9)
    path = tagged(tmp_path / "x.mp3", frame(b"TIT2", b"\0\0\0\0" + bomb, 0x80), frame(b"TALB", b"\0album"))
    layer = said(audio.parse(path))
    assert (layer.title, layer.extra["album"]) == ("", "album")


def test_a_frame_of_a_million_strings_is_left_out(tmp_path: Path) -> None:
    path = tagged(tmp_path / "x.mp3", frame(b"TPE1", b"\0" + b"a\0" * 400_000), frame(b"TIT2", b"\0title"))
    layer = said(audio.parse(path))
    assert (layer.title, layer.credits) == ("title", ())


def test_a_million_boxes_are_not_walked(tmp_path: Path) -> None:
    path = tmp_path / "x.m4b"
    path.write_bytes(box(b"ftyp", b"M4B \0\0\0\0") + box(b"moov", box(b"free") * 100_000))
    assert "boxes" in refused(path)


def test_a_million_chunks_are_not_walked(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav() + bytes(80_000))
    assert "chunks" in refused(path)


def test_an_mp4_that_ends_before_its_index_says_so(tmp_path: Path) -> None:
    path = m4b(tmp_path / "x.m4b")
    whole = path.read_bytes()
    path.write_bytes(whole[:60])
    assert "cut off" in refused(path)
    path.write_bytes(whole[:-20])
    assert "cut off" in audio.parse(path).warnings[0]
