"""Pictures: size as seen, what cameras and people said, and files that mean harm. Pillow is the slow oracle."""

import struct
import warnings
import zlib
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Cover, Layer
from longshelf.sources.folder.formats import exif, image, pictures
from longshelf.sources.folder.reading import Reading
from tests.sources.folder.recordings import box, png
from tests.support import corpora

pillow_heif.register_heif_opener()
RED = Image.new("RGB", (40, 30), "red")
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
)


def said(reading: Reading) -> Layer:
    return reading.layers[0]


def tags(layer: Layer) -> list[str]:
    return [credit.name for credit in layer.credits if credit.kind is EntityKind.TAG]


def makers(layer: Layer) -> list[str]:
    return [credit.name for credit in layer.credits if credit.role is Role.PHOTOGRAPHER]


# --- size ---


@pytest.mark.parametrize(("suffix", "mime"), [
    ("jpg", "image/jpeg"), ("png", "image/png"), ("gif", "image/gif"), ("bmp", "image/bmp"), ("webp", "image/webp"), ("tiff", "image/tiff"),
    ("avif", "image/avif"), ("heic", "image/heic"),
])  # fmt: skip
def test_every_format_tells_its_size_and_type(tmp_path: Path, suffix: str, mime: str) -> None:
    path = tmp_path / f"x.{suffix}"
    RED.save(path)
    reading = image.parse(path)
    assert (reading.kind, reading.facts.width, reading.facts.height, reading.facts.mime) == (ItemKind.IMAGE, 40, 30, mime)
    assert (said(reading).cover, reading.warnings) == (Cover("self"), ())


def test_the_name_does_not_decide_what_a_picture_is(tmp_path: Path) -> None:
    RED.save(tmp_path / "x.png")
    (tmp_path / "x.png").rename(tmp_path / "x.jpg")
    assert image.parse(tmp_path / "x.jpg").facts.mime == "image/png"


@pytest.mark.parametrize("lossless", [True, False])
def test_webp_of_both_kinds(tmp_path: Path, lossless: bool) -> None:
    RED.save(tmp_path / "x.webp", lossless=lossless)
    assert (image.parse(tmp_path / "x.webp").facts.width, image.parse(tmp_path / "x.webp").facts.height) == (40, 30)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied(tmp_path: Path, suffix: str, orientation: int) -> None:
    found = Image.Exif()
    found[exif.ORIENTATION] = orientation
    path = tmp_path / f"x.{suffix}"
    RED.save(path, exif=found)
    facts = image.parse(path).facts
    assert (facts.width, facts.height) == ((30, 40) if orientation >= 5 else (40, 30))


def test_a_turned_heic_is_not_turned_twice(tmp_path: Path) -> None:
    path = tmp_path / "x.heic"
    found = Image.Exif()
    found[exif.ORIENTATION] = 6
    RED.save(path, exif=found)
    with Image.open(path) as shown:
        assert (image.parse(path).facts.width, image.parse(path).facts.height) == shown.size


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_animations_tell_frames_and_length(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    others = [Image.new("RGB", (40, 30), color) for color in ("blue", "green")]
    RED.save(path, save_all=True, append_images=others, duration=100)
    facts = image.parse(path).facts
    assert facts.extra == {"animated": True, "frames": 3}
    assert facts.duration == pytest.approx(0.3)


REAL = [path for folder in ("image-exif", "image-ai") for path in corpora.files(folder, ".jpg", ".png", ".tif", ".webp")]


@pytest.mark.corpora
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_sizes_agree_with_pillow(path: Path) -> None:
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as slow:
            turned = slow.getexif().get(exif.ORIENTATION, 1) in exif.TURNED
            expected = slow.size[::-1] if turned else slow.size
    except OSError:
        with pytest.raises(Unreadable):
            image.parse(path)
        return
    facts = image.parse(path).facts
    assert (facts.width, facts.height) == expected


# --- what is said; expected values are exiftool's published output for its own test pictures, checked against the bytes ---


@pytest.mark.corpora
def test_a_phone_says_when_where_and_how() -> None:
    reading = image.parse(corpora.find("image-exif/exiftool/Apple.jpg"))
    layer = said(reading)
    assert (layer.date, layer.extra["taken"]) == ("2016-09-28", "2016-09-28T18:18:05.813")
    assert layer.extra["gps"] == {"latitude": 53.382847, "longitude": -1.456678, "altitude": 72.37}
    assert reading.facts.extra["camera"] == {"make": "Apple", "model": "iPhone 7", "lens": "iPhone 7 back camera 3.99mm f/1.8"}
    assert reading.facts.extra["shot"] == {"exposure": 0.05, "f_number": 1.8, "iso": 40.0, "focal_length": 3.99, "focal_length_35mm": 28.0}


@pytest.mark.corpora
def test_xmp_goes_before_iptc_and_iptc_before_exif() -> None:
    layer = said(image.parse(corpora.find("image-exif/exiftool/ExifTool.jpg")))
    assert layer.description == "UTF-16 (big-endian) encoded XMP"
    assert (layer.title, layer.date, makers(layer)) == ("Test IPTC picture", "2001-05-19", ["Phil Harvey"])
    assert {"ExifTool", "Test", "XMP"} <= set(tags(layer))


@pytest.mark.corpora
@pytest.mark.parametrize(("name", "date", "model"), [
    ("NikonD2Hs.jpg", "2005-03-18", "NIKON D2Hs"),
    ("Pentax.jpg", "2008-03-02", "PENTAX K10D"),
    ("Sigma.jpg", "2003-11-27", "SIGMA SD10"),
    ("Motorola.jpg", "2015-09-18", "XT1575"),
    ("FLIR.jpg", "2012-02-11", "FLIR_i7"),
    ("OlympusE1.jpg", "2005-01-05", "E-1"),
])  # fmt: skip
def test_cameras_of_many_makers(name: str, date: str, model: str) -> None:
    reading = image.parse(corpora.find(f"image-exif/exiftool/{name}"))
    camera = reading.facts.extra["camera"]
    assert isinstance(camera, dict)
    assert (said(reading).date, camera["model"], said(reading).description) == (date, model, "")


def test_the_zone_of_the_camera_is_kept() -> None:
    found = Image.Exif()
    found.get_ifd(exif.CAMERA).update({exif.ORIGINAL: "2024:02:29 23:59:59", exif.OFFSET_ORIGINAL: "+02:00"})
    assert exif.parse(found.tobytes()).taken == "2024-02-29T23:59:59+02:00"


@pytest.mark.parametrize(("written", "expected"), [
    ("0000:00:00 00:00:00", ""),
    ("2023:02:30 10:00:00", ""),
    ("    :  :     :  :  ", ""),
    ("2023-02-03 10:00:00", "2023-02-03T10:00:00"),
    ("2023:02:03", "2023-02-03"),
])  # fmt: skip
def test_a_camera_without_a_clock_has_no_date(written: str, expected: str) -> None:
    found = Image.Exif()
    found.get_ifd(exif.CAMERA)[exif.ORIGINAL] = written
    assert exif.parse(found.tobytes()).taken == expected


@pytest.mark.parametrize("gps", [
    {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (1.0, 0.0, 0.0)},
    {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
    {1: "N", 2: (1.0, 0.0, 0.0)},
])  # fmt: skip
def test_impossible_places_are_left_out(gps: dict[int, object]) -> None:
    found = Image.Exif()
    found.get_ifd(exif.GPS).update(gps)
    assert exif.parse(found.tobytes()).gps is None


@pytest.mark.parametrize(("comment", "expected"), [
    (b"UNICODE\0" + "späť".encode("utf-16-be"), "späť"),
    (b"UNICODE\0" + "plain text".encode("utf-16-le"), "plain text"),
    (b"ASCII\0\0\0plain\0\0", "plain"),
    (b"\0" * 8 + "ünf".encode(), "ünf"),
    (b"", ""),
])  # fmt: skip
def test_user_comments_are_decoded_by_their_bytes(comment: bytes, expected: str) -> None:
    assert exif.user_comment(comment) == expected


def test_ratings_are_points(tmp_path: Path) -> None:
    RED.save(tmp_path / "x.jpg", xmp=XMP)
    assert said(image.parse(tmp_path / "x.jpg")).rating == 80


def test_texts_of_a_png_are_the_last_resort(tmp_path: Path) -> None:
    path = png(
        tmp_path / "x.png",
        (b"tEXt", b"Title\0A title"),
        (b"zTXt", b"Description\0\0" + zlib.compress("Grün".encode("latin-1"))),
        (b"iTXt", b"Author\0\0\0de\0Autor\0" + "Jürgen".encode()),
    )
    layer = said(image.parse(path))
    assert (layer.title, layer.description, makers(layer)) == ("A title", "Grün", ["Jürgen"])


# --- harm ---


def test_a_text_that_unpacks_without_end_is_left_out(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(2**27), 9)
    path = png(tmp_path / "x.png", (b"zTXt", b"Bomb\0\0" + bomb), (b"iTXt", b"Title\0\1\0\0\0" + bomb), (b"tEXt", b"Title\0Safe"))
    reading = image.parse(path)
    assert said(reading).title == "Safe"
    assert len(reading.warnings) == 2


def test_a_claim_of_billions_of_pixels_is_a_warning(tmp_path: Path) -> None:
    reading = image.parse(png(tmp_path / "x.png", size=(2**31 - 1, 2**31 - 1)))
    assert (reading.facts.width, reading.facts.height) == (2**31 - 1, 2**31 - 1)
    assert "too large" in reading.warnings[0]


def test_a_directory_that_points_at_itself_ends(tmp_path: Path) -> None:
    loop = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, exif.CAMERA, 4, 1, 8) + struct.pack("<I", 8)
    assert exif.parse(loop).taken == ""


def test_values_are_read_up_to_a_bound_however_many_there_are() -> None:
    asked = 0

    def read_at(place: int, count: int) -> bytes:
        nonlocal asked
        asked += count
        return (head + bytes(2**20))[place : place + count].ljust(min(count, 2**20), b"\0")

    entries = b"".join(
        struct.pack("<HHII", tag, 2, 2**21, 500) for tag in (exif.DESCRIPTION, exif.MAKE, exif.MODEL, exif.SOFTWARE, exif.ARTIST) * 190
    )
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", 950) + entries
    exif.read(read_at, 2**40)
    assert asked < 2 * exif.MAX_VALUES


@pytest.mark.parametrize("marker", [b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0" + b"G" * 40])
def test_endless_segments_are_not_kept(tmp_path: Path, marker: bytes) -> None:
    segment = b"\xff\xe1\xff\xff" + marker.ljust(65_533, b" ")
    RED.save(tmp_path / "x.jpg")
    whole = (tmp_path / "x.jpg").read_bytes()
    (tmp_path / "x.jpg").write_bytes(whole[:2] + segment * 600 + whole[2:])
    with (tmp_path / "x.jpg").open("rb") as file:
        kept = pictures.read_jpeg(file)
    assert sum(map(len, kept.xmp)) <= pictures.MAX_BLOCK
    assert (kept.width, kept.height) == (40, 30)


def test_damaged_exif_is_a_warning_not_a_failure(tmp_path: Path) -> None:
    RED.save(tmp_path / "x.jpg", exif=b"Exif\0\0 this is no TIFF structure")
    reading = image.parse(tmp_path / "x.jpg")
    assert (reading.facts.width, len(reading.warnings)) == (40, 1)


@pytest.mark.parametrize("content", [
    b"", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP", b"BM", b"II*\0\xff\xff\xff\xff", b"\xff\x0a",
    box(b"ftyp", b"heic\0\0\0\0") + box(b"meta", bytes(20)), b"<html>not a picture</html>", bytes(1_000),
])  # fmt: skip
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        image.parse(path)
    assert str(caught.value)


def test_inflating_stops_at_the_limit() -> None:
    assert pictures.inflate(zlib.compress(b"a" * 100), 100) == b"a" * 100
    assert pictures.inflate(zlib.compress(b"a" * 101), 100) is None
    assert pictures.inflate(zlib.compress(b"a" * 100)[:-5], 100) is None
