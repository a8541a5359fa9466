"""ISO media files (MP4, M4A, M4B, MOV): tags, tracks and chapters, read box by box.

Only headers, tags and the few samples of a chapter track are read; sound, pictures and covers are skipped by seeking, so a ten-hour
audiobook costs as much as a ten-second one. The rule: a size in the file is a claim. A box never reaches beyond the one around it, the
number of boxes and the bytes kept of each are bounded, and nothing is read recursively by what the file says."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from longshelf.errors import Unreadable
from longshelf.model.records import Chapter
from longshelf.sources.folder.formats import marks
from longshelf.sources.folder.formats.marks import Mark

MAX_BOXES = 20_000  # in one file; real ones have a few hundred
MAX_VALUE = 2**20  # bytes kept of one tag
MAX_TABLE = 2**20  # bytes read of one sample table of a chapter track
_UNSAID = 0xFFFFFFFF

# Sample entry (or AAC object type) -> the codec's usual name.
CODECS = {
    "avc1": "h264", "avc2": "h264", "avc3": "h264", "avc4": "h264", "hvc1": "hevc", "hev1": "hevc", "dvh1": "hevc", "dvhe": "hevc",
    "av01": "av1", "vp08": "vp8", "vp09": "vp9", "mp4v": "mpeg4", "s263": "h263", "h263": "h263", "jpeg": "mjpeg",
    "mjp2": "jpeg2000", "apch": "prores", "apcn": "prores", "apcs": "prores", "apco": "prores", "ap4h": "prores", "ap4x": "prores",
    "svq3": "svq3", "svq1": "svq1", "rle ": "qtrle", "mp4a": "aac", "alac": "alac", "ac-3": "ac3", "ec-3": "eac3", "Opus": "opus",
    "fLaC": "flac", ".mp3": "mp3", "samr": "amr_nb", "sawb": "amr_wb", "sowt": "pcm", "twos": "pcm", "lpcm": "pcm", "raw ": "pcm",
    "in24": "pcm", "fl32": "pcm", "ulaw": "pcm_mulaw", "alaw": "pcm_alaw", "dtsc": "dts", "dtsh": "dts", "dtsl": "dts",
    "drms": "aac", "aavd": "aac", "xvid": "mpeg4", "mjpa": "mjpeg", "mjpb": "mjpeg", "tx3g": "mov_text", "text": "text",
    "wvtt": "webvtt", "stpp": "ttml", "c608": "eia_608", "dvd ": "dvd_subtitle", "mp4s": "dvd_subtitle",
}  # fmt: skip
_OBJECT_TYPES = {
    0x69: "mp3",
    0x6B: "mp3",
    0xA5: "ac3",
    0xA6: "eac3",
    0xA9: "dts",
    0xAD: "opus",
    0xDD: "vorbis",
    0x20: "mpeg4",
    0x21: "h264",
}
ENCRYPTED = frozenset(("drms", "aavd", "encv", "enca"))  # sample entries of files that only their shop's player can open


class Value(NamedTuple):
    """One `data` box: its type (1 is UTF-8, 0 unsaid, 13 and 14 pictures, 18 and 21 numbers) and at most `MAX_VALUE` bytes."""

    type: int
    data: bytes

    @property
    def text(self) -> str:
        if self.type == 2:
            return self.data.decode("utf-16-be", "replace")
        return self.data.decode("utf-8", "replace")


class Box(NamedTuple):
    """`start` and `end` bound the body."""

    kind: str
    start: int
    end: int


@dataclass
class Track:
    """`handler` is vide, soun, text, sbtl …; `duration` in seconds; `rotation` in degrees clockwise; `bit_rate` in bits a second."""

    id: int = 0
    handler: str = ""
    language: str = ""
    duration: float | None = None
    timescale: int = 0
    entry: str = ""
    codec: str = ""
    channels: int = 0
    sample_rate: int = 0
    width: int = 0
    height: int = 0
    rotation: int = 0
    bit_rate: int = 0
    samples: int = 0
    chapter_tracks: tuple[int, ...] = ()
    tables: dict[str, Box] = field(default_factory=dict)


@dataclass
class Movie:
    """`tags` by atom name, freeform ones as "----:mean:name"; `created` in seconds since 1904 (0 for unsaid); `cover` when a picture is
    embedded; `cut_short` when a box claims more bytes than the file has."""

    brand: str = ""
    duration: float | None = None
    created: int = 0
    tracks: list[Track] = field(default_factory=list)
    tags: dict[str, list[Value]] = field(default_factory=dict)
    chapters: tuple[Chapter, ...] = ()
    cover: bool = False
    cut_short: bool = False

    def of(self, handler: str) -> list[Track]:
        return [track for track in self.tracks if track.handler == handler]


def read(file: BinaryIO, size: int) -> Movie:
    """The movie in `file`, which is `size` bytes long. Unreadable when there is no `moov` box in it."""
    return _Reader(file, size).read()


class _Reader:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.size = size
        self.boxes_left = MAX_BOXES
        self.movie = Movie()
        self.nero: list[Mark] = []
        self.scale = 0

    def read(self) -> Movie:
        found = False
        for box in self._boxes(0, self.size):
            if box.kind == "ftyp":
                self.movie.brand = self._bytes(box, 4).decode("latin-1").strip()
            elif box.kind == "moov":
                self._moov(box)
                found = True
                break
        if not found:
            raise Unreadable("is cut off or damaged: it has no movie header (moov)" if self.movie.brand else "not an MP4 file")
        self.movie.chapters = self._chapters()
        return self.movie

    def _boxes(self, start: int, end: int) -> Iterator[Box]:
        while start + 8 <= end:
            self.boxes_left -= 1
            if self.boxes_left < 0:
                raise Unreadable(f"has more than {MAX_BOXES:,} boxes")
            head = self._at(start, 8)
            if len(head) < 8:
                return
            length, kind = struct.unpack(">I4s", head)
            body = start + 8
            if length == 1:
                length = int.from_bytes(self._at(body, 8), "big")
                body += 8
            elif length == 0:
                length = end - start
            if length < body - start:
                return
            if start + length > end:
                self.movie.cut_short = True
            yield Box(kind.decode("latin-1"), body, min(start + length, end))
            start += length

    def _at(self, place: int, count: int) -> bytes:
        self.file.seek(place)
        return self.file.read(count)

    def _bytes(self, box: Box, limit: int) -> bytes:
        return self._at(box.start, max(0, min(box.end - box.start, limit)))

    # --- movie and tracks ---

    def _moov(self, moov: Box) -> None:
        for box in self._boxes(moov.start, moov.end):
            match box.kind:
                case "mvhd":
                    self.movie.created, self.scale, length = _times(self._bytes(box, 40))
                    self.movie.duration = _seconds(length, self.scale)
                case "mvex":
                    self._fragments(box)
                case "trak":
                    self._track(box)
                case "udta":
                    self._user_data(box)
                case "meta":
                    self._meta(box)

    def _fragments(self, mvex: Box) -> None:
        """A fragmented file tells its length in mehd, in units of mvhd, which came before."""
        if self.movie.duration:
            return
        for box in self._boxes(mvex.start, mvex.end):
            if box.kind == "mehd":
                body = self._bytes(box, 12)
                self.movie.duration = _seconds(int.from_bytes(body[4:12] if body[:1] == b"\x01" else body[4:8], "big"), self.scale)

    def _track(self, trak: Box) -> None:
        track = Track()
        for box in self._boxes(trak.start, trak.end):
            match box.kind:
                case "tkhd":
                    _track_header(track, self._bytes(box, 96))
                case "mdia":
                    self._media(track, box)
                case "tref":
                    for reference in self._boxes(box.start, box.end):
                        if reference.kind == "chap":
                            body = self._bytes(reference, 64)
                            track.chapter_tracks = struct.unpack(f">{len(body) // 4}I", body[: len(body) // 4 * 4])
        self.movie.tracks.append(track)

    def _media(self, track: Track, mdia: Box) -> None:
        for box in self._boxes(mdia.start, mdia.end):
            match box.kind:
                case "mdhd":
                    body = self._bytes(box, 40)
                    _, track.timescale, length = _times(body)
                    track.duration = _seconds(length, track.timescale)
                    track.language = _language(body)
                case "hdlr":
                    track.handler = self._bytes(box, 12)[8:12].decode("latin-1")
                case "minf":
                    for inner in self._boxes(box.start, box.end):
                        if inner.kind == "stbl":
                            self._sample_table(track, inner)

    def _sample_table(self, track: Track, stbl: Box) -> None:
        for box in self._boxes(stbl.start, stbl.end):
            if box.kind == "stsd":
                self._sample_entry(track, box)
            elif box.kind in ("stts", "stsz", "stsc", "stco", "co64"):
                track.tables[box.kind] = box
        if "stsz" in track.tables:
            track.samples = int.from_bytes(self._bytes(track.tables["stsz"], 12)[8:12], "big")

    def _sample_entry(self, track: Track, stsd: Box) -> None:
        entry = next(self._boxes(stsd.start + 8, stsd.end), None)
        if entry is None:
            return
        track.entry = entry.kind
        track.codec = CODECS.get(entry.kind, entry.kind.strip(" \x00").lower())
        body = self._bytes(entry, 64)
        if track.handler == "vide" and len(body) >= 28:
            width, height = struct.unpack(">HH", body[24:28])
            track.width, track.height = track.width or width, track.height or height
        elif track.handler == "soun" and len(body) >= 28:
            self._sound_entry(track, entry, body)

    def _sound_entry(self, track: Track, entry: Box, body: bytes) -> None:
        version, track.channels, rate = struct.unpack(">H6xH6xH", body[8:26])
        track.sample_rate = rate
        inner = {0: 28, 1: 44, 2: 64}.get(version, 28)
        if version == 2 and len(body) >= 44:  # QuickTime's long form
            precise, track.channels = struct.unpack(">dI", body[32:44])
            track.sample_rate = int(precise) if 0 < precise < 10_000_000 else 0
        for box in self._boxes(entry.start + inner, entry.end):
            if box.kind == "wave":
                inside = next((each for each in self._boxes(box.start, box.end) if each.kind == "esds"), None)
                box = inside or box  # noqa: PLW2901 - QuickTime wraps the descriptor once more
            if box.kind == "esds":
                _elementary_stream(track, self._bytes(box, 128))

    # --- tags ---

    def _user_data(self, udta: Box) -> None:
        for box in self._boxes(udta.start, udta.end):
            if box.kind == "meta":
                self._meta(box)
            elif box.kind == "chpl":
                self.nero = marks.nero(self._bytes(box, MAX_VALUE))
            elif box.kind.startswith("\xa9"):
                text = _quicktime_text(self._bytes(box, MAX_VALUE))
                if text:
                    self.movie.tags.setdefault(box.kind, []).append(Value(1, text))

    def _meta(self, meta: Box) -> None:
        # MP4 begins with four bytes of version and flags, QuickTime does not; its first box then starts at once.
        start = meta.start if self._at(meta.start + 4, 4) in (b"hdlr", b"keys") else meta.start + 4
        names: list[str] = []
        for box in self._boxes(start, meta.end):
            if box.kind == "keys":
                names = self._keys(box)
            elif box.kind == "ilst":
                for item in self._boxes(box.start, box.end):
                    self._tag(item, names)

    def _keys(self, keys: Box) -> list[str]:
        return [self._bytes(box, 256).decode("utf-8", "replace") for box in self._boxes(keys.start + 8, keys.end)]

    def _tag(self, item: Box, names: list[str]) -> None:
        name, mean, values = item.kind, "", []
        number = int.from_bytes(name.encode("latin-1"), "big")
        if names and 0 < number <= len(names):
            name = names[number - 1]
        if name == "covr":
            self.movie.cover = self.movie.cover or item.end - item.start > 24
            return
        for box in self._boxes(item.start, item.end):
            if box.kind == "data":
                body = self._bytes(box, MAX_VALUE)
                values.append(Value(int.from_bytes(body[1:4], "big"), body[8:]))
            elif box.kind == "mean":
                mean = self._bytes(box, 256)[4:].decode("utf-8", "replace")
            elif box.kind == "name":
                name = f"----:{mean}:{self._bytes(box, 256)[4:].decode('utf-8', 'replace')}"
        self.movie.tags.setdefault(name, []).extend(values)

    # --- chapters ---

    def _chapters(self) -> tuple[Chapter, ...]:
        """QuickTime's text track where there is one, else Nero's list: the first has no limit of 255 and is what Apple's players show."""
        wanted = [number for track in self.movie.tracks for number in track.chapter_tracks]
        found: list[Mark] = []
        for track in self.movie.tracks:
            if track.id in wanted and track.handler in ("text", "sbtl"):
                found = self._text_track(track)
                break
        return marks.from_marks(found or self.nero, self.movie.duration)

    def _text_track(self, track: Track) -> list[Mark]:
        if not track.timescale or not {"stts", "stsz", "stsc"} <= track.tables.keys():
            return []
        tables = {kind: self._bytes(box, MAX_TABLE) for kind, box in track.tables.items()}
        starts = marks.sample_starts(tables["stts"])
        places = marks.sample_places(tables)
        found = []
        for ticks, (place, length) in zip(starts, places, strict=False):
            found.append((ticks / track.timescale, marks.sample_text(self._at(place, min(length, 4_096)))))
        return found


def _times(body: bytes) -> tuple[int, int, int]:
    """(created, units a second, length in units) of mvhd and mdhd, which share their beginning."""
    if body[:1] == b"\x01" and len(body) >= 32:
        created, scale, length = struct.unpack(">Q8xIQ", body[4:32])
        return created, scale, 0 if length == 2**64 - 1 else length
    if len(body) >= 20:
        created, scale, length = struct.unpack(">I4xII", body[4:20])
        return created, scale, 0 if length == _UNSAID else length
    return 0, 0, 0


def _seconds(length: int, scale: int) -> float | None:
    return length / scale if scale and length else None


def _language(mdhd: bytes) -> str:
    """Three letters of five bits each; "" for undetermined and for QuickTime's old numbers."""
    place = 32 if mdhd[:1] == b"\x01" else 20
    packed = int.from_bytes(mdhd[place : place + 2], "big")
    letters = "".join(chr(0x60 + (packed >> shift & 31)) for shift in (10, 5, 0))
    return letters if packed >= 0x400 and letters.isalpha() and letters != "und" else ""


def _track_header(track: Track, body: bytes) -> None:
    long = body[:1] == b"\x01"
    place = 52 if long else 40  # of the matrix
    if len(body) < place + 44:
        return
    track.id = int.from_bytes(body[20:24] if long else body[12:16], "big")
    a, b = struct.unpack(">ii", body[place : place + 8])
    track.rotation = {(0, 1): 90, (-1, 0): 180, (0, -1): 270}.get((_sign(a), _sign(b)), 0)
    width, height = struct.unpack(">II", body[place + 36 : place + 44])
    track.width, track.height = width >> 16, height >> 16


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _elementary_stream(track: Track, esds: bytes) -> None:
    """The DecoderConfigDescriptor (tag 4) inside: what is really coded, and its average rate."""
    place = 4
    for tag, skip in ((3, 3), (4, 13)):
        if place >= len(esds) or esds[place] != tag:
            return
        place += 1
        while place < len(esds) and esds[place] & 0x80:
            place += 1
        place += 1
        if tag == 3:
            place += skip
    config = esds[place : place + 13]
    if len(config) == 13:
        track.codec = _OBJECT_TYPES.get(config[0], track.codec)
        track.bit_rate = int.from_bytes(config[9:13], "big") or int.from_bytes(config[5:9], "big")


def _quicktime_text(body: bytes) -> bytes:
    """The first of the (length, language, text) strings of a classic QuickTime tag, as UTF-8."""
    if len(body) < 4:
        return b""
    length, language = struct.unpack(">HH", body[:4])
    text = body[4 : 4 + length]
    return text if language >= 0x400 else text.decode("mac-roman").encode()
