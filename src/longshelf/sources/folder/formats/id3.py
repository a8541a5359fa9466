"""ID3 tags by way of mutagen, behind a gate: only frames we read are parsed, and only such as cannot unpack or split without end.

The rule: mutagen reads a whole tag into memory, inflates compressed frames without limit and makes an object of every string in a frame, so
the size of the tag is proved before, and each frame's bytes before they are parsed. What fails is left out, like any damaged frame."""

# mypy: disallow-untyped-calls=False
# mutagen carries no types.

import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO, NamedTuple

from longshelf.errors import Unreadable
from longshelf.model.records import Chapter
from longshelf.sources.folder.fields import clean
from longshelf.sources.folder.formats.audio_tags import ID3_FRAMES

MAX_TAG = 80 * 2**20  # bytes of one tag, pictures included
MAX_FRAME = 2**20  # bytes of one frame with text, unpacked
MAX_STRINGS = 2_000  # of one frame
MAX_CHAPTERS = 10_000
OTHERS = ("APIC", "CHAP", "CTOC", "POPM")
# Three-letter frames of ID3v2.2 whose content is that of their successors.
OLD = {
    "TT2": "TIT2", "TT3": "TIT3", "TT1": "TIT1", "TAL": "TALB", "TP1": "TPE1", "TP2": "TPE2", "TCM": "TCOM", "TCO": "TCON", "TYE": "TYER",
    "TRK": "TRCK", "TPA": "TPOS", "TPB": "TPUB", "TLA": "TLAN", "TXX": "TXXX", "COM": "COMM", "TST": "TSOT", "TSA": "TSOA", "TOR": "TDOR",
    "MVN": "MVNM", "MVI": "MVIN", "GP1": "GRP1", "POP": "POPM",
}  # fmt: skip


class Head(NamedTuple):
    """`version` 2, 3 or 4; `size` of the whole tag with header and footer."""

    version: int
    flags: int
    size: int


def head(start: bytes) -> Head | None:
    """The tag header in the first ten bytes of a file, None when there is none."""
    if len(start) < 10 or start[:3] != b"ID3" or start[3] not in (2, 3, 4):
        return None
    return Head(start[3], start[5], 10 + _syncsafe(start[6:10]) + (10 if start[5] & 0x10 else 0))


def prove(file: BinaryIO, size: int) -> int:
    """Where the sound begins: past every tag at the start of the file. Unreadable when a tag is too large, or the
    file ends within it."""
    place = 0
    for _ in range(8):
        file.seek(place)
        found = head(file.read(10))
        if found is None:
            break
        if min(found.size, size - place) > MAX_TAG:
            raise Unreadable(f"its ID3 tag is larger than {MAX_TAG >> 20} MiB")
        if found.size >= size - place:
            raise Unreadable("is cut off: its ID3 tag claims all the bytes there are, and more")
        place += found.size
    return place


def _syncsafe(body: bytes) -> int:
    return (body[0] & 127) << 21 | (body[1] & 127) << 14 | (body[2] & 127) << 7 | body[3] & 127


@cache
def known_frames() -> dict[str, Any]:
    """For mutagen's `known_frames`: the frames of our tables, each behind the gate."""
    from mutagen.id3 import Frames, Frames_2_2

    wanted = {source.partition(":")[0] for sources in ID3_FRAMES.values() for source in sources}
    found = {name: _gated(Frames[name]) for name in (*wanted, *OTHERS) if name in Frames}
    found |= {old: found[new] for old, new in OLD.items() if new in found}
    return {**found, "PIC": Frames_2_2["PIC"]}


def _gated(kind: Any) -> Any:
    """The same frame, except that what is too large or too many raises what mutagen takes for a damaged frame."""

    def from_data(cls: Any, header: Any, flags: int, data: bytes) -> Any:
        _prove_frame(kind.__name__, header.version[1], flags, data)
        return kind._fromData.__func__(cls, header, flags, data)

    return type(kind.__name__, (kind,), {"_fromData": classmethod(from_data)})


def _prove_frame(name: str, version: int, flags: int, data: bytes) -> None:
    from mutagen.id3 import ID3JunkFrameError

    if version > 2 and flags & (0x80 if version == 3 else 0x08):
        data = _unpacked(data)
    if name == "APIC":
        return
    separator = b"\0\0" if data[:1] in (b"\1", b"\2") else b"\0"
    if len(data) > MAX_FRAME or data.count(separator) > MAX_STRINGS:
        raise ID3JunkFrameError(f"{name} is too large")


def _unpacked(data: bytes) -> bytes:
    """What a compressed frame holds, up to one byte more than is allowed; the stream starts after up to ten bytes of lengths."""
    for skip in range(min(11, len(data))):
        if data[skip] & 0x0F == 8:
            try:
                return zlib.decompressobj().decompress(data[skip:], MAX_FRAME + 1)
            except zlib.error:
                continue
    return data


def texts(tags: Any) -> Iterator[tuple[str, str]]:
    """(frame, text) for every text frame: "TIT2", "TXXX:SERIES" (description in upper case), "COMM" (the plain comment only)."""
    for frame in tags.values():
        name = frame.FrameID
        if name == "TXXX":
            name = f"TXXX:{frame.desc.upper()}"
        elif name == "COMM":
            if frame.desc.lower() not in ("", "description", "comment"):
                continue
        elif name == "TCON":
            yield from ((name, genre) for genre in frame.genres)
            continue
        for text in getattr(frame, "text", ()) if name[0] in "TCMG" else ():
            yield name, str(text)


def has_picture(tags: Any) -> bool:
    return any(frame.FrameID == "APIC" and len(frame.data) > 16 for frame in tags.values())


def stars(tags: Any) -> int | None:
    """0-100 of the first POPM, whose 1-255 programs use as 1, 64, 128, 196, 255 for one to five stars; 0 says "not rated"."""
    rating = next((frame.rating for frame in tags.values() if frame.FrameID == "POPM"), 0)
    return (min(4, (rating + 31) // 64) + 1) * 20 if rating else None


def chapters(tags: Any, duration: float | None) -> tuple[Chapter, ...]:
    """CHAP frames in the order of the top CTOC where it names them all, else by time."""
    found = {frame.element_id: frame for frame in tags.values() if frame.FrameID == "CHAP"}
    order: list[str] = next((frame.child_element_ids for frame in tags.values() if frame.FrameID == "CTOC" and frame.flags & 2), [])
    frames = [found[name] for name in order if name in found] if set(order) >= set(found) else []
    frames = frames or sorted(found.values(), key=lambda frame: frame.start_time)
    return tuple(_chapter(frame, index, duration) for index, frame in enumerate(frames[:MAX_CHAPTERS]))


def _chapter(frame: Any, index: int, duration: float | None) -> Chapter:
    title = next((str(text) for sub in frame.sub_frames.values() if sub.FrameID == "TIT2" for text in sub.text), "")
    end = frame.end_time / 1000
    if duration is not None and end > duration:
        end = round(duration, 3)
    return Chapter(clean(title) or f"Chapter {index + 1}", start=frame.start_time / 1000, end=end)
