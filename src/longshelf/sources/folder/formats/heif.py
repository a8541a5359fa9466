"""HEIC and AVIF: size, turning and metadata of the primary picture, from the boxes that describe it.

The rule: no picture is decoded and no offset is trusted; what is not where the file says it is, is absent."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from longshelf.errors import Unreadable
from longshelf.sources.folder.formats import mp4
from longshelf.sources.folder.formats.pictures import MAX_BLOCK, Picture

MAX_META = 4 * 2**20  # bytes of the description; burst files reach some 100 KiB
MAX_ITEMS = 10_000
MIMES = {
    "avif": "image/avif", "avis": "image/avif", "heic": "image/heic", "heix": "image/heic", "hevc": "image/heic", "hevx": "image/heic",
    "heim": "image/heic", "heis": "image/heic", "mif1": "image/heif", "msf1": "image/heif", "miaf": "image/heif",
}  # fmt: skip


class _Box(NamedTuple):
    kind: bytes
    body: bytes


def read(file: BinaryIO, size: int) -> Picture:
    file.seek(0)
    brand = file.read(12)[8:12].decode("latin-1")
    picture = Picture(MIMES.get(brand, "image/heif"), turned=True)  # by its boxes alone: EXIF's orientation is to be ignored here
    meta = _meta(file, size)
    if meta is not None:
        _describe(picture, file, size, meta)
    if brand in ("avis", "hevc", "hevx", "msf1"):
        _sequence(picture, file, size)
    if not picture.width:
        raise Unreadable("is cut off or damaged: no picture described in it")
    return picture


def _meta(file: BinaryIO, size: int) -> bytes | None:
    place = 0
    for _ in range(100):
        file.seek(place)
        head = file.read(16)
        if len(head) < 8:
            break
        length, kind = struct.unpack(">I4s", head[:8])
        lead = 8
        if length == 1:
            length, lead = int.from_bytes(head[8:16], "big"), 16
        if kind == b"meta":
            if not 12 <= length <= MAX_META:
                raise Unreadable("is damaged: its description has an impossible size")
            file.seek(place + lead + 4)
            return file.read(length - lead - 4)
        if length < lead:
            break
        place += length
        if place >= size:
            break
    return None


def _boxes(data: bytes) -> Iterator[_Box]:
    place = 0
    while place + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        if length < 8:
            return
        yield _Box(kind, data[place + 8 : place + length])
        place += length


def _describe(picture: Picture, file: BinaryIO, size: int, meta: bytes) -> None:
    boxes: dict[bytes, bytes] = {}
    for box in _boxes(meta):
        boxes.setdefault(box.kind, box.body)
    primary = _number(boxes.get(b"pitm", b"")[4:])
    _properties(picture, boxes.get(b"iprp", b""), primary)
    places = dict(_locations(boxes.get(b"iloc", b"")))
    for item, kind, mime in _items(boxes.get(b"iinf", b"")):
        first_exif = kind == b"Exif" and not picture.exif
        first_xmp = kind == b"mime" and mime == b"application/rdf+xml" and not picture.xmp
        if item not in places or not (first_exif or first_xmp):
            continue
        place, length = places[item]
        if place >= size or length > MAX_BLOCK:
            continue
        file.seek(place)
        data = file.read(length)
        if first_exif:  # the first four bytes say where in it TIFF begins
            picture.exif = data[4 + _number(data[:4]) :] or b"\0"
        else:
            picture.xmp.append(data)


def _number(data: bytes) -> int:
    return int.from_bytes(data[:4] if len(data) >= 4 else data[:2], "big")


def _properties(picture: Picture, iprp: bytes, primary: int) -> None:
    """The properties the primary item is associated with: ispe is its size, clap crops it, irot turns it by quarters, imir mirrors it."""
    parts: dict[bytes, bytes] = {}
    for box in _boxes(iprp):
        parts.setdefault(box.kind, box.body)
    known = list(_boxes(parts.get(b"ipco", b"")))
    turns = 0
    for index in _associated(parts.get(b"ipma", b""), primary):
        if not 0 < index <= len(known):
            continue
        kind, body = known[index - 1]
        if kind == b"ispe" and len(body) >= 12:
            picture.width, picture.height = struct.unpack(">II", body[4:12])
        elif kind == b"clap" and len(body) >= 16:
            _crop(picture, body)
        elif kind == b"irot" and body:
            turns = body[0] & 3
    if turns & 1:
        picture.width, picture.height = picture.height, picture.width


def _crop(picture: Picture, clap: bytes) -> None:
    """The part that is shown: coders pad pictures to whole blocks. Width and height are fractions."""
    width, width_of, height, height_of = struct.unpack(">IIII", clap[:16])
    if width_of and height_of and 0 < width // width_of <= (picture.width or 0) and 0 < height // height_of <= (picture.height or 0):
        picture.width, picture.height = width // width_of, height // height_of


def _associated(ipma: bytes, primary: int) -> list[int]:
    if len(ipma) < 8:
        return []
    version, wide = ipma[0], ipma[3] & 1
    place, step = 8, 2 if version < 1 else 4
    for _ in range(min(int.from_bytes(ipma[4:8], "big"), MAX_ITEMS)):
        item, place = int.from_bytes(ipma[place : place + step], "big"), place + step
        if place >= len(ipma):
            break
        count, place = ipma[place], place + 1
        each = 2 if wide else 1
        if item == primary:
            cells = (ipma[place + each * index : place + each * (index + 1)] for index in range(count))
            return [int.from_bytes(cell, "big") & (0x7FFF if wide else 0x7F) for cell in cells]
        place += count * each
    return []


def _items(iinf: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(item, kind, MIME type) of each infe box of version 2 or 3."""
    entries = iinf[6:] if iinf[:1] == b"\0" else iinf[8:]
    for box in _boxes(entries):
        if box.kind != b"infe" or box.body[:1] not in (b"\2", b"\3"):
            continue
        step = 2 if box.body[0] == 2 else 4
        item = int.from_bytes(box.body[4 : 4 + step], "big")
        rest = box.body[6 + step :]
        mime = rest[4:].split(b"\0")[1:2]
        yield item, rest[:4], mime[0] if mime else b""


def _locations(iloc: bytes) -> Iterator[tuple[int, tuple[int, int]]]:
    """(item, (place, length)) of items that lie in the file in one piece."""
    if len(iloc) < 8:
        return
    version = iloc[0]
    offset_size, length_size, base_size, index_size = iloc[4] >> 4, iloc[4] & 15, iloc[5] >> 4, iloc[5] & 15
    index_size = index_size if version in (1, 2) else 0
    step = 4 if version == 2 else 2
    reader = _Cells(iloc, 6)
    for _ in range(min(reader.take(step), MAX_ITEMS)):
        item = reader.take(step)
        method = reader.take(2) & 15 if version in (1, 2) else 0
        reader.take(2)
        base = reader.take(base_size)
        extents = reader.take(2)
        pieces = []
        for _ in range(min(extents, MAX_ITEMS)):
            reader.take(index_size)
            pieces.append((base + reader.take(offset_size), reader.take(length_size)))
            if reader.place > len(iloc):
                return
        if len(pieces) == 1 and method == 0:
            yield item, pieces[0]


class _Cells:
    """Big-endian numbers of changing width, one after the other; beyond the end they are 0."""

    def __init__(self, data: bytes, place: int) -> None:
        self.data = data
        self.place = place

    def take(self, width: int) -> int:
        self.place += width
        return int.from_bytes(self.data[self.place - width : self.place], "big")


def _sequence(picture: Picture, file: BinaryIO, size: int) -> None:
    """An animation is a movie without sound beside the still picture."""
    try:
        movie = mp4.read(file, size)
    except Unreadable:
        return
    track = next((track for track in movie.tracks if track.handler in ("pict", "vide")), None)
    if track is not None and track.samples > 1:
        picture.frames, picture.duration = track.samples, movie.duration
        picture.width, picture.height = picture.width or track.width, picture.height or track.height
