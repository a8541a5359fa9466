"""The synthetic catalogue is the same for the same seed, whatever its size, and as skewed as real ones."""

from collections import Counter
from itertools import islice

from longshelf.demo.catalogue import BATCH, Catalogue
from longshelf.model.kinds import EntityKind


def test_the_same_seed_gives_the_same_rows_whatever_was_asked_before() -> None:
    one, other = Catalogue(BATCH * 2, 5), Catalogue(BATCH * 2, 5)
    first, second = one.batches()
    assert list(other.batches()) == [first, second]
    assert Catalogue(BATCH * 2, 6).things == one.things
    assert next(Catalogue(BATCH * 2, 6).batches()) != first


def test_ids_count_from_one_without_gaps_and_the_last_batch_is_cut() -> None:
    rows = [row for batch in Catalogue(BATCH + 7, 1).batches() for row in batch]
    assert [row.id for row in rows] == list(range(1, BATCH + 8))


def test_an_item_has_about_ten_different_links_to_things_there_are() -> None:
    catalogue = Catalogue(BATCH, 1)
    (rows,) = catalogue.batches()
    counts = [len(row.links) for row in rows]
    assert 9 < sum(counts) / len(counts) < 14
    for row in islice(rows, 500):
        linked = [thing for thing, _ in row.links]
        assert len(set(linked)) == len(linked)
        assert all(catalogue.things[thing].id == thing + 1 for thing in linked)


def test_a_few_tags_are_everywhere_and_most_are_rare() -> None:
    catalogue = Catalogue(BATCH, 1)
    (rows,) = catalogue.batches()
    used = Counter(thing for row in rows for thing, _ in row.links if catalogue.things[thing].kind is EntityKind.TAG)
    most, least = max(used.values()), sorted(used.values())[len(used) // 2]
    assert most > BATCH / 5
    assert least < BATCH / 100


def test_names_of_a_kind_are_never_given_twice() -> None:
    names = Counter((thing.kind, thing.name) for thing in Catalogue(10_000_000, 1).things)
    assert max(names.values()) == 1
