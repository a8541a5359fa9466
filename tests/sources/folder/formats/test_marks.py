"""Chapters from marks, and MP4's sample tables against a naive reading of them."""

import struct
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from longshelf.model.records import Chapter
from longshelf.sources.folder.formats import marks

MARKS = st.lists(st.tuples(st.floats(0, 100, allow_nan=False), st.text(max_size=5)), max_size=20)


def test_each_chapter_ends_where_the_next_begins() -> None:
    found = marks.from_marks([(5.0, "b"), (0.0, "a"), (9.0, "")], 20.0)
    assert found == (Chapter("a", start=0.0, end=5.0), Chapter("b", start=5.0, end=9.0), Chapter("Chapter 3", start=9.0, end=20.0))


def test_a_second_mark_at_one_moment_and_one_beyond_the_end_are_dropped() -> None:
    found = marks.from_marks([(0.0, "a"), (0.0, "again"), (10.0, "end"), (11.0, "beyond")], 10.0)
    assert found == (Chapter("a", start=0.0, end=10.0),)


@given(MARKS, st.none() | st.floats(0.5, 100))
def test_chapters_follow_each_other_without_gap_or_overlap(given_marks: list[marks.Mark], duration: float | None) -> None:
    found = marks.from_marks(given_marks, duration)
    assert [chapter.end for chapter in found[:-1]] == [chapter.start for chapter in found[1:]]
    assert all(chapter.title for chapter in found)
    starts = [chapter.start or 0.0 for chapter in found]
    assert starts == sorted(starts)


@given(
    runs=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=4),
    offsets=st.lists(st.integers(0, 2**31), max_size=12),
    sizes=st.lists(st.integers(0, 500), max_size=25),
    wide=st.booleans(),
)
def test_samples_lie_where_the_tables_of_chunks_put_them(
    runs: list[tuple[int, int]], offsets: list[int], sizes: list[int], wide: bool
) -> None:
    firsts, first = [], 1
    for length, samples in runs:
        firsts.append((first, samples))
        first += length
    naive: list[tuple[int, int]] = []
    left = list(sizes)
    for number, offset in enumerate(offsets, 1):
        count = [samples for begin, samples in firsts if begin <= number][-1]
        place = offset
        for size in left[:count]:
            naive.append((place, size))
            place += size
        left = left[count:]
    tables = {
        "stsc": struct.pack(">II", 0, len(firsts)) + b"".join(struct.pack(">III", begin, samples, 1) for begin, samples in firsts),
        "stsz": struct.pack(">III", 0, 0, len(sizes)) + b"".join(struct.pack(">I", size) for size in sizes),
        "co64" if wide else "stco": struct.pack(">II", 0, len(offsets))
        + b"".join(offset.to_bytes(8 if wide else 4, "big") for offset in offsets),
    }
    assert list(marks.sample_places(tables)) == naive


def test_a_table_that_claims_billions_of_samples_is_walked_to_the_bound() -> None:
    stts = struct.pack(">II", 0, 1) + struct.pack(">II", 2**32 - 1, 10)
    assert len(list(islice(marks.sample_starts(stts), marks.MAX_CHAPTERS + 1))) == marks.MAX_CHAPTERS


def test_text_samples_are_in_either_encoding() -> None:
    assert marks.sample_text(b"\0\x04Caf\xc3trail") == "Caf\N{REPLACEMENT CHARACTER}"
    assert marks.sample_text(b"\0\x06" + b"\xfe\xff" + "né".encode("utf-16-be")) == "né"
    assert marks.sample_text(b"") == ""


def test_a_list_of_nero_may_be_cut_short() -> None:
    body = b"\1\0\0\0\0\0\0\0\3" + struct.pack(">QB", 0, 1) + b"a" + struct.pack(">QB", 50_000_000, 1) + b"b" + b"\0\0"
    assert marks.nero(body) == [(0.0, "a"), (5.0, "b")]
    assert marks.nero(b"") == []
