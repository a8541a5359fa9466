"""Views against sorted lists: every form gives the same indexes and counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshelf.index import bitmaps, views
from longshelf.index.bitmaps import Array
from longshelf.index.fields import Field, Order, Sorted, put_numbers
from longshelf.index.numbering import Listed as Numbered
from longshelf.index.shuffling import Shuffled
from longshelf.index.views import Bits, Listed, Roaring, view
from longshelf.model.sorts import shuffle

sizes = st.sampled_from((1, 7, 511, 512, 513, 1024, 3000))


def order_of(count: int, seed: int) -> tuple[Order, Array]:
    """A field of few values with some absent, and the ids."""
    rng = np.random.default_rng(seed)
    arrays: dict[str, Array] = {}
    put_numbers(arrays.__setitem__, "x", rng.integers(0, 5, count), rng.random(count) < 0.2, ordered=True)
    ids = np.arange(count, dtype=np.int64) * 3
    return Sorted(Field(arrays, "x", count), Numbered(ids)), ids


@settings(deadline=None, max_examples=150)
@given(
    count=sizes,
    seed=st.integers(0, 5),
    share=st.sampled_from((0.0, 0.01, 0.4, 0.9, 1.0)),
    short=st.sampled_from((0, 200_000)),
    data=st.data(),
)
def test_every_form_is_the_sorted_list_of_ranks(count: int, seed: int, share: float, short: int, data: st.DataObject) -> None:
    order, ids = order_of(count, seed)
    if data.draw(st.booleans()):
        order = Shuffled(shuffle(seed), Numbered(ids))
    chosen = np.flatnonzero(np.random.default_rng(seed + 1).random(count) < share)
    wanted = sorted(order.ranks_of(chosen.astype(np.int64)).tolist())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "SHORT", short)
        found = view(bitmaps.of(chosen), order, count)
    start = data.draw(st.integers(0, len(wanted)))
    stop = data.draw(st.integers(start, len(wanted)))
    assert found.count == len(wanted)
    assert found.ranks(start, stop).tolist() == wanted[start:stop]
    places = [0, *wanted[:3], *(rank + 1 for rank in wanted[-3:]), max(wanted, default=0) + 600]
    places *= data.draw(st.sampled_from((1, 20)))  # few and many are counted in different ways
    assert found.below(np.array(places)).tolist() == [sum(rank < place for rank in wanted) for place in places]
    if isinstance(order, Shuffled):
        assert found.before(2**63) == len(wanted)  # where a place behind the last key lies
    assert [found.before(place) for place in places] == found.below(np.array(places)).tolist()


def test_the_form_follows_the_size_of_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    order, _ = order_of(3000, 1)
    monkeypatch.setattr(views, "SHORT", 100)
    assert isinstance(view(bitmaps.of(np.arange(100)), order, 3000), Listed)
    assert isinstance(view(bitmaps.of(np.arange(101)), order, 3000), Bits)
    plain = order_of(3000, 1)[0]
    plain.plain = True
    assert isinstance(view(bitmaps.of(np.arange(101)), plain, 3000), Roaring)


def test_bits_cost_a_bit_an_item_of_the_segment_whatever_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    order, _ = order_of(50_000, 1)
    monkeypatch.setattr(views, "SHORT", 0)
    few, most = (view(bitmaps.of(np.arange(size)), order, 50_000) for size in (10, 40_000))
    assert few.bytes == most.bytes < 50_000 / 8 * 1.2
