"""First pages of filters nobody asked for: a rare part is put in order, and only its first items are asked about the rest."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from longshelf.index import bitmaps, untold
from longshelf.index.bitmaps import Array
from longshelf.index.compiling import Leaf
from longshelf.index.evaluating import Evaluation
from longshelf.model import query as tree
from longshelf.model.engine import Offset
from longshelf.model.kinds import EntityKind
from longshelf.model.sorts import Sort
from longshelf.store.database import Database
from tests.index.shelves import snapshot
from tests.model.worlds import VIEWERS, World, expected, world
from tests.store.engine.shelves import shelf

ANN = VIEWERS[0]


class Ranked:
    """Any order of the ordinals, of which the first `valued` ranks have a value."""

    plain = False

    def __init__(self, order: Array, valued: int, kind: type) -> None:
        self.valued = valued
        self._order = order
        self._ranks: Array = np.empty(len(order), dtype=kind)
        self._ranks[order] = np.arange(len(order))

    def ranks_of(self, ordinals: Array) -> Array:
        return np.asarray(self._ranks[ordinals])

    def at(self, ranks: Array) -> Array:
        return np.asarray(self._order[ranks])


@given(
    seed=st.integers(0, 10**6),
    count=st.integers(0, 2_000),
    share=st.sampled_from((0.0, 0.01, 0.5, 1.0)),
    kept=st.sampled_from((0.0, 0.02, 0.5, 1.0)),
    wanted=st.integers(1, 60),
    descending=st.booleans(),
    kind=st.sampled_from((np.int32, np.uint32, np.int64)),
)
def test_a_driver_finds_the_first_of_what_is_left_of_it(
    seed: int, count: int, share: float, kept: float, wanted: int, *, descending: bool, kind: type
) -> None:
    rng = random.Random(seed)
    order = np.array(rng.sample(range(count), count), dtype=np.int64)
    valued = rng.choice((0, count, rng.randint(0, count)))
    driver = BitMap(each for each in range(count) if rng.random() < share)
    others = BitMap(each for each in range(count) if rng.random() < kept)
    ranked = Ranked(order, valued, kind)
    found = untold.first_driven(ranked, driver, others.__and__, wanted, descending=descending)  # type: ignore[arg-type]
    every = sorted(ranked.ranks_of(bitmaps.ordinals(driver & others)).tolist())
    if descending:
        every = [each for each in every if each < valued][::-1] + [each for each in every if each >= valued][::-1]
    assert found is not None
    assert found.tolist() == sorted(every[:wanted])


@pytest.mark.parametrize(("kept", "gives_up"), [(BitMap(), True), (BitMap(range(60)), True), (BitMap(range(0, 100_000, 50)), False)])
def test_a_driver_of_which_hardly_anything_is_left_is_given_up(kept: BitMap, gives_up: bool) -> None:
    order = np.arange(100_000)
    tested: list[int] = []

    def among(some: BitMap) -> BitMap:
        tested.append(len(some))
        return some & kept

    driver = BitMap(range(0, 100_000, 2))
    found = untold.first_driven(Ranked(order[::-1], 0, np.int32), driver, among, 51, descending=False)  # type: ignore[arg-type]
    assert (found is None) == gives_up
    assert sum(tested) < 20_000


def _tagged(library: World) -> list[tuple[int, int]]:
    """(tag, number of its items), the rarest first."""
    tags: dict[int, set[int]] = {}
    for each in library.items:
        for link in each.links:
            if link.kind == EntityKind.TAG:
                tags.setdefault(link.entity_id, set()).add(each.id)
    return sorted(((tag, len(items)) for tag, items in tags.items()), key=lambda pair: pair[::-1])


def test_only_items_of_the_rarest_part_are_asked_about_the_rest(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    library = world(3, 70)
    tag, carried = next((tag, number) for tag, number in _tagged(library) if number > 3)
    asked_about: list[int] = []
    plain = Evaluation.among

    def among(evaluation: Evaluation, node: object, some: BitMap) -> BitMap:
        asked_about.append(len(some))
        return plain(evaluation, node, some)  # type: ignore[arg-type]

    monkeypatch.setattr(Evaluation, "among", among)
    monkeypatch.setattr(untold, "READ", 1e9)
    query = tree.both(tree.Linked(EntityKind.TAG, (tag,)), tree.Range("rating", 0), tree.Not(tree.Has("description")))
    with shelf(sqlite_database, library) as connection:
        snap = snapshot(connection)
        for sort in (Sort("title", descending=False), Sort("rating")):
            page = snap.page(query, sort, Offset(0, 1), ANN)
            assert list(page.ids) == expected(library, query, sort, ANN)[:1]
        assert asked_about
        assert max(asked_about) <= carried


def test_a_list_of_a_few_items_drives_rather_than_a_tag_of_many(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    library = world(3, 70)
    tag, carried = _tagged(library)[-1]
    ids = tuple(each.id for each in library.items if any(link.entity_id == tag for link in each.links))[:2]
    assert carried > 4 * len(ids)
    woken: list[object] = []
    plain = Evaluation._leaf

    def leaf(evaluation: Evaluation, node: Leaf) -> BitMap:
        woken.append(node.condition)
        return plain(evaluation, node)

    monkeypatch.setattr(Evaluation, "_leaf", leaf)
    monkeypatch.setattr(untold, "READ", 1e9)
    monkeypatch.setattr(untold, "SCARCE", 0)
    query = tree.both(tree.Linked(EntityKind.TAG, (tag,)), tree.IdIs(ids))
    with shelf(sqlite_database, library) as connection:
        page = snapshot(connection).page(query, Sort("title"), Offset(0, 5), ANN)
        assert list(page.ids) == expected(library, query, Sort("title"), ANN)
        assert woken[0] == tree.IdIs(tuple(sorted(ids)))


def test_who_asks_for_what_is_kept_from_him_is_answered_at_once(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    library = world(3, 60)
    (tag, _), (other, _) = _tagged(library)[-2:]
    wanted, kept = tree.Linked(EntityKind.TAG, (tag,)), tree.Not(tree.Linked(EntityKind.TAG, (tag, other)))
    with shelf(sqlite_database, library) as connection:
        snap = snapshot(connection)
        monkeypatch.setattr(Evaluation, "_leaf", lambda *_: pytest.fail("nothing of it needs to be found"))
        for query in (tree.both(wanted, kept), tree.both(tree.Or((wanted, tree.Linked(EntityKind.TAG, (other,)))), kept)):
            assert snap.page(query, Sort("title"), Offset(0, 5), ANN).ids == ()
            assert snap.count(query, ANN).value == 0
