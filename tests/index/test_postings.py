"""Who carries what, asked of a few items, is what the bitmaps of all say."""

import random

import numpy as np
import pytest
from pyroaring import BitMap

from longshelf.index import bitmaps, frozen, postings
from longshelf.index.bitmaps import Array
from longshelf.index.caches import Cache
from longshelf.index.postings import Postings, put_pairs
from longshelf.model.kinds import EntityKind

ITEMS, ENTITIES = 400, 30


@pytest.fixture
def carried() -> Postings:
    """Most items carry one entity, some carry many: more than stand in a row of the table."""
    rng = random.Random(5)
    links = [(item, entity) for item in range(ITEMS) for entity in rng.sample(range(ENTITIES), 25 if item % 40 == 0 else item % 2)]
    arrays: dict[str, Array] = {}
    items, entities = np.array(links, dtype=np.int64).T
    put_pairs(arrays.__setitem__, EntityKind.TAG, ITEMS, (items, entities + 100, np.zeros(len(links), dtype=np.int64)))
    made = Postings(arrays, EntityKind.TAG, Cache(2**20, bitmaps.size), ITEMS)
    assert len(made._overflow_items) > ITEMS // 2
    return made


def test_a_few_items_are_asked_what_they_carry(carried: Postings) -> None:
    rng = random.Random(6)
    for _ in range(200):
        some = BitMap(rng.sample(range(ITEMS), rng.randint(1, 60)))
        ids = rng.sample(range(95, 100 + ENTITIES), rng.randint(1, 6))
        assert carried.among(some, ids) == some & carried.linked(ids, None)
        assert carried.most(ids) >= len(carried.linked(ids, None))


def test_a_union_of_many_drives_nothing_out_of_the_cache(carried: Postings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "TOGETHER", 3)
    woken: list[int] = []
    wake = Postings._wake

    def counted(self: Postings, number: int) -> BitMap:
        woken.append(number)
        return wake(self, number)

    monkeypatch.setattr(Postings, "_wake", counted)
    few, many = [100, 101, 102], [100, 101, 102, 103]
    carried.linked(few, None)
    assert len(carried._cache) == len(woken) == 3
    for _ in range(2):
        woken.clear()
        assert carried.linked(many, None) == BitMap.union(*(carried.linked([each], None) for each in few), wake(carried, 3))
        assert woken == [3]  # the others were kept before
    assert len(carried._cache) == 3


@pytest.mark.parametrize("sparse", [0, 10**9])
def test_links_beyond_the_table_are_counted_whether_their_items_are_looked_up_or_searched(
    carried: Postings, monkeypatch: pytest.MonkeyPatch, sparse: int
) -> None:
    monkeypatch.setattr(postings, "SPARSE", sparse)
    rng = random.Random(7)
    whole = [carried.linked((each,), None) for each in carried.entities.tolist()]
    for size in (1, 2, 60, ITEMS):
        some = BitMap(rng.sample(range(ITEMS), size))
        assert carried.counted(bitmaps.ordinals(some)).tolist() == [each.intersection_cardinality(some) for each in whole]


@pytest.mark.parametrize("met", [True, False])
def test_who_of_a_few_items_carries_what_and_how_many_of_many_do(carried: Postings, monkeypatch: pytest.MonkeyPatch, met: bool) -> None:
    if not met:
        monkeypatch.setattr(frozen, "meeting", lambda: None)
    rng = random.Random(8)
    for _ in range(100):
        some = BitMap(rng.sample(range(ITEMS), rng.randint(0, 90)))
        ids = rng.sample(range(95, 105 + ENTITIES), rng.randint(1, 9))
        whole = [carried.linked((each,), None) for each in ids]
        assert [BitMap(each.tolist()) for each in carried.carriers(bitmaps.ordinals(some), ids)] == [each & some for each in whole]
        assert carried.shared(ids, some).tolist() == [each.intersection_cardinality(some) for each in whole]


def test_many_items_or_few_entities_are_left_to_the_bitmaps(carried: Postings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "FEW_ITEMS", 1)
    monkeypatch.setattr(postings, "SOME_ITEMS", 2)
    monkeypatch.setattr(postings, "SEVERAL_ENTITIES", 3)
    assert carried.among(BitMap([0]), [100]) is not None
    assert carried.among(BitMap([0, 1]), [100, 101]) is None
    assert carried.among(BitMap([0, 1]), [100, 101, 102]) is not None
    assert carried.among(BitMap([0, 1, 2]), [100, 101, 102]) is None


def test_nobody_carries_what_is_not_here(carried: Postings) -> None:
    assert carried.among(BitMap([0, 1]), [3, 999]) == carried.linked([3, 999], None) == BitMap()
    arrays: dict[str, Array] = {}
    none = np.empty(0, dtype=np.int64)
    put_pairs(arrays.__setitem__, EntityKind.TAG, ITEMS, (none, none, none))
    empty = Postings(arrays, EntityKind.TAG, Cache(2**20, bitmaps.size), ITEMS)
    assert empty.among(BitMap([0]), [100]) == BitMap()
    assert (empty.most([100]), empty.cost(5, ITEMS), empty.tally(BitMap([0]), ITEMS).tolist()) == (0, 0, [])
