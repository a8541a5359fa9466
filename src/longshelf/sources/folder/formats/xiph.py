"""FLAC and Ogg (Vorbis, Opus, FLAC, Speex, Theora): what the stream is, and its comments.

The rule: only the first headers and the last pages are read, each bounded; a picture is noticed, not kept."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from longshelf.errors import Unreadable

MAX_COMMENTS = 10_000
MAX_PACKET = 80 * 2**20  # a comment header may carry a cover in base64
MAX_VALUE = 2**20  # characters of one comment that are kept
MAX_BLOCKS = 1_000  # of one FLAC file
TAIL = 2**17  # the last page of an Ogg stream starts within 64 KiB of its end
HEADER_PAGES = 4_096
PICTURE_KEYS = frozenset(("metadata_block_picture", "coverart"))

Comments = dict[str, list[str]]


@dataclass
class Stream:
    """`codec` is vorbis, opus, flac, speex or theora; `bit_rate` in bits a second, 0 for unknown; comments have lower-case names."""

    codec: str
    channels: int = 0
    sample_rate: int = 0
    bits: int = 0
    bit_rate: int = 0
    duration: float | None = None
    comments: Comments = field(default_factory=dict)
    cover: bool = False
    video: str = ""
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0


# --- FLAC ---


def read_flac(file: BinaryIO, size: int, start: int = 0) -> Stream:
    """`start` is where "fLaC" stands. Unreadable without a STREAMINFO block."""
    stream: Stream | None = None
    place = start + 4
    for _ in range(MAX_BLOCKS):
        file.seek(place)
        head = file.read(4)
        if len(head) < 4:
            break
        kind, length = head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind == 0 and stream is None:
            stream = _streaminfo(file.read(min(length, 34)))
        elif kind == 4 and stream is not None:
            stream.comments.update(comments(file.read(length)))
        elif kind == 6 and stream is not None:
            stream.cover = stream.cover or length > 32
        place += 4 + length
        if head[0] & 0x80:
            break
    if stream is None:
        raise Unreadable("not a FLAC file: it has no stream information")
    if stream.duration:
        stream.bit_rate = int(max(0, size - place) * 8 / stream.duration)
    return stream


def _streaminfo(body: bytes) -> Stream:
    if len(body) < 18:
        raise Unreadable("not a FLAC file: its stream information is cut off")
    packed = int.from_bytes(body[10:18], "big")
    rate, samples = packed >> 44, packed & (2**36 - 1)
    if not rate:
        raise Unreadable("not a FLAC file: it claims no sample rate")
    return Stream(
        "flac",
        channels=(packed >> 41 & 7) + 1,
        sample_rate=rate,
        bits=(packed >> 36 & 31) + 1,
        duration=samples / rate if samples else None,
    )


# --- Ogg ---


def read_ogg(file: BinaryIO, size: int) -> Stream:
    """The first logical stream that sounds (or moves, when none does). Unreadable when none is known."""
    reader = _Ogg(file)
    stream = reader.read()
    clock = reader.clocks[reader.serial]
    last = _last_granule(file, size, reader.serial) if clock.rate else None
    stream.duration = None if last is None else clock.seconds(last)
    if not stream.bit_rate and stream.duration:
        stream.bit_rate = int(size * 8 / stream.duration)
    return stream


class _Clock(NamedTuple):
    """How a granule position tells the time: `rate` a second, `lead` of them before the beginning. Theora packs two numbers with `shift`:
    the last key frame, and the frames since."""

    rate: float
    lead: int = 0
    shift: int = 0

    def seconds(self, granule: int) -> float:
        counted = (granule >> self.shift) + (granule & (1 << self.shift) - 1) if self.shift else granule
        return max(0.0, (counted - self.lead) / self.rate)


class _Ogg:
    """Collects the first packets of every logical stream until one tells what it is and has its comments."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.serial = 0
        self.streams: dict[int, Stream] = {}
        self.clocks: dict[int, _Clock] = {}
        self.commented: set[int] = set()
        self.partial: dict[int, bytearray] = {}
        self.done: dict[int, int] = {}

    def read(self) -> Stream:
        self.file.seek(0)
        for serial, packet, number in self._packets():
            if number == 0:
                self._identify(serial, packet)
            elif serial in self.streams and number == 1:
                self._comment(self.streams[serial], packet)
                self.commented.add(serial)
                if self.commented == self.streams.keys():
                    break
        return self._chosen()

    def _packets(self) -> Iterator[tuple[int, bytes, int]]:
        for serial, lengths, body in self._pages():
            place = 0
            for length in lengths:
                number = self.done.get(serial, 0)
                if number > 1:
                    break
                buffer = self.partial.setdefault(serial, bytearray())
                buffer += body[place : place + length]
                place += length
                if len(buffer) > MAX_PACKET:
                    raise Unreadable(f"its comments are larger than {MAX_PACKET >> 20} MiB")
                if length < 255:
                    yield serial, bytes(self.partial.pop(serial)), number
                    self.done[serial] = number + 1

    def _pages(self) -> Iterator[tuple[int, bytes, bytes]]:
        for _ in range(HEADER_PAGES):
            head = self.file.read(27)
            if len(head) < 27 or head[:4] != b"OggS":
                return
            lengths = self.file.read(head[26])
            yield int.from_bytes(head[14:18], "little"), lengths, self.file.read(sum(lengths))

    def _identify(self, serial: int, packet: bytes) -> None:
        if packet[:7] == b"\x01vorbis" and len(packet) >= 28:
            channels, rate, _, nominal, _ = struct.unpack("<BIiii", packet[11:28])
            self._found(serial, Stream("vorbis", channels, rate, bit_rate=max(0, nominal)), _Clock(rate))
        elif packet[:8] == b"OpusHead" and len(packet) >= 19:
            self._found(serial, Stream("opus", packet[9], 48_000), _Clock(48_000, int.from_bytes(packet[10:12], "little")))
        elif packet[:5] == b"\x7fFLAC" and len(packet) >= 51:
            stream = _streaminfo(packet[17:51])
            self._found(serial, stream, _Clock(stream.sample_rate))
        elif packet[:8] == b"Speex   " and len(packet) >= 56:
            rate, _, _, channels, bits = struct.unpack("<IIIIi", packet[36:56])
            self._found(serial, Stream("speex", channels, rate, bit_rate=max(0, bits)), _Clock(rate))
        elif packet[:7] == b"\x80theora" and len(packet) >= 42:
            self._theora(serial, packet)

    def _theora(self, serial: int, packet: bytes) -> None:
        width, height = int.from_bytes(packet[14:17], "big"), int.from_bytes(packet[17:20], "big")
        frames, seconds = struct.unpack(">II", packet[22:30])
        rate = frames / seconds if seconds else 0.0
        shift = int.from_bytes(packet[40:42], "big") >> 5 & 31
        stream = Stream("theora", video="theora", width=width, height=height, frame_rate=rate)
        self._found(serial, stream, _Clock(rate, shift=shift))

    def _found(self, serial: int, stream: Stream, clock: _Clock) -> None:
        self.streams[serial] = stream
        self.clocks[serial] = clock

    def _comment(self, stream: Stream, packet: bytes) -> None:
        skip = {"vorbis": 7, "opus": 8, "flac": 4, "speex": 0, "theora": 7}[stream.codec]
        stream.comments = comments(packet[skip:])
        stream.cover = any(key in stream.comments for key in PICTURE_KEYS)

    def _chosen(self) -> Stream:
        if not self.streams:
            raise Unreadable("holds no Ogg stream that is known here (Vorbis, Opus, FLAC, Speex, Theora)")
        sounding = [serial for serial, stream in self.streams.items() if not stream.video]
        self.serial = sounding[0] if sounding else next(iter(self.streams))
        chosen = self.streams[self.serial]
        moving = next((stream for stream in self.streams.values() if stream.video), None)
        if moving is not None and moving is not chosen:
            chosen.video, chosen.width, chosen.height, chosen.frame_rate = moving.video, moving.width, moving.height, moving.frame_rate
            chosen.comments = chosen.comments or moving.comments
        return chosen


def _last_granule(file: BinaryIO, size: int, serial: int) -> int | None:
    """The position of the last page of this stream that carries one, looked for at the end of the file."""
    start = max(0, size - TAIL)
    file.seek(start)
    tail = file.read(TAIL)
    place = tail.rfind(b"OggS")
    while place >= 0:
        if int.from_bytes(tail[place + 14 : place + 18], "little") == serial and place + 18 <= len(tail):
            granule = int.from_bytes(tail[place + 6 : place + 14], "little", signed=True)
            if granule >= 0:
                return granule
        place = tail.rfind(b"OggS", 0, place)
    return None


# --- comments ---


def comments(body: bytes) -> Comments:
    """Vorbis comments: names in lower case, values in order. What is cut off is left out."""
    found: Comments = {}
    place = 4 + int.from_bytes(body[:4], "little")  # past the vendor
    count = int.from_bytes(body[place : place + 4], "little")
    place += 4
    for _ in range(min(count, MAX_COMMENTS)):
        if place + 4 > len(body):
            break
        length = int.from_bytes(body[place : place + 4], "little")
        place += 4
        name, equals, value = body[place : min(place + length, place + MAX_VALUE)].partition(b"=")
        place += length
        if not equals:
            continue
        key = name.decode("utf-8", "replace").lower()
        found.setdefault(key, []).append("" if key in PICTURE_KEYS else value.decode("utf-8", "replace"))
    return found
