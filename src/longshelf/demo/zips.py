"""ZIP files whose bytes depend on their members only: fixed times, fixed order, fixed attributes."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

EPOCH = (2024, 1, 1, 0, 0, 0)
STORED_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".mp3")  # compressed already; deflating them again costs time for nothing

_DATE, _TIME = (2024 - 1980) << 9 | 1 << 5 | 1, 0  # the same moment in the words of MS-DOS


class Packed(NamedTuple):
    """Compressed content that many archives may hold: `method` is 0 stored or 8 deflated."""

    method: int
    checksum: int
    size: int
    data: bytes


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    """The archive in memory, members in the given order. One called "mimetype" is stored, as EPUB asks."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(member(name), content, compresslevel=6)
    return buffer.getvalue()


def member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.external_attr = 0o100644 << 16
    info.create_system = 3
    stored = name == "mimetype" or name.lower().endswith(STORED_SUFFIXES)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    return info


def write_zip(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    path.write_bytes(zipped(members))


def pack(name: str, content: bytes) -> Packed:
    stored = name == "mimetype" or name.endswith(STORED_SUFFIXES) or len(content) < 200
    if stored:
        return Packed(0, zlib.crc32(content), len(content), content)
    squeeze = zlib.compressobj(1, zlib.DEFLATED, -15)
    return Packed(8, zlib.crc32(content), len(content), squeeze.compress(content) + squeeze.flush())


def joined(members: Iterable[tuple[str, Packed]]) -> bytes:
    """A ZIP from parts compressed before: what `zipfile` writes, at the speed of joining bytes."""
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = count = 0
    for name, packed in members:
        encoded = name.encode()
        common = struct.pack(
            "<HHHHHIIIHH", 20, 0x800, packed.method, _TIME, _DATE, packed.checksum, len(packed.data), packed.size, len(encoded), 0
        )
        body += (b"PK\x03\x04", common, encoded, packed.data)
        attributes = struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, offset)
        directory += (b"PK\x01\x02", struct.pack("<H", 0x314), common, attributes, encoded)
        count += 1
        offset += 4 + len(common) + len(encoded) + len(packed.data)
    index = b"".join(directory)
    return b"".join(body) + index + _zip64_end(count, len(index), offset) + _end(count, len(index), offset)


def _end(count: int, size: int, offset: int) -> bytes:
    shown = min(count, 0xFFFF)
    return struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, shown, shown, size, offset, 0)


def _zip64_end(count: int, size: int, offset: int) -> bytes:
    """The record that holds a number of members the old one cannot; nothing when it can."""
    if count < 0xFFFF:
        return b""
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, offset)
    return record + struct.pack("<IIQI", 0x07064B50, 0, offset + size, 1)
