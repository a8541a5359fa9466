"""Chapters of media files: from marks to chapters, and the two ways an MP4 keeps its marks (Nero's list, QuickTime's text track).

The rule: tables are walked with a bound, whatever their counters claim."""

import struct
from collections.abc import Iterator

from longshelf.model.records import Chapter
from longshelf.sources.folder.fields import clean

MAX_CHAPTERS = 10_000
_NERO_TICKS = 10_000_000  # chpl counts in 100 ns

Mark = tuple[float, str]  # start in seconds, title


def from_marks(marks: list[Mark], duration: float | None) -> tuple[Chapter, ...]:
    """Chapters of marks (start in seconds, title), in order of time; each ends where the next begins, the last with the file. Marks beyond
    the end and a second mark at the same moment are dropped."""
    inside = sorted((mark for mark in marks if duration is None or mark[0] < duration or mark[0] == 0), key=lambda mark: mark[0])
    distinct = [mark for index, mark in enumerate(inside) if index == 0 or mark[0] > inside[index - 1][0]][:MAX_CHAPTERS]
    ends = [*(start for start, _ in distinct[1:]), duration]
    return tuple(
        Chapter(clean(title) or f"Chapter {index + 1}", start=round(start, 3), end=None if end is None else round(end, 3))
        for index, ((start, title), end) in enumerate(zip(distinct, ends, strict=False))
    )


def nero(body: bytes) -> list[Mark]:
    """The marks of a `chpl` box."""
    place = 9 if body[:1] == b"\x01" else 5
    count = body[place - 1] if len(body) >= place else 0
    marks: list[Mark] = []
    for _ in range(count):
        if place + 9 > len(body):
            break
        start, length = struct.unpack(">QB", body[place : place + 9])
        place += 9
        marks.append((start / _NERO_TICKS, body[place : place + length].decode("utf-8", "replace")))
        place += length
    return marks


def sample_starts(stts: bytes) -> Iterator[int]:
    """When each sample begins, in units of its track."""
    now = given = 0
    for place in range(8, len(stts) - 7, 8):
        count, delta = struct.unpack(">II", stts[place : place + 8])
        for _ in range(min(count, MAX_CHAPTERS - given)):
            yield now
            now += delta
            given += 1


def sample_places(tables: dict[str, bytes]) -> Iterator[tuple[int, int]]:
    """(place in the file, bytes) of each sample, from the tables of chunks."""
    sizes = tables["stsz"]
    same, count = struct.unpack(">II", sizes[4:12]) if len(sizes) >= 12 else (0, 0)
    chunks, step = (tables["co64"], 8) if "co64" in tables else (tables.get("stco", b""), 4)
    places = range(8, min(len(chunks), 8 + step * MAX_CHAPTERS) - step + 1, step)
    sample = 0
    for place, samples in zip(places, _samples_by_chunk(tables["stsc"]), strict=False):
        offset = int.from_bytes(chunks[place : place + step], "big")
        for _ in range(samples):
            if sample >= min(count, MAX_CHAPTERS):
                return
            at = 12 + 4 * sample
            length = same or int.from_bytes(sizes[at : at + 4], "big")
            yield offset, length
            offset += length
            sample += 1


def _samples_by_chunk(stsc: bytes) -> Iterator[int]:
    """Samples of the first chunk, the second … without end: a run of equal chunks lasts until the next one begins."""
    runs = [struct.unpack(">II", stsc[place : place + 8]) for place in range(8, min(len(stsc), 8 + 12 * MAX_CHAPTERS) - 11, 12)]
    chunk, samples = 1, 0
    for first, following in runs:
        for _ in range(first - chunk):
            yield samples
        chunk, samples = max(chunk, first), following
    while True:
        yield samples


def sample_text(sample: bytes) -> str:
    """A sample of a QuickTime text track."""
    length = int.from_bytes(sample[:2], "big")
    text = sample[2 : 2 + length]
    return text.decode("utf-16", "replace") if text[:2] in (b"\xff\xfe", b"\xfe\xff") else text.decode("utf-8", "replace")
