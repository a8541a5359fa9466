"""WAV files: format, length, INFO texts and the ID3 tag some programs put beside them.

The rule: chunks are counted, and none is read beyond its bound."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, NamedTuple

from longshelf.errors import Unreadable

MAX_CHUNKS = 1_000
MAX_INFO = 2**20
MAX_TAG = 80 * 2**20
CODECS = {1: "pcm", 3: "pcm_float", 6: "pcm_alaw", 7: "pcm_mulaw", 2: "adpcm", 0x11: "adpcm", 0x50: "mp2", 0x55: "mp3", 0xFFFE: "pcm"}
# INFO's four letters -> Vorbis comment of the same meaning.
INFO = {
    b"INAM": "title", b"IART": "artist", b"IPRD": "album", b"ICMT": "comment", b"ICRD": "date", b"IGNR": "genre", b"ITRK": "tracknumber",
    b"IPRT": "tracknumber", b"ILNG": "language", b"IPUB": "publisher", b"IMUS": "composer", b"IWRI": "author",
}  # fmt: skip


class Chunk(NamedTuple):
    kind: bytes
    start: int
    size: int


@dataclass
class Wave:
    """`duration` in seconds, `bit_rate` in bits a second, `info` by comment names."""

    codec: str = ""
    channels: int = 0
    sample_rate: int = 0
    bit_rate: int = 0
    bits: int = 0
    duration: float | None = None
    info: dict[str, list[str]] = field(default_factory=dict)
    id3: bytes = b""


def read(file: BinaryIO, size: int) -> Wave:
    """Unreadable without a format chunk."""
    wave = Wave()
    sound = 0
    for chunk in chunks(file, 12, size):
        file.seek(chunk.start)
        if chunk.kind == b"fmt ":
            _format(wave, file.read(min(chunk.size, 40)))
        elif chunk.kind == b"data":
            sound = max(0, min(chunk.size, size - chunk.start))
        elif chunk.kind == b"LIST" and file.read(4) == b"INFO":
            _info(wave, file.read(min(chunk.size - 4, MAX_INFO)))
        elif chunk.kind.lower() == b"id3 ":
            wave.id3 = file.read(min(chunk.size, MAX_TAG))
    if not wave.sample_rate:
        raise Unreadable("is cut off or damaged: no sound described in it")
    wave.duration = sound * 8 / wave.bit_rate if wave.bit_rate and sound else None
    return wave


def prove(file: BinaryIO, size: int, order: Literal["big", "little"]) -> None:
    """Unreadable when there are more chunks than a parser without a bound should meet."""
    for _ in chunks(file, 12, size, order):
        pass


def chunks(file: BinaryIO, place: int, size: int, order: Literal["big", "little"] = "little") -> Iterator[Chunk]:
    """The chunks of a RIFF or IFF file from `place` on."""
    for _ in range(MAX_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[4:], order)
        yield Chunk(head[:4], place + 8, length)
        place += 8 + length + (length & 1)
        if place >= size:
            return
    raise Unreadable(f"has more than {MAX_CHUNKS:,} chunks")


def _format(wave: Wave, body: bytes) -> None:
    if len(body) < 16:
        return
    kind, wave.channels, wave.sample_rate, bytes_a_second, _, wave.bits = struct.unpack("<HHIIHH", body[:16])
    wave.codec = CODECS.get(kind, f"0x{kind:04x}")
    wave.bit_rate = 8 * bytes_a_second


def _info(wave: Wave, body: bytes) -> None:
    place = 0
    for _ in range(MAX_CHUNKS):
        if place + 8 > len(body):
            return
        length = int.from_bytes(body[place + 4 : place + 8], "little")
        if name := INFO.get(body[place : place + 4]):
            value = body[place + 8 : place + 8 + length].rstrip(b"\0")
            wave.info.setdefault(name, []).append(_text(value))
        place += 8 + length + (length & 1)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")
