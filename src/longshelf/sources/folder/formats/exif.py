"""EXIF and TIFF directories: what a camera wrote about a picture.

The rule: three directories are read (the image's, the camera's, the GPS's), each once and each bounded, so a directory that points at
itself costs nothing; a value that lies beyond the data is absent, not an error."""

import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from longshelf.errors import Unreadable
from longshelf.sources.folder.fields import clean

MAX_ENTRIES = 1_000  # of one directory
MAX_VALUES = 8 * 2**20  # bytes of all values together; prompts of image models can be long
MAX_ITEMS = 64  # numbers of one value
TURNED = frozenset((5, 6, 7, 8))  # orientations that swap width and height

ReadAt = Callable[[int, int], bytes]  # (place, count) -> at most count bytes
Directory = dict[int, Any]

_FORMATS: dict[int, tuple[str, int]] = {
    1: ("B", 1), 3: ("H", 2), 4: ("I", 4), 5: ("II", 8), 6: ("b", 1), 8: ("h", 2), 9: ("i", 4), 10: ("ii", 8), 11: ("f", 4), 12: ("d", 8),
    13: ("I", 4), 16: ("Q", 8), 17: ("q", 8), 18: ("Q", 8),
}  # fmt: skip
_BYTES = frozenset((2, 7, 129))  # and BYTE, where there are too many for numbers

# Tags of the image's directory.
WIDTH, HEIGHT, DESCRIPTION, MAKE, MODEL, ORIENTATION, SOFTWARE, DATE_TIME, ARTIST, COPYRIGHT = (
    0x100, 0x101, 0x10E, 0x10F, 0x110, 0x112, 0x131, 0x132, 0x13B, 0x8298,
)  # fmt: skip
XMP, IPTC, RATING, CAMERA, GPS = 0x2BC, 0x83BB, 0x4746, 0x8769, 0x8825
XP_TITLE, XP_COMMENT, XP_AUTHOR, XP_KEYWORDS = 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E
_LARGE = frozenset((XMP, IPTC))  # bytes by use, whatever their type says
# Tags of the camera's directory.
EXPOSURE, F_NUMBER, ISO, ORIGINAL, DIGITIZED, OFFSET, OFFSET_ORIGINAL, BIAS, FLASH, FOCAL, COMMENT, SUBSECOND, FOCAL_35, LENS = (
    0x829A, 0x829D, 0x8827, 0x9003, 0x9004, 0x9010, 0x9011, 0x9204, 0x9209, 0x920A, 0x9286, 0x9291, 0xA405, 0xA434,
)  # fmt: skip

_WANTED = frozenset(
    (WIDTH, HEIGHT, DESCRIPTION, MAKE, MODEL, ORIENTATION, SOFTWARE, DATE_TIME, ARTIST, COPYRIGHT, XMP, IPTC, RATING, CAMERA, GPS, XP_TITLE,
     XP_COMMENT, XP_AUTHOR, XP_KEYWORDS, EXPOSURE, F_NUMBER, ISO, ORIGINAL, DIGITIZED, OFFSET, OFFSET_ORIGINAL, BIAS, FLASH, FOCAL, COMMENT,
     SUBSECOND, FOCAL_35, LENS, *range(1, 7))
)  # fmt: skip

# What cameras and programs write where a person should.
_NOT_SAID = frozenset(
    (
        "olympus digital camera", "sony dsc", "samsung", "digital camera", "default", "untitled", "minolta digital camera",
        "exif_jpeg_picture", "kodak digital still camera", "picture", "dig", "dcim", "photo", "camera", "created with the gimp",
        "created with gimp", "image", "screenshot",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Exif:
    """Decoded values; texts are "" and numbers None when absent. `taken` is local time ("2016-09-28T18:18:05+02:00", the offset only when
    it is known), `exposure` in seconds, `rating` 0-5 stars, `gps` decimal degrees and metres."""

    width: int | None = None
    height: int | None = None
    orientation: int = 1
    taken: str = ""
    modified: str = ""
    make: str = ""
    model: str = ""
    lens: str = ""
    software: str = ""
    title: str = ""
    description: str = ""
    comment: str = ""
    artist: str = ""
    copyright: str = ""
    keywords: str = ""
    rating: int | None = None
    shot: Mapping[str, float] | None = None
    gps: Mapping[str, float] | None = None
    xmp: bytes = b""
    iptc: bytes = b""


def parse(data: bytes) -> Exif:
    """EXIF as JPEG, PNG, WebP and HEIF carry it; a leading "Exif\\0\\0" is skipped. Unreadable when it is no TIFF structure."""
    body = data[6:] if data[:4] == b"Exif" else data
    return read(lambda place, count: body[place : place + count], len(body))


def read(read_at: ReadAt, size: int) -> Exif:
    """The same of a TIFF file."""
    tiff = _Tiff(read_at, size)
    image = tiff.directory(tiff.first)
    camera = tiff.directory(_int(image.get(CAMERA)) or 0)
    gps = tiff.directory(_int(image.get(GPS)) or 0)
    return Exif(
        width=_int(image.get(WIDTH)),
        height=_int(image.get(HEIGHT)),
        orientation=orientation if (orientation := _int(image.get(ORIENTATION)) or 1) in range(1, 9) else 1,
        taken=_moment(camera.get(ORIGINAL), camera.get(OFFSET_ORIGINAL) or camera.get(OFFSET), camera.get(SUBSECOND))
        or _moment(camera.get(DIGITIZED)),
        modified=_moment(image.get(DATE_TIME)),
        make=_text(image.get(MAKE)),
        model=_text(image.get(MODEL)),
        lens=clean(_text(camera.get(LENS))),
        software=clean(_text(image.get(SOFTWARE))),
        title=_wide(image.get(XP_TITLE)),
        description=_said(_text(image.get(DESCRIPTION))) or _said(_wide(image.get(XP_COMMENT))),
        comment=user_comment(camera.get(COMMENT)),
        artist=clean(_text(image.get(ARTIST))) or _wide(image.get(XP_AUTHOR)),
        copyright=clean(_text(image.get(COPYRIGHT)).replace("\0", " ")),
        keywords=_wide(image.get(XP_KEYWORDS)),
        rating=_int(image.get(RATING)),
        shot=_shot(camera),
        gps=_position(gps),
        xmp=_bytes(image.get(XMP)),
        iptc=_bytes(image.get(IPTC)),
    )


class _Tiff:
    """Directories of a TIFF or BigTIFF structure."""

    def __init__(self, read_at: ReadAt, size: int) -> None:
        self.read_at = read_at
        self.room = MAX_VALUES
        self.size = size
        head = read_at(0, 16)
        self.order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
        magic = struct.unpack(f"{self.order or '<'}H", head[2:4])[0] if len(head) >= 8 else 0
        if not self.order or magic not in (42, 43, 0x55, 0x4F52):
            raise Unreadable("not a TIFF structure")
        self.big = magic == 43
        self.first = self._number(head[8:16] if self.big else head[4:8])

    def directory(self, place: int) -> Directory:
        """Tag → value: bytes, or a tuple of numbers (rationals as floats, NaN for a zero denominator)."""
        if not 0 < place < self.size:
            return {}
        counter, step = (8, 20) if self.big else (2, 12)
        count = self._number(self.read_at(place, counter))
        body = self.read_at(place + counter, step * min(count, MAX_ENTRIES))
        found: Directory = {}
        for at in range(0, len(body) - step + 1, step):
            tag, value = self._entry(body[at : at + step])
            if value is not None:
                found.setdefault(tag, value)
        return found

    def _entry(self, entry: bytes) -> tuple[int, Any]:
        tag, kind = struct.unpack(f"{self.order}HH", entry[:4])
        if tag not in _WANTED:
            return tag, None
        wide = 8 if self.big else 4
        count, field = self._number(entry[4 : 4 + wide]), entry[4 + wide :]
        as_bytes = kind in _BYTES or tag in _LARGE or (kind == 1 and count > 4)
        form, unit = _FORMATS.get(kind, ("B", 1)) if not as_bytes else ("B", {3: 2, 4: 4, 13: 4}.get(kind, 1))
        if kind not in _FORMATS and kind not in _BYTES:
            return tag, None
        length = unit * (count if as_bytes else min(count, MAX_ITEMS))
        self.room -= length
        if self.room < 0:
            return tag, None
        data = field[:length] if length <= wide else self.read_at(self._number(field[:wide]), length)
        if len(data) < length and not as_bytes:
            return tag, None
        return tag, data if as_bytes else self._numbers(form, data)

    def _numbers(self, form: str, data: bytes) -> tuple[float, ...]:
        values = struct.unpack(f"{self.order}{len(data) // struct.calcsize('=' + form) * form}", data)
        if len(form) == 1:
            return values
        return tuple(top / bottom if bottom else math.nan for top, bottom in zip(values[::2], values[1::2], strict=True))

    def _number(self, data: bytes) -> int:
        return int.from_bytes(data, "little" if self.order == "<" else "big")


def _int(value: Any) -> int | None:
    return int(value[0]) if isinstance(value, tuple) and value and isinstance(value[0], int) else None


def _float(value: Any) -> float | None:
    number = float(value[0]) if isinstance(value, tuple) and value else math.nan
    return number if math.isfinite(number) else None


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


def _text(value: Any) -> str:
    data = _bytes(value).rstrip(b"\0 ")
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        return data.decode("latin-1").strip()


def _said(text: str) -> str:
    return "" if text.strip().casefold() in _NOT_SAID else text.replace("\0", "").strip()


def _wide(value: Any) -> str:
    """Windows Explorer's fields."""
    return clean(_bytes(value).decode("utf-16-le", "replace").split("\0")[0])


def user_comment(value: Any) -> str:
    """Eight bytes name the encoding. UTF-16's byte order is not said there: it is where the zero bytes are, as programs disagree."""
    data = _bytes(value)
    kind, body = data[:8], data[8:]
    if kind == b"UNICODE\0":
        even, odd = body[:512:2].count(0), body[1:512:2].count(0)
        return body.decode("utf-16-be" if even >= odd else "utf-16-le", "replace").replace("\0", "").strip()
    if kind.startswith(b"JIS\0"):
        return body.decode("iso2022_jp", "replace").replace("\0", "").strip()
    if kind in (b"ASCII\0\0\0", b"\0" * 8):
        return _text(body).replace("\0", "").strip()
    return _text(data).replace("\0", "").strip()


def _moment(value: Any, offset: Any = None, fraction: Any = None) -> str:
    """ "2016:09:28 18:18:05" as ISO 8601, "" when it is no date ("0000:00:00 …")."""
    text = _text(value)[:19].replace("/", ":").replace("-", ":")
    try:
        moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the zone, if any, is told apart
    except ValueError:
        day = text[:10].replace(":", "-")
        return day if _is_day(day) else ""
    digits = _text(fraction)
    part = f".{digits[:3]}" if digits.isdecimal() and digits.strip("0") else ""
    zone = _text(offset)
    known = len(zone) == 6 and zone[0] in "+-" and zone[3] == ":" and (zone[1:3] + zone[4:]).isdecimal()
    return moment.isoformat() + part + (zone if known else "")


def _is_day(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return False
    return True


def _shot(camera: Directory) -> dict[str, float] | None:
    """How it was taken: exposure in seconds, f-number, ISO, focal length in mm (and on 35 mm film), bias in EV, flash 1 when it fired."""
    values = {
        "exposure": _float(camera.get(EXPOSURE)),
        "f_number": _float(camera.get(F_NUMBER)),
        "iso": _float(camera.get(ISO)),
        "focal_length": _float(camera.get(FOCAL)),
        "focal_length_35mm": _float(camera.get(FOCAL_35)),
        "bias": _float(camera.get(BIAS)) or None,
        "flash": float(flash & 1) or None if (flash := _int(camera.get(FLASH))) is not None else None,
    }
    kept = {name: round(value, 6) for name, value in values.items() if value is not None and (value > 0 or name == "bias")}
    return kept or None


def _position(gps: Directory) -> dict[str, float] | None:
    """Latitude, longitude and altitude; None unless both degrees are possible. 0°, 0° is how some cameras write none."""
    latitude, longitude = _degrees(gps.get(2), gps.get(1), "S"), _degrees(gps.get(4), gps.get(3), "W")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
        return None
    found = {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}
    altitude = _float(gps.get(6))
    if altitude is not None and abs(altitude) < 100_000:
        found["altitude"] = round(-altitude if _int(gps.get(5)) == 1 else altitude, 2)
    return found


def _degrees(value: Any, reference: Any, negative: str) -> float | None:
    if not isinstance(value, tuple) or not value:
        return None
    parts = [part if math.isfinite(part) else 0.0 for part in value[:3]]
    if not math.isfinite(value[0]):
        return None
    degrees = float(sum(part / 60**power for power, part in enumerate(parts)))
    return -degrees if _text(reference)[:1].upper() == negative else degrees
