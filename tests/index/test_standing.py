"""Counts that stand: the same as counting, for every whole there is; and what is not in a whole is all that is counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations

import msgspec
import pytest

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array
from longshelf.index.building import nothing_said
from longshelf.index.compiling import AnyOf, Leaf, Node
from longshelf.index.evaluating import Evaluation
from longshelf.index.making_standing import put_standing
from longshelf.index.segment import NUMBER_FIELDS, TEXT_FIELDS, Segment
from longshelf.index.snapshot import BitmapSnapshot
from longshelf.index.state import Base, State
from longshelf.index.wholes import Wholes
from longshelf.model import query as tree
from longshelf.model.engine import FacetRequest
from longshelf.model.kinds import EntityKind, Format, ItemKind
from longshelf.store.database import Database
from tests.index.shelves import snapshot
from tests.index.test_compiling import settling
from tests.index.test_engine import everything_stands, tallies_counted
from tests.model.worlds import VIEWERS, World, world
from tests.store.engine import shelves
from tests.store.engine.shelves import shelf

ANN = VIEWERS[0]
NEW = ("overflow_beyond", "overflow_before", "overflow_starts")
KINDS = (EntityKind.TAG, EntityKind.PERSON)
LISTED: tuple[tree.Query, ...] = (
    tree.KindIs((ItemKind.BOOK,)),
    tree.KindIs((ItemKind.BOOK, ItemKind.VIDEO, ItemKind.BOOK)),
    tree.LibraryIs((1, 2)),
    tree.LibraryIs((1, 999)),
    tree.FormatIs((Format.WIDE, Format.SQUARE)),
)


@contextmanager
def standing_shelf(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[BitmapSnapshot, Evaluation, World]]:
    """A base in which everything stands."""
    everything_stands(monkeypatch)
    library = world(3, 70)
    with shelf(database, library) as connection:
        snap = snapshot(connection)
        yield snap, Evaluation(snap.state.base.segment, settling(connection, snap.state.base.segment).contents), library


def _wholes(snap: BitmapSnapshot) -> Iterator[Node]:
    """Single entities, ranges from value to value, and both of two entities."""
    segment = snap.state.base.segment
    ids = {kind: segment.postings[kind].entities.tolist() for kind in KINDS}
    single = [Leaf(tree.Linked(kind, (each,))) for kind in KINDS for each in ids[kind]]
    yield from single
    for wrong in (*KINDS, EntityKind.STUDIO):  # nobody of that kind has these ids
        yield from (Leaf(tree.Linked(wrong, (each,))) for kind in KINDS for each in ids[kind] if kind != wrong)
    yield from (Leaf(each) for each in LISTED)
    yield AnyOf(tuple(single[:2]))
    for name in (*NUMBER_FIELDS, *TEXT_FIELDS):
        values = segment.fields[name].values
        some = [None, *(values.at(place) for place in range(0, len(values), max(len(values) // 5, 1)))]
        yield from (Leaf(tree.Range(name, low, high)) for low in some for high in some)  # type: ignore[arg-type]


def test_what_stands_is_what_counting_gives(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with standing_shelf(sqlite_database, monkeypatch) as (snap, evaluation, _):
        segment, checked = snap.state.base.segment, 0
        for kind in KINDS:
            standing = snap.state.base.standing(kind)
            for node in _wholes(snap):
                found = standing.of(node)
                assert (found is not None) == standing.stands(node)
                if found is not None:
                    checked += 1
                    assert found.tolist() == segment.postings[kind].counted(bitmaps.ordinals(evaluation.of(node))).tolist()
        assert checked > 200


def test_a_field_nobody_has_a_value_of_stands_with_nothing(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_stands(monkeypatch)
    library = World(tuple(msgspec.structs.replace(each, rating=None, year=None) for each in world(3, 60).items))
    with shelf(sqlite_database, library) as connection:
        snap = snapshot(connection)
        for name in ("rating", "year"):
            request = FacetRequest(EntityKind.TAG, tree.Not(tree.Range(name, 1, 90)))
            with shelves.snapshot(connection) as other:
                assert snap.facets([request], ANN) == other.facets([request], ANN)
            assert snap.facets([FacetRequest(EntityKind.TAG, tree.Range(name, 1, 90))], ANN)[0].values == ()


def test_an_or_of_anything_less_what_is_kept_from_somebody_is_what_the_database_counts(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything_stands(monkeypatch)
    library = World(tuple(msgspec.structs.replace(each, age_rating=None) for each in world(3, 70).items))
    parts = (
        *(tree.Linked(kind, (each,)) for kind in (EntityKind.TAG, EntityKind.PERSON) for each in (5, 6, 7, 999)),
        tree.Range("rating", 20),
        tree.Range("age_rating", 0, 12),
        tree.Range("date", None, "2015"),
        *LISTED,
    )
    with shelf(sqlite_database, library) as connection, shelves.snapshot(connection) as other:
        snap = snapshot(connection)
        for one, two in combinations(parts, 2):
            for kept in (tree.EVERYTHING, tree.Not(tree.Linked(EntityKind.TAG, (6,)))):
                request = FacetRequest(EntityKind.TAG, tree.both(tree.Or((one, two)), kept), limit=0)
                assert snap.facets([request], ANN) == other.facets([request], ANN), (one, two, kept)


def test_a_base_of_before_answers_the_same(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_stands(monkeypatch)
    library = world(3, 70)
    with shelf(sqlite_database, library) as connection, shelves.snapshot(connection) as other:
        arrays = snapshot(connection).state.base.segment.arrays
        old = {name: each for name, each in arrays.items() if not name.endswith(NEW) and not name.startswith("standing.")}
        assert len(arrays) - len(old) > 3 * len(EntityKind)
        snap = BitmapSnapshot(State(Base(Segment(old), 0, "old"), 0), lambda: connection)
        for query in (tree.EVERYTHING, tree.Range("rating", 20), tree.Linked(EntityKind.TAG, (5,))):
            request = FacetRequest(EntityKind.TAG, query, limit=0)
            assert snap.facets([request], ANN) == other.facets([request], ANN)


def test_only_what_is_not_in_a_whole_is_counted(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with standing_shelf(sqlite_database, monkeypatch) as (snap, evaluation, library):
        ids = [each.id for each in library.items if each.rating is not None]
        rated, without = tree.Range("rating"), tree.Not(tree.IdIs(tuple(ids[:3])))
        counted = tallies_counted(monkeypatch)
        for query, expected in ((rated, []), (tree.both(rated, without), [3])):
            counted.clear()
            request = FacetRequest(EntityKind.TAG, query)
            with shelves.snapshot(snap._reading()) as other:
                assert snap.facets([request], ANN) == other.facets([request], ANN)
            assert counted == expected
        one, two = (
            Leaf(tree.Linked(EntityKind.TAG, (each,))) for each in snap.state.base.segment.postings[EntityKind.TAG].entities[:2].tolist()
        )
        counted.clear()
        result = evaluation.of(AnyOf((one, two)))
        found = Wholes(snap.state.base, EntityKind.TAG, evaluation).counted(AnyOf((one, two)), result)
        assert found is not None
        assert counted == [len(evaluation.of(one) & evaluation.of(two))]


def test_what_is_cheap_to_count_has_nothing_that_stands(sqlite_database: Database) -> None:
    library = world(3, 60)
    with shelf(sqlite_database, library) as connection:
        arrays: dict[str, Array] = {}
        put_standing(arrays.__setitem__, snapshot(connection).state.base.segment.arrays, nothing_said)
        assert not arrays
