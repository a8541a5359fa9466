"""Bitmaps from masks and lists, and back."""

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
