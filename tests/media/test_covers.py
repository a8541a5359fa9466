"""The picture of every kind of item, from real files."""

# mypy: disallow-untyped-calls=False
# mutagen carries no types.

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from mutagen.flac import FLAC, Picture
from mutagen.oggopus import OggOpus
from PIL import Image

from longshelf.demo import audiobooks, comics, epubs, pdfs, pictures, videos
from longshelf.demo.names import stream
from longshelf.demo.sound import write_audio
from longshelf.errors import NotFound, Unreadable
from longshelf.media import covers
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Chapter, Cover, Credit, Layer, Origin
from tests.media.items import located

SAYS = Layer(
    origin=Origin.EMBEDDED,
    title="The Salt Road",
    credits=(Credit(EntityKind.PERSON, "Mara Lindqvist", Role.AUTHOR),),
    chapters=(Chapter("One", 0, 1), Chapter("Two", 1, 2)),
)
COVER = pictures.jpeg(Image.new("RGB", (240, 360), (200, 60, 40)))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shelf")
    epubs.write(root / "a.epub", SAYS, cover=COVER)
    comics.write(root / "a.cbz", SAYS, [COVER, COVER])
    audiobooks.write_m4b(root / "a.m4b", SAYS, stream(1), seconds=2, cover=COVER)
    audiobooks.write_mp3s(root / "mp3", SAYS, stream(1), seconds=1, cover=COVER)
    pdfs.write(root / "a.pdf", SAYS, Image.new("RGB", (240, 360), (200, 60, 40)))
    for suffix in ("mp4", "mkv", "webm", "mov"):
        videos.write(root / f"a.{suffix}", SAYS, stream(2), seconds=3, dark_start=True)
    videos.write(root / "bright.mp4", SAYS, stream(2), seconds=3)
    (root / "cover.jpg").write_bytes(COVER)
    write_audio(root / "flac.flac", stream(1), 1, codec="flac", container="flac")
    write_audio(root / "opus.opus", stream(1), 1, codec="libopus", container="ogg", rate=24_000)
    return root


STORED = [
    ("a.epub", Cover("member", "OEBPS/images/cover.jpg")),
    ("a.cbz", Cover("member", "page-001.jpg")),
    ("a.m4b", Cover("picture")),
    ("mp3/01 - One.mp3", Cover("picture")),
    ("a.mkv", Cover("sidecar", "cover.jpg")),
    ("cover.jpg", Cover("self")),
]


@pytest.mark.parametrize(("name", "cover"), STORED)
def test_a_stored_picture_is_given_as_it_is(shelf: Path, name: str, cover: Cover) -> None:
    assert covers.original(located(shelf, name, cover=cover)) == covers.Original(COVER, "image/jpeg")


@pytest.mark.parametrize(("name", "cover"), [*STORED, ("a.pdf", Cover("page", "0"))])
def test_every_picture_comes_at_the_width_asked_for(shelf: Path, name: str, cover: Cover) -> None:
    image = covers.image(located(shelf, name, cover=cover), 120)
    assert image.width == 120
    red, green, blue = np.asarray(image.convert("RGB")).reshape(-1, 3).mean(axis=0)
    assert (abs(red - 200), abs(green - 60), abs(blue - 40)) < (6, 6, 6)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm", "mov"])
def test_a_film_that_fades_in_from_black_is_shown_by_a_later_frame(shelf: Path, suffix: str) -> None:
    place = located(shelf, f"a.{suffix}", cover=Cover("frame"))
    image = covers.image(place, 384)
    assert image.size == (384, 216)
    bright = covers.image(located(shelf, "bright.mp4", cover=Cover("frame")), 384)
    assert np.asarray(image.convert("L")).mean() > 0.7 * np.asarray(bright.convert("L")).mean()
    original = covers.original(place)
    assert original.mime == "image/jpeg"
    assert Image.open(io.BytesIO(original.data)).size == (480, 270)


def test_pictures_in_flac_and_ogg_are_found(shelf: Path) -> None:
    block = Picture()
    block.type, block.mime, block.data = 3, "image/jpeg", COVER
    flac = FLAC(shelf / "flac.flac")
    flac.add_picture(block)
    flac.save()
    opus = OggOpus(shelf / "opus.opus")
    opus["metadata_block_picture"] = ["broken!", base64.b64encode(block.write()).decode()]
    opus.save()
    for name in ("flac.flac", "opus.opus"):
        assert covers.original(located(shelf, name, cover=Cover("picture"))).data == COVER


def test_the_picture_of_a_book_in_several_files_is_in_the_named_one(shelf: Path) -> None:
    names = ("mp3/02 - Two.mp3", "mp3/01 - One.mp3")
    place = located(shelf, *names, cover=Cover("picture", "01 - One.mp3"))
    assert covers.original(place).data == covers.original(located(shelf, names[1], cover=Cover("picture"))).data


@pytest.mark.parametrize(
    ("name", "cover"),
    [
        ("a.epub", None),
        ("gone.epub", Cover("member", "x")),
        ("a.mkv", Cover("sidecar", "../shelf/cover.jpg")),
        ("a.mkv", Cover("sidecar", "none.jpg")),
        ("mp3/02 - Two.mp3", Cover("picture")),
        ("a.pdf", Cover("page", "99")),
    ],
)
def test_no_picture_is_not_found(shelf: Path, name: str, cover: Cover | None) -> None:
    with pytest.raises(NotFound):
        covers.image(located(shelf, name, cover=cover), 100)
    with pytest.raises(NotFound):
        covers.original(located(shelf, name, cover=cover))


@pytest.mark.parametrize(
    ("name", "cover"),
    [
        ("a.epub", Cover("member", "OEBPS/missing.jpg")),
        ("a.epub", Cover("member", "../../etc/passwd")),
        ("a.epub", Cover("frame")),
        ("a.epub", Cover("page")),
        ("a.mp4", Cover("self")),
        ("a.m4b", Cover("frame")),
        ("cover.jpg", Cover("member", "x")),
    ],
)
def test_a_picture_that_cannot_be_had_is_unreadable_with_a_reason(shelf: Path, name: str, cover: Cover) -> None:
    with pytest.raises(Unreadable, match=r".{8,}"):
        covers.image(located(shelf, name, cover=cover), 100)


def test_a_file_too_large_to_be_a_picture_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse.jpg").open("wb") as file:
        file.truncate(100 * 2**30)
    with pytest.raises(Unreadable, match="larger than"):
        covers.original(located(tmp_path, "sparse.jpg", cover=Cover("self")))
    with pytest.raises(Unreadable):
        covers.image(located(tmp_path, "sparse.jpg", cover=Cover("self")), 100)
