"""Picture files taken apart without decoding: size in pixels, frames, and the metadata blocks they carry.

One reader a container (JPEG, PNG, WebP, GIF, BMP, TIFF, JPEG XL; HEIF and AVIF in heif.py). The rule: pixels are stepped over by seeking,
every length is checked against the bytes that are there, and what is inflated is bounded, so a picture that claims a billion pixels
costs no more than any other."""

import os
import struct
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

from longshelf.errors import Unreadable
from longshelf.sources.folder.formats import exif, iptc
from longshelf.sources.folder.formats.exif import Exif

MAX_BLOCK = 16 * 2**20  # bytes of one metadata block, and of all of them in a JPEG
MAX_TEXT = 8 * 2**20  # bytes one text chunk may unpack to
MAX_TEXTS = 32 * 2**20  # bytes all of them together
MAX_SEGMENTS = 20_000
MAX_CHUNKS = 200_000  # a gigabyte of PNG in chunks of 8 KiB
MAX_GIF = 32 * 2**20  # bytes of a GIF looked through for frames
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"
XMP_KEY = "XML:com.adobe.xmp"


@dataclass
class Picture:
    """`width` and `height` as stored, before any turning (`turned`: already applied by the container). `duration` in seconds of all
    frames, `xmp` packets in order of importance, `texts` the named text chunks of a PNG."""

    mime: str
    width: int | None = None
    height: int | None = None
    frames: int = 1
    duration: float | None = None
    exif: bytes = b""
    xmp: list[bytes] = field(default_factory=list)
    iptc: bytes = b""
    comment: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    directory: Exif | None = None
    turned: bool = False
    warnings: list[str] = field(default_factory=list)


def read_jpeg(file: BinaryIO) -> Picture:
    picture = Picture("image/jpeg")
    extended: dict[bytes, dict[int, bytes]] = {}
    room = MAX_BLOCK
    place = 2
    for _ in range(MAX_SEGMENTS):
        file.seek(place)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF:
            break
        marker = head[1]
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:  # padding and markers without a length
            place += 1 if marker == 0xFF else 2
            continue
        if marker in (0xDA, 0xD9):
            break
        length = int.from_bytes(head[2:4], "big")
        if length < 2:
            break
        if marker in _SOF and picture.width is None:
            body = file.read(5)
            if len(body) == 5:
                picture.height, picture.width = struct.unpack(">HH", body[1:])
        elif marker in (0xE1, 0xED, 0xFE) and (room := room - length) > 0:
            _jpeg_segment(picture, marker, file.read(length - 2), extended)
        place += 2 + length
    if picture.width is None:
        raise Unreadable("is cut off or damaged: no picture in it")
    picture.xmp.extend(_joined(parts) for parts in extended.values())
    return picture


def _jpeg_segment(picture: Picture, marker: int, body: bytes, extended: dict[bytes, dict[int, bytes]]) -> None:
    if marker == 0xFE:
        picture.comment = picture.comment or body.decode("utf-8", "replace").strip("\0 ")
    elif marker == 0xED:
        picture.iptc = picture.iptc or iptc.from_photoshop(body)
    elif body.startswith(b"Exif\0"):
        picture.exif = picture.exif or body[6:]
    elif body.startswith(_XMP):
        picture.xmp.append(body[len(_XMP) :])
    elif body.startswith(_MORE_XMP) and len(body) > len(_MORE_XMP) + 40:
        name, rest = body[len(_MORE_XMP) :][:32], body[len(_MORE_XMP) + 32 :]
        extended.setdefault(name, {})[int.from_bytes(rest[4:8], "big")] = rest[8:]


def _joined(parts: dict[int, bytes]) -> bytes:
    """A long XMP packet is spread over segments that tell their place in it."""
    return b"".join(part for _, part in sorted(parts.items()))[:MAX_BLOCK]


# --- PNG ---


def read_png(file: BinaryIO) -> Picture:
    picture = Picture("image/png")
    room = MAX_TEXTS
    delays = 0.0
    place = 8
    number = file.fileno()
    for _ in range(MAX_CHUNKS):
        head = os.pread(number, 8, place)
        if len(head) < 8:
            picture.warnings.append("is cut off: the end of the picture is missing")
            break
        length, kind = struct.unpack(">I4s", head)
        if kind == b"IHDR" and picture.width is None:
            picture.width, picture.height = struct.unpack(">II", os.pread(number, 8, place + 8).ljust(8, b"\0"))
        elif kind == b"eXIf" and length <= MAX_BLOCK:
            picture.exif = os.pread(number, length, place + 8)
        elif kind in _PNG_TEXT and length <= MAX_BLOCK:
            room -= _png_text(picture, kind, os.pread(number, length, place + 8), room)
        elif kind == b"acTL":
            picture.frames = max(1, int.from_bytes(os.pread(number, 4, place + 8), "big"))
        elif kind == b"fcTL":
            delays += _delay(os.pread(number, 26, place + 8))
        elif kind == b"IEND":
            break
        place += 12 + length
    if not picture.width or not picture.height:
        raise Unreadable("is cut off or damaged: it has no header (IHDR)")
    if picture.frames > 1:
        picture.duration = delays or None
        picture.mime = "image/apng"
    _raw_profiles(picture)
    return picture


def _delay(control: bytes) -> float:
    if len(control) < 24:
        return 0.0
    top, bottom = struct.unpack(">HH", control[20:24])
    return float(top / (bottom or 100))


_PNG_TEXT = frozenset((b"tEXt", b"zTXt", b"iTXt"))


def _png_text(picture: Picture, kind: bytes, body: bytes, room: int) -> int:
    """Keeps one named text, returns the bytes it took. A text beyond the bound is left out, with a warning."""
    key, _, rest = body.partition(b"\0")
    name = key.decode("latin-1")
    encoding = "latin-1"
    compressed = kind == b"zTXt"
    if compressed:
        rest = rest[1:]
    elif kind == b"iTXt":
        compressed = rest[:1] == b"\1"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        encoding = "utf-8"
    if compressed:
        unpacked = inflate(rest, min(MAX_TEXT, room))
        if unpacked is None:
            picture.warnings.append(f"the text {name[:40]!r} in it is damaged or unpacks to too much, and was left out")
            return 0
        rest = unpacked
    if len(rest) > room:
        return 0
    text = rest.decode("utf-8", "replace") if encoding == "utf-8" or _is_utf8(rest) else rest.decode("latin-1")
    if name == XMP_KEY:
        picture.xmp.append(rest)
    else:
        picture.texts.setdefault(name, text)
    return len(rest)


def _is_utf8(data: bytes) -> bool:
    """tEXt is Latin 1 by the book; most programs write UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def inflate(data: bytes, limit: int) -> bytes | None:
    """The unpacked bytes, None when they are damaged or more than `limit`."""
    packer = zlib.decompressobj()
    try:
        unpacked = packer.decompress(data, limit + 1)
    except zlib.error:
        return None
    return None if len(unpacked) > limit or not packer.eof else unpacked


def _raw_profiles(picture: Picture) -> None:
    """ImageMagick writes EXIF, IPTC and XMP as lines of hexadecimal in a text."""
    for name in [name for name in picture.texts if name.startswith("Raw profile type ")]:
        lines = picture.texts.pop(name).split("\n")
        try:
            data = bytes.fromhex("".join(lines[3:]))
        except ValueError:
            continue
        what = name[17:].strip().lower()
        if what == "xmp" or data.startswith(_XMP):
            picture.xmp.append(data.removeprefix(_XMP))
        elif what in ("exif", "app1"):
            picture.exif = picture.exif or data.removeprefix(b"Exif\0\0")
        elif what == "iptc":
            picture.iptc = picture.iptc or iptc.from_photoshop(b"Photoshop 3.0\0" + data) or data


# --- WebP, GIF, BMP, TIFF, JPEG XL ---


def read_webp(file: BinaryIO, size: int) -> Picture:
    picture = Picture("image/webp")
    file.seek(0)
    end = min(size, 8 + int.from_bytes(file.read(8)[4:8], "little"))
    place, frames, delays = 12, 0, 0
    for _ in range(MAX_SEGMENTS):
        if place + 8 > end:
            break
        file.seek(place)
        kind, length = struct.unpack("<4sI", file.read(8).ljust(8, b"\0"))
        if kind == b"VP8X":
            body = file.read(10).ljust(10, b"\0")
            picture.width, picture.height = 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
        elif kind == b"ANMF":
            frames += 1
            delays += int.from_bytes(file.read(15)[12:15], "little")
        elif kind in (b"VP8 ", b"VP8L") and picture.width is None:
            _webp_size(picture, kind, file.read(10))
        elif kind == b"EXIF" and length <= MAX_BLOCK:
            picture.exif = file.read(length).removeprefix(b"Exif\0\0")
        elif kind == b"XMP " and length <= MAX_BLOCK and not picture.xmp:
            picture.xmp.append(file.read(length))
        place += 8 + length + (length & 1)
    if not picture.width:
        raise Unreadable("is cut off or damaged: no picture in it")
    if frames > 1:
        picture.frames, picture.duration = frames, delays / 1000 or None
    return picture


def _webp_size(picture: Picture, kind: bytes, body: bytes) -> None:
    if kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        packed = int.from_bytes(body[1:5], "little")
        picture.width, picture.height = 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    elif kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) == 10:
        width, height = struct.unpack("<HH", body[6:10])
        picture.width, picture.height = width & 0x3FFF, height & 0x3FFF


def read_gif(file: BinaryIO) -> Picture:
    file.seek(0)
    data = file.read(MAX_GIF)
    if len(data) < 13:
        raise Unreadable("is cut off: it has no header")
    picture = Picture("image/gif")
    picture.width, picture.height = struct.unpack("<HH", data[6:10])
    place = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    frames, delays = 0, 0
    while place + 2 < len(data):
        if data[place] == 0x21:
            if data[place + 1] == 0xF9 and place + 6 <= len(data):
                delays += int.from_bytes(data[place + 4 : place + 6], "little")
            elif data[place + 1] == 0xFE and not picture.comment:
                picture.comment = data[place + 3 : place + 3 + data[place + 2]].decode("utf-8", "replace")
            place = _past_blocks(data, place + 2)
        elif data[place] == 0x2C and place + 10 <= len(data):
            frames += 1
            local = data[place + 9]
            place = _past_blocks(data, place + 11 + (3 << (local & 7) + 1 if local & 0x80 else 0))
        else:
            break
    if not frames or not picture.width or not picture.height:
        raise Unreadable("is cut off or damaged: no picture in it")
    if frames > 1:
        picture.frames, picture.duration = frames, delays / 100 or None
    return picture


def _past_blocks(data: bytes, place: int) -> int:
    end = len(data)
    while place < end and data[place]:
        place += 1 + data[place]
    return place + 1


def read_bmp(file: BinaryIO) -> Picture:
    file.seek(0)
    head = file.read(26)
    if len(head) < 26:
        raise Unreadable("is cut off: it has no header")
    old = int.from_bytes(head[14:18], "little") == 12
    width, height = struct.unpack("<HH", head[18:22]) if old else struct.unpack("<ii", head[18:26])
    return Picture("image/bmp", abs(width), abs(height))


def read_tiff(file: BinaryIO, size: int) -> Picture:
    number = file.fileno()
    found = exif.read(lambda place, count: os.pread(number, count, place) if place < size else b"", size)
    if not found.width or not found.height:
        raise Unreadable("is cut off or damaged: it names no size")
    return Picture("image/tiff", found.width, found.height, xmp=[found.xmp] if found.xmp else [], iptc=found.iptc, directory=found)


def read_jxl(start: bytes) -> Picture:
    """A codestream, whose header is packed bit by bit, the lowest first; `start` holds it, bare or in its box."""
    place = start.find(b"\xff\x0a")
    if place < 0 or len(start) < place + 6:
        raise Unreadable("is cut off or damaged: no picture in it")
    bits = int.from_bytes(start[place + 2 : place + 16], "little")
    small, bits = bits & 1, bits >> 1
    height, bits = _jxl_length(bits, small)
    ratio, bits = bits & 7, bits >> 3
    ratios = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
    width = height * ratios[ratio][0] // ratios[ratio][1] if ratio else _jxl_length(bits, small)[0]
    return Picture("image/jxl", width, height)


def _jxl_length(bits: int, small: int) -> tuple[int, int]:
    if small:
        return 8 * (1 + (bits & 31)), bits >> 5
    width = (9, 13, 18, 30)[bits & 3]
    return 1 + (bits >> 2 & (1 << width) - 1), bits >> 2 + width
