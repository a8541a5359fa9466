"""Bitmaps from masks and lists, and back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshelf.index import bitmaps
from longshelf.index.bitmaps import RankSelect
from longshelf.index.caches import Cache


@settings(deadline=None, max_examples=60)
@given(
    count=st.sampled_from((0, 1, 7, 65_535, 65_536, 65_537, 200_000)),
    share=st.sampled_from((0.0, 0.001, 0.0625, 0.5, 1.0)),
    seed=st.integers(0, 9),
)
def test_a_mask_and_a_list_make_the_same_bitmap(count: int, share: float, seed: int) -> None:
    mask = np.random.default_rng(seed).random(count) < share
    mask[: count // 3] = False  # whole stretches without any
    listed = bitmaps.of(np.flatnonzero(mask)[::-1])
    found = bitmaps.of_mask(mask)
    assert found == listed
    assert bitmaps.ordinals(found).tolist() == np.flatnonzero(mask).tolist()
    assert len(found - listed) == 0
    assert bitmaps.thaw(bitmaps.freeze(found)) == listed
    assert bitmaps.size(listed) >= len(listed.serialize())


@settings(deadline=None, max_examples=120)
@given(
    kind=st.sampled_from((np.uint8, np.uint16, np.int32, np.uint32)),
    count=st.sampled_from((0, 1, 9, 65_537, 200_001)),
    most=st.sampled_from((3, 200)),
    first=st.integers(0, 200),
    width=st.integers(1, 56),
    seed=st.integers(0, 9),
)
def test_a_span_of_numbers_is_found_piece_by_piece(kind: Any, count: int, most: int, first: int, width: int, seed: int) -> None:
    numbers = np.random.default_rng(seed).integers(0, most, count).astype(kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bitmaps, "PIECE", 4_096)
        found = bitmaps.of_span(numbers, first, first + width)
    assert bitmaps.ordinals(found).tolist() == np.flatnonzero((numbers >= first) & (numbers < first + width)).tolist()


@pytest.mark.parametrize("pattern", [[1, 0, 5_000, 1], [0, 1, 1, 65_536], [4_096, 4_097, 65_536, 1, 0, 3]])
def test_containers_of_few_and_of_many_stand_side_by_side(pattern: list[int]) -> None:
    mask = np.zeros((len(pattern), 65_536), dtype=bool)
    for row, many in zip(mask, pattern, strict=True):
        row[:many] = True
    found = bitmaps.of_mask(mask.reshape(-1))
    assert found == bitmaps.of(np.flatnonzero(mask))
    assert [found.range_cardinality(start, start + 65_536) for start in range(0, mask.size, 65_536)] == pattern


@settings(deadline=None, max_examples=60)
@given(
    count=st.sampled_from((0, 1, 63, 64, 65, 1_000, 20_000)),
    share=st.sampled_from((0.0, 0.01, 0.5, 1.0)),
    asked=st.sampled_from((1, 3, 5_000)),
    seed=st.integers(0, 9),
)
def test_rank_and_select_are_those_of_a_sorted_list(count: int, share: float, asked: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random(count) < share
    members = np.flatnonzero(mask)
    found = RankSelect(*RankSelect.packed(mask))
    ordinals = rng.integers(0, count + 1, asked)
    assert bitmaps.ordinals(found.bitmap()).tolist() == members.tolist()
    assert found.rank(ordinals).tolist() == np.searchsorted(members, ordinals).tolist()
    if len(members):
        indexes = rng.integers(0, len(members), asked)
        stretch = np.arange(min(asked, len(members)))
        for wanted in (indexes, stretch, stretch + len(members) - len(stretch), np.array([0, len(members) - 1])):
            assert found.select(wanted).tolist() == members[wanted].tolist()


@given(numbers=st.lists(st.integers(-(2**62), 2**62)))
def test_distinct_numbers_are_those_of_a_set(numbers: list[int]) -> None:
    assert bitmaps.distinct(np.array(numbers, dtype=np.int64)).tolist() == sorted(set(numbers))


@pytest.mark.parametrize(("text", "ids"), [("", []), ("3", [3]), ("9223372036854775807,1,2", [2**63 - 1, 1, 2])])
def test_lists_of_ids_come_as_text(text: str, ids: list[int]) -> None:
    assert bitmaps.parse_ids(text).tolist() == ids


@given(numbers=st.lists(st.integers(0, 255), max_size=60), before=st.lists(st.integers(0, 9), min_size=256, max_size=256))
def test_numbers_are_counted_on_top_of_what_was_counted(numbers: list[int], before: list[int]) -> None:
    counts = np.array(before, dtype=np.int64)
    bitmaps.count_into(counts, np.array(numbers, dtype=np.uint8))
    assert counts.tolist() == [had + numbers.count(number) for number, had in enumerate(before)]


def test_a_cache_never_holds_more_bytes_than_its_budget_and_forgets_what_was_used_longest_ago() -> None:
    cache: Cache[bytes] = Cache(10, len)
    for name in "abc":
        cache.put(name, b"1234")
        cache.get("a")
    assert cache.get("b") is None
    assert cache.get("a") == cache.get("c") == b"1234"
    cache.put("huge", b"x" * 11)
    assert cache.get("huge") is None
    assert cache.bytes == 8
    cache.put("a", b"1")
    assert cache.bytes == 5
