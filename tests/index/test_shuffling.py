"""Random orders: the same keys as `model.sorts.Shuffle`, turned back into ids."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from longshelf.index import bitmaps
from longshelf.index.numbering import Listed
from longshelf.index.shuffling import Bucketed, Shuffled
from longshelf.model.sorts import MASK, shuffle

seeds = st.integers(0, MASK)


@given(seed=seeds, ids=st.lists(st.integers(0, 2**62), max_size=20, unique=True).map(sorted))
def test_keys_are_those_of_the_model(seed: int, ids: list[int]) -> None:
    order = Shuffled(shuffle(seed), Listed(np.array(ids, dtype=np.int64)))
    ranks = order.ranks_of(np.arange(len(ids))).tolist()
    assert [order.value(rank) for rank in ranks] == [shuffle(seed).key(each) for each in ids]
    assert order.at(np.array(ranks, dtype=np.int64)).tolist() == list(range(len(ids)))


@given(seed=seeds, first=st.integers(0, 2**31 - 200_000), slack=st.integers(0, 40))
def test_a_short_stretch_of_keys_is_turned_back_into_the_items_that_have_them(seed: int, first: int, slack: int) -> None:
    ids = np.arange(first, first + 100, dtype=np.int64)
    order = Shuffled(shuffle(seed), Listed(ids))
    result = bitmaps.everything(100)
    for ordinal in (0, 57, 99):
        rank = int(order.ranks_of(np.array([ordinal]))[0])
        key = rank >> 32
        assert rank in order.within(key - slack, key + slack + 1, result).tolist()
        assert rank not in order.within(key + 1, key + slack + 1, result).tolist()
        assert rank not in order.within(key - slack, key + slack + 1, result - bitmaps.of(np.array([ordinal]))).tolist()


def test_the_stretches_of_a_large_result_are_spelled_out_from_their_keys() -> None:
    """Enough items that a bucket of keys is shorter than the list of them."""
    ids = np.arange(1, 70_001, dtype=np.int64)
    order = Shuffled(shuffle(3), Listed(ids))
    result = bitmaps.of(np.arange(0, 70_000, 2))
    wanted = np.sort(order.ranks_of(np.arange(0, 70_000, 2)))
    view = Bucketed(order, result)
    for start in (0, 1, 20_000, 34_999):
        assert view.ranks(start, start + 1).tolist() == wanted[start : start + 1].tolist()
        assert view.below(wanted[start : start + 1]).tolist() == [start]
    assert view.below(wanted[:1_000]).tolist() == list(range(1_000))
    assert view.bytes < 400_000


def test_keys_in_32_bits_are_those_of_the_rule() -> None:
    ids = np.array([1, 2, 3, 65_535, 2**31 - 1, 2**31, 2**31 + 5, 2**40 + 7], dtype=np.int64)
    for seed in (0, 1, 77):
        order = Shuffled(shuffle(seed), Listed(ids))
        assert order.keys_of(np.arange(len(ids))).tolist() == [shuffle(seed).key(each) for each in ids.tolist()]
