"""ID3 tags by way of mutagen, behind a gate: a tag that would unpack or grow beyond bounds is not handed on.

The rule: mutagen reads a whole tag into memory and inflates its compressed frames without limit, so size and inflation are proved first."""

# mypy: disallow-untyped-calls=False
# mutagen carries no types.

import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from longshelf.errors import Unreadable
from longshelf.model.records import Chapter
from longshelf.sources.folder.fields import clean

MAX_TAG = 80 * 2**20  # bytes of one tag, pictures included
MAX_INFLATED = 16 * 2**20  # bytes all compressed frames of a tag may unpack to
MAX_FRAMES = 20_000


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
    """Where the sound begins: past every tag at the start of the file. Unreadable when a tag is too large or unpacks to too much."""
    place = 0
    for _ in range(8):
        file.seek(place)
        found = head(file.read(10))
        if found is None:
            break
        if min(found.size, size - place) > MAX_TAG:
            raise Unreadable(f"its ID3 tag is larger than {MAX_TAG >> 20} MiB")
        _prove_frames(file, place, found)
        place += found.size
    return place


def _syncsafe(body: bytes) -> int:
    return (body[0] & 127) << 21 | (body[1] & 127) << 14 | (body[2] & 127) << 7 | body[3] & 127


def _prove_frames(file: BinaryIO, place: int, found: Head) -> None:
    """Frame headers only, except of compressed frames, which are inflated up to the bound and thrown away."""
    if found.version == 2:
        return  # has no compression of frames
    room = MAX_INFLATED
    compressed = 0x80 if found.version == 3 else 0x08
    at, end = place + 10, place + found.size
    for _ in range(MAX_FRAMES):
        if at + 10 > end:
            return
        file.seek(at)
        header = file.read(10)
        if len(header) < 10 or not header[:4].strip(b"\0"):
            return
        length = int.from_bytes(header[4:8], "big") if found.version == 3 else _syncsafe(header[4:8])
        if header[9] & compressed:
            room -= _inflated(file.read(min(length, end - at)), room)
        at += 10 + length
    raise Unreadable(f"its ID3 tag has more than {MAX_FRAMES:,} frames")


def _inflated(data: bytes, room: int) -> int:
    """Bytes that `data` unpacks to; the stream starts at 0 or after up to ten bytes of lengths and groups."""
    most = 0
    for skip in range(min(11, len(data))):
        if data[skip] & 0x0F != 8:
            continue
        try:
            most = max(most, len(zlib.decompressobj().decompress(data[skip:], room + 1)))
        except zlib.error:
            continue
    if most > room:
        raise Unreadable(f"its ID3 tag unpacks to more than {MAX_INFLATED >> 20} MiB")
    return most


def texts(tags: Any) -> Iterator[tuple[str, str]]:
    """(frame, text) for every text frame: "TIT2", "TXXX:SERIES" (description in upper case), "COMM" (the plain comment only)."""
    for frame in tags.values():
        name = frame.FrameID
        if name == "TXXX":
            name = f"TXXX:{frame.desc.upper()}"
        elif name == "COMM":
            if frame.desc.lower() not in ("", "description", "comment", "id3v1 comment"):
                continue
        elif name == "TCON":
            yield from ((name, genre) for genre in frame.genres)
            continue
        elif not (name.startswith("T") or name in ("MVNM", "MVIN", "GRP1")):
            continue
        for text in frame.text:
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
    order = next((frame.child_element_ids for frame in tags.values() if frame.FrameID == "CTOC" and frame.flags & 2), [])
    frames = [found[name] for name in order if name in found] if set(order) >= set(found) else []
    frames = frames or sorted(found.values(), key=lambda frame: frame.start_time)
    return tuple(_chapter(frame, index, duration) for index, frame in enumerate(frames))


def _chapter(frame: Any, index: int, duration: float | None) -> Chapter:
    title = next((str(text) for sub in frame.sub_frames.values() if sub.FrameID == "TIT2" for text in sub.text), "")
    end = frame.end_time / 1000
    if duration is not None and end > duration:
        end = round(duration, 3)
    return Chapter(clean(title) or f"Chapter {index + 1}", start=frame.start_time / 1000, end=end)
