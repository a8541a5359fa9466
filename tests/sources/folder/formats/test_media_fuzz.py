"""Whatever a media file holds, a parser answers with a Reading or says why not; nothing else comes out, and it comes out soon."""

import resource
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from longshelf.errors import Unreadable
from longshelf.model.records import Facts, Layer
from longshelf.sources.folder.formats import audio, image, video
from longshelf.sources.folder.reading import Reading
from tests.sources.folder import recordings
from tests.support import corpora

Parse = Callable[[Path], Reading]
MEDIA = [
    *((path, audio.parse) for path in corpora.files("audio")),
    *((path, audio.parse) for path in corpora.files("other-exiftool")),
    *((path, video.parse) for folder in ("video", "derived") for path in corpora.files(folder)),
    *((path, image.parse) for folder in ("image-exif", "image-ai") for path in corpora.files(folder)),
]


def _refused(error: Unreadable) -> None:
    assert str(error)


def outcome(parse: Parse, path: Path) -> Reading | None:
    """The reading, or None when the file was refused with a reason. A reading is always fit for the pipe and the store."""
    try:
        reading = parse(path)
    except Unreadable as error:
        _refused(error)
        return None
    encoded = msgspec.msgpack.encode((reading.facts, reading.layers, reading.warnings))
    facts, layers, _ = msgspec.msgpack.decode(encoded, type=tuple[Facts, tuple[Layer, ...], tuple[str, ...]])
    assert facts.duration is None or 0 <= facts.duration < 10**9
    for layer in layers:
        assert all(chapter.start is None or chapter.start >= 0 for chapter in layer.chapters)
        assert layer.rating is None or 0 <= layer.rating <= 100
        assert all(credit.name.strip() for credit in layer.credits)
    return reading


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("path", "parse"), MEDIA, ids=lambda value: value.name if isinstance(value, Path) else value.__module__.rpartition(".")[2]
)
def test_every_real_file_is_read_or_refused(path: Path, parse: Parse) -> None:
    outcome(parse, path)


@pytest.mark.corpora
def test_most_real_files_are_read() -> None:
    known = [
        (path, parse)
        for path, parse in MEDIA
        if path.suffix in (".mp3", ".m4a", ".m4b", ".flac", ".ogg", ".opus", ".jpg", ".png", ".tif", ".mp4", ".mkv")
    ]
    refused = [path.name for path, parse in known if outcome(parse, path) is None]
    assert [name for name in refused if not name.startswith(("empty_file", "base-8s.mp3"))] == []


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[bytes, Parse]]:
    """One small sound file of every kind, to be damaged."""
    folder = tmp_path_factory.mktemp("seeds")
    picture = Image.new("RGB", (40, 30), "red")
    found = Image.Exif()
    found[0x10F], found[0x112] = "Maker", 6
    found.get_ifd(0x8769)[0x9003] = "2024:01:01 10:00:00"
    paths: list[tuple[Path, Parse]] = []
    for suffix in ("jpg", "png", "gif", "webp", "tiff", "avif", "bmp"):
        options: dict[str, Any] = {} if suffix in ("gif", "bmp") else {"exif": found}
        picture.save(folder / f"x.{suffix}", **options)
        paths.append((folder / f"x.{suffix}", image.parse))
    frames = [recordings.text("TIT2", "Title"), recordings.text("TXXX:SERIES", "S"), recordings.text("TCON", "(17)Pop")]
    paths.append((recordings.mp3(folder / "x.mp3", frames, 0.2), audio.parse))
    paths.append((recordings.m4b(folder / "x.m4b", {"\xa9nam": "T", "\xa9gen": "G"}, [(0, 0.1, "a"), (0.1, 0.2, "b")], 0.2), audio.parse))
    for name, kind, codec in (("x.mp4", "mp4", "mpeg4"), ("x.mkv", "matroska", "mpeg4"), ("x.avi", "avi", "mpeg4")):
        paths.append((recordings.video(folder / name, kind, codec, {"title": "T"}), video.parse))
    if (root := corpora.root()) is not None:
        real = ("audio/beets/min.flac", "audio/beets/full.ogg", "other-exiftool/exiftool-misc/RIFF.wav")
        paths.extend((root / name, audio.parse) for name in real)
    return [(path.read_bytes(), parse) for path, parse in paths]


NUMBERS = st.sampled_from([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\0\1", b"\x80\0\0\0", struct.pack("<I", 2**31)])
DAMAGE = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from(["set", "cut", "insert", "repeat", "drop"]),
        NUMBERS | st.binary(min_size=1, max_size=40),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


def damaged(whole: bytes, damage: list[tuple[float, str, bytes, bool]]) -> bytes:
    data = bytearray(whole)
    for share, how, noise, early in damage:
        at = int(share * min(len(data), 600 if early else len(data)))
        match how:
            case "set":
                data[at : at + len(noise)] = noise
            case "cut":
                del data[at:]
            case "insert":
                data[at:at] = noise
            case "repeat":
                data[at:at] = data[at : at + 500]
            case "drop":
                del data[at : at + len(noise)]
    return bytes(data)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(which=st.integers(0, 100), damage=DAMAGE)
def test_damage_of_any_kind_is_survived(
    seeds: list[tuple[bytes, Parse]], tmp_path: Path, which: int, damage: list[tuple[float, str, bytes, bool]]
) -> None:
    whole, parse = seeds[which % len(seeds)]
    path = tmp_path / "damaged"
    path.write_bytes(damaged(whole, damage))
    outcome(parse, path)


@pytest.mark.parametrize("suffix", ["mp3", "m4b", "flac", "ogg", "wav", "mp4", "mkv", "png", "jpg", "webp", "gif", "tif"])
def test_a_sparse_giant_behind_any_beginning_costs_little(tmp_path: Path, suffix: str) -> None:
    """Sixteen gigabytes of nothing after a good start: read in bounded time (the suite's own limit) and memory."""
    starts = {
        "mp3": b"ID3\x03\0\0\0\0\0\0",
        "m4b": recordings.box(b"ftyp", b"M4B \0\0\0\0"),
        "flac": b"fLaC\0\0\0\x22" + bytes(34),
        "ogg": b"OggS\0\2" + bytes(20) + b"\x01\x1e",
        "wav": b"RIFF\xff\xff\xff\xffWAVE",
        "mp4": recordings.box(b"ftyp", b"isom\0\0\0\0"),
        "mkv": b"\x1a\x45\xdf\xa3",
        "png": b"\x89PNG\r\n\x1a\n",
        "jpg": b"\xff\xd8\xff\xe0\0\x02",
        "webp": b"RIFF\xff\xff\xff\xffWEBP",
        "gif": b"GIF89a\1\0\1\0\0\0\0",
        "tif": b"II*\0\x08\0\0\0",
    }
    path = tmp_path / f"x.{suffix}"
    with path.open("wb") as file:
        file.write(starts[suffix])
        file.truncate(2**34)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    parse = image.parse if suffix in ("png", "jpg", "webp", "gif", "tif") else video.parse if suffix in ("mp4", "mkv") else audio.parse
    outcome(parse, path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KiB
