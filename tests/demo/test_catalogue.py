"""The synthetic catalogue is the same for the same seed, whatever its size, and as skewed as real ones."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest

from longshelf.demo.catalogue import BATCH, GENRES, NONE, PLAYERS, POOLS, STUDIOS, TAGS, WRITERS, Batch, Catalogue
from longshelf.model.kinds import EntityKind

SHARE = 0.03  # how far a share of one batch may lie from that of all


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(BATCH, 1)


@pytest.fixture(scope="module")
def batch(catalogue: Catalogue) -> Batch:
    (batch,) = catalogue.batches()
    return batch


def same(one: Batch, other: Batch) -> bool:
    return all(np.array_equal(mine, theirs, equal_nan=True) for mine, theirs in zip(one[1:], other[1:], strict=True))


def test_the_first_items_are_the_same_whatever_the_size(batch: Batch) -> None:
    (small,) = Catalogue(1_000, 1).batches()
    first, second, last = Catalogue(BATCH * 2 + 7, 1).batches()
    assert same(first, batch)
    assert same(small, batch.cut(1_000))
    assert not same(second, first)
    assert [len(each.kind) for each in (small, first, last)] == [1_000, BATCH, 7]
    assert [first.first, second.first, last.first] == [0, BATCH, 2 * BATCH]


def test_every_part_comes_from_the_seed(catalogue: Catalogue, batch: Batch) -> None:
    (again,) = Catalogue(BATCH, 1).batches()
    (other,) = Catalogue(BATCH, 2).batches()
    assert same(again, batch)
    unlike = [name for name in Batch._fields[1:] if not np.array_equal(getattr(batch, name), getattr(other, name), equal_nan=True)]
    assert unlike == [name for name in Batch._fields[1:] if name != "added"]
    assert Catalogue(5, 1).relations == catalogue.relations != Catalogue(5, 2).relations


def test_the_bits_are_those_of_this_version(batch: Batch) -> None:
    """A change here makes every figure measured on the catalogue a figure of another one."""
    assert batch.number[:5].tolist() == [1562, 1729, 8391, 2604, 8888]


def test_an_item_has_about_twelve_links_ascending_and_without_repetition(batch: Batch) -> None:
    linked = [[place for place in row if place != NONE] for row in batch.links.tolist()]
    assert 11 < sum(map(len, linked)) / len(linked) < 13
    assert all(row == sorted(set(row)) for row in linked)


def test_each_column_of_links_holds_things_of_its_kind(catalogue: Catalogue, batch: Batch) -> None:
    columns = [*[EntityKind.TAG] * 10, *[EntityKind.PERSON] * 2, EntityKind.STUDIO, EntityKind.GENRE]
    for kind, places in zip(columns, batch.links.T.tolist(), strict=True):
        assert {catalogue.things[place].kind for place in places if place != NONE} == {kind}
    persons = batch.links[:, 10]
    assert ((persons >= WRITERS.first) == batch.read)[persons != NONE].all()
    assert (batch.links[:, 10:12] != NONE).any(axis=1).all()
    assert (batch.links[:, 12:] != NONE).all()


def test_a_few_tags_are_everywhere_and_most_are_rare(batch: Batch) -> None:
    used = Counter(batch.links[:, :10][batch.links[:, :10] != NONE].tolist())
    assert used.most_common(1)[0][0] == TAGS.first
    assert 0.24 < used[TAGS.first] / BATCH < 0.29
    assert sorted(used.values())[len(used) // 2] < BATCH / 100


def test_shares_of_values_are_those_the_figures_speak_of(batch: Batch) -> None:
    shares = {
        "rated": ((batch.rating != NONE).mean(), 2 / 3),
        "dated": ((batch.day != NONE).mean(), 10 / 11),
        "rated by age": ((batch.age_rating != NONE).mean(), 5 / 8),
        "covered": (batch.covered.mean(), 0.95),
        "videos": ((batch.kind == 0).mean(), 0.45),
        "read": (batch.read.mean(), 0.25),
        "long": ((~np.isnan(batch.duration)).mean(), 0.5),
        "wide": ((batch.width != NONE).mean(), 0.7),
    }
    assert {name: pair for name, pair in shares.items() if abs(pair[0] - pair[1]) > SHARE} == {}
    assert batch.rating.max() == 100


def test_the_vocabulary_is_two_thousand_tags_fifty_thousand_persons_and_so_on(catalogue: Catalogue) -> None:
    assert [pool.size for pool in POOLS] == [2_000, 37_500, 12_500, 5_000, 40]
    assert [pool.first for pool in (TAGS, PLAYERS, WRITERS, STUDIOS, GENRES)] == [0, 2_000, 39_500, 52_000, 57_000]
    assert len(catalogue.things) == 57_040
    assert max(Counter(catalogue.things).values()) == 1


def test_tags_form_trees_and_some_persons_carry_tags(catalogue: Catalogue) -> None:
    kinds = [thing.kind for thing in catalogue.things]
    parents = {source: target for source, target, relation in catalogue.relations if relation == "parent"}
    tagged = [(source, target) for source, target, relation in catalogue.relations if relation == "tagged"]
    assert len(parents) + len(tagged) == len(catalogue.relations) == len(set(catalogue.relations))
    assert all(target < source and kinds[source] == kinds[target] == EntityKind.TAG for source, target in parents.items())
    assert {kinds[source] for source, _ in tagged} == {EntityKind.PERSON}
    assert {kinds[target] for _, target in tagged} == {EntityKind.TAG}
    each = Counter(source for source, _ in tagged)
    assert len(each) == 12_500
    assert set(each.values()) == {1, 2, 3, 4}
    grandparents = [source for source, target in parents.items() if target in parents]
    assert grandparents


def test_items_are_added_in_order(batch: Batch) -> None:
    assert all(earlier <= later for earlier, later in zip(batch.added, islice(batch.added, 1, None), strict=False))
    assert (batch.created <= batch.added[0]).all()
