"""Orders are total, put empty values last both ways, and shuffle without losing anybody."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import BadQuery
from longshelf.model.sorts import MASK, SEED_MAX, SORTS, Key, Sort, parse_sort, shuffle
from longshelf.model.viewer import NOBODY
from tests.model.worlds import VIEWERS, World, sorts, worlds

ANN = VIEWERS[0]


@given(worlds(), sorts())
def test_every_order_is_total_with_empty_values_last(library: World, sort: Sort) -> None:
    keys = [sort.key(each, ANN) for each in sort.arranged(list(library.items), ANN)]
    assert len({key.id for key in keys}) == len(library.items)
    assert all(key.value is None for key in keys[sum(key.value is not None for key in keys) :])
    for here, there in pairwise(keys):
        if (here.value is None) == (there.value is None):
            tie = here.value == there.value
            ordered = here.id < there.id if tie else here.value < there.value  # type: ignore[operator]
            assert ordered != sort.descending


@given(worlds(), sorts())
def test_only_nullable_sorts_have_items_without_a_value(library: World, sort: Sort) -> None:
    if not sort.field.nullable:
        assert all(sort.key(each, ANN).value is not None for each in library.items)


@given(st.integers(0, SEED_MAX), st.sets(st.integers(0, MASK), max_size=200))
def test_a_shuffle_gives_no_two_items_one_place(seed: int, ids: set[int]) -> None:
    keys = {shuffle(seed).key(item_id) for item_id in ids}
    assert len(keys) == len(ids)
    assert all(0 <= key <= MASK for key in keys)


@given(st.integers(0, SEED_MAX))
def test_a_shuffle_never_needs_more_than_63_bits(seed: int) -> None:
    constants = shuffle(seed)
    assert MASK * max(constants.multiply, constants.remix) + max(constants.add, constants.shift) < 2**63


def test_a_shuffle_spreads_neighbours_evenly() -> None:
    for seed in range(20):
        order = sorted(range(10_000), key=shuffle(seed).key)
        # Of the first thousand drawn, each tenth of the library should give about a hundred, and neighbours should rarely stay together.
        tenths = Counter(item_id // 1_000 for item_id in order[:1_000])
        assert all(50 <= tenths[place] <= 160 for place in range(10)), (seed, tenths)
        assert sum(abs(here - there) == 1 for here, there in pairwise(order)) < 100, seed


def test_two_seeds_give_two_orders_and_one_seed_one() -> None:
    orders = [tuple(sorted(range(100), key=shuffle(seed).key)) for seed in (0, 1, 2, 3, 0)]
    assert orders[0] == orders[4]
    assert len(set(orders)) == 4


def test_each_sort_starts_in_its_usual_direction() -> None:
    assert parse_sort(None, None) == Sort("added", True)
    for name, field in SORTS.items():
        assert parse_sort(name, None).descending is (field.order == "desc")
        assert parse_sort(name, "asc").descending is False
        assert parse_sort(name, "desc", 7) == Sort(name, True, 7)


@pytest.mark.parametrize(
    ("name", "order", "seed"),
    [("size; DROP TABLE item", None, None), ("Added", None, None), ("added", "up", None), ("random", None, -1), ("random", None, 2**31)],
)
def test_what_is_not_in_the_table_is_refused(name: str, order: str | None, seed: int | None) -> None:
    with pytest.raises(BadQuery):
        parse_sort(name, order, seed)


@given(worlds())
def test_an_own_sort_goes_by_what_this_viewer_said_and_no_plays_are_no_value(library: World) -> None:
    for each in library.items:
        for viewer in (*VIEWERS, NOBODY):
            said = each.mine_of(viewer.user_id)
            assert Sort("my_rating").key(each, viewer) == Key(said.rating, each.id)
            assert Sort("last_played").key(each, viewer) == Key(said.last_played, each.id)
            assert Sort("progress").key(each, viewer) == Key(said.progress, each.id)
            assert Sort("play_count").key(each, viewer) == Key(said.play_count or None, each.id)


def test_a_key_is_a_value_and_an_id() -> None:
    assert Key("dune", 3) == Key("dune", 3)
    assert Key(None, 3) != Key(0, 3)
