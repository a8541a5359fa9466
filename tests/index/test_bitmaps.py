"""Bitmaps from masks and lists, and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshelf.index import bitmaps
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
