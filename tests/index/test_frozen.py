"""Meeting bitmaps where they lie agrees with pyroaring, about every form they may have, and refuses what is no bitmap."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from longshelf.index import frozen, halves
from longshelf.index.bitmaps import Array

numbers = st.integers(0, 400_000)
spans = st.tuples(numbers, st.integers(1, 150_000), st.integers(1, 40)).map(lambda span: BitMap(range(span[0], span[0] + span[1], span[2])))
members = st.one_of(st.frozensets(numbers, max_size=50).map(BitMap), spans, st.tuples(spans, spans).map(lambda pair: pair[0] ^ pair[1]))


def written(bitmaps: list[BitMap]) -> tuple[Array, Array]:
    pieces = [np.frombuffer(each.serialize(), dtype=np.uint8) for each in bitmaps]
    return np.concatenate([np.empty(0, dtype=np.uint8), *pieces]), np.cumsum([0, *map(len, pieces)])


def test_this_machine_can_do_it() -> None:
    assert frozen.meeting() is not None


@given(st.lists(members, max_size=6), members, st.booleans(), st.sampled_from([0, 20_000, frozen.SHARED_FROM]))
def test_it_counts_what_pyroaring_counts_alone_and_by_two(bitmaps: list[BitMap], result: BitMap, runs: bool, shared_from: int) -> None:
    if runs:
        for each in (*bitmaps, result):
            each.run_optimize()
    meeting = frozen.Meeting(shared_from)
    assert meeting.cardinalities(*written(bitmaps), result).tolist() == [each.intersection_cardinality(result) for each in bitmaps]


@pytest.mark.parametrize("shared_from", [0, frozen.SHARED_FROM])
def test_bytes_that_are_no_bitmap_are_refused(shared_from: int) -> None:
    meeting = frozen.Meeting(shared_from)
    blob, offsets = written([BitMap(range(100)), BitMap(range(0, 900_000, 2))])
    shifted = np.array([0, 1, 0])
    for wrong_blob, wrong_offsets in ((blob ^ 0x55, offsets), (blob, offsets - 8 * shifted), (blob, offsets + shifted)):
        with pytest.raises(ValueError, match="not a bitmap"):
            meeting.cardinalities(wrong_blob, wrong_offsets, BitMap([1]))


def test_where_no_thread_is_to_be_had_both_halves_are_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert halves.by_two(lambda: 1, lambda: 2) == (1, 2)

    def none_left(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    assert halves.by_two(lambda: 1, lambda: 2) == (1, 2)
