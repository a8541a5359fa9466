"""BitmapEngine against plain Python and SqlEngine, on both databases: the same answers to every question, over a fresh base and over
a base with a delta of any size."""

import gc
import random
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import Connection

from longshelf.index import compiling, fields, fronts, frozen, making_standing, postings, untold, views, wholes
from longshelf.index.bitmaps import Array
from longshelf.index.evaluating import Evaluation
from longshelf.index.postings import Postings
from longshelf.index.snapshot import BitmapSnapshot
from longshelf.index.state import State
from longshelf.model import query as tree
from longshelf.model.engine import After, Before, Count, FacetRequest, Offset, Slice, ValueFacet
from longshelf.model.kinds import EntityKind
from longshelf.model.sorts import SORTS, Sort
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store.database import Database
from tests.index.shelves import base, put, remove, snapshot
from tests.model.worlds import VIEWERS, World, expected, queries, sorts, world, worlds
from tests.store.engine import shelves
from tests.store.engine.shelves import shelf

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=30)
ANN = VIEWERS[0]
ALL = tree.Everything()
VALUES: tuple[ValueFacet, ...] = ("kind", "library", "format", "year", "rating")
viewers = st.sampled_from(VIEWERS)
# Which share of the items changes after the base was made: none, a few, most, all.
shares = st.sampled_from((0.0, 0.1, 0.5, 0.9, 1.0))


@pytest.fixture(autouse=True, params=["as listed ranks", "as large results", "as nobody knows"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large results, long lists of entities and first pages of what nobody asked for before take other ways; here all do, or none. Ranges
    and what items carry are tested one by one, too."""
    match request.param:
        case "as large results":
            monkeypatch.setattr(views, "SHORT", -1)
            monkeypatch.setattr(views, "HALVED_FROM", 2)
            monkeypatch.setattr(views, "ALONE", False)
            monkeypatch.setattr(fronts, "FIRST_READ", 2)
            monkeypatch.setattr(fronts, "READ_MOST", 14)
            monkeypatch.setattr(fronts, "HOPEFUL", 0)
            monkeypatch.setattr(untold, "DRIVEN", -1)
            monkeypatch.setattr(compiling, "MANY", 0)
            monkeypatch.setattr(postings, "HALVED_FROM", 1)
            monkeypatch.setattr(postings, "ALONE", False)
            everything_stands(monkeypatch)
        case "as listed ranks":
            monkeypatch.setattr(fronts, "WORTH", 0)
            monkeypatch.setattr(fronts, "HOPEFUL", 0)
            monkeypatch.setattr(fronts, "FEW", 0)
            for name, value in {"READ": 10**9, "READ_PLAIN": 10**9, "SCARCE": 0, "FIRST_TESTED": 2, "FASTER": 1}.items():
                monkeypatch.setattr(untold, name, value)
            monkeypatch.setattr(fields, "FEW", {1: 0, 2: 0, 4: 0})
            _meet_always(monkeypatch)
        case _:
            monkeypatch.setattr(fronts, "FIRST_READ", 2)
            monkeypatch.setattr(untold, "DRIVEN", -1)
            monkeypatch.setattr(untold, "LEAST_READ", 2)
            monkeypatch.setattr(untold, "MOST_READ", 2)
            monkeypatch.setattr(fields, "FEW", {1: 0, 2: 0, 4: 0})
            monkeypatch.setattr(postings, "FEW_ITEMS", 0)
            _meet_always(monkeypatch)
            monkeypatch.setattr(frozen, "meeting", lambda: None)


def everything_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts of all wholes stand, whatever they are worth, and are used wherever they save an item."""
    for name, value in {"WORTH": 0, "SHARE": 0, "STEPS": 3}.items():
        monkeypatch.setattr(making_standing, name, value)
    for name in ("LITTLE", "FIND", "FIND_VALUES"):
        monkeypatch.setattr(wholes, name, 0)
    monkeypatch.setattr(wholes, "ENDS", 10**9)


def _meet_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facets are counted by meeting bitmaps, and never by what items carry, where a segment has bitmaps."""
    monkeypatch.setattr(postings, "DENSE", 10**9)
    for name in ("MEET_ENTITY", "MEET_BYTE", "WAKE_ENTITY", "WAKE_BYTE"):
        monkeypatch.setattr(postings, name, 0)


@contextmanager
def changed_shelf(database: Database, library: World, share: float, seed: int = 0) -> Iterator[tuple[Connection, BitmapSnapshot, World]]:
    """A store and an index over it whose base is older than a share of the items: some came, some went, some came back, some changed."""
    rng = random.Random(f"{seed} {share}")
    first, last = _histories(rng, library, share)
    with shelf(database, first) as connection:
        below = base(connection)
        changed = [each.id for each in (*library.items, *library.deleted) if rng.random() < share]
        now = {each.id: each for each in last.items}
        before = {each.id for each in (*first.items, *first.deleted)}
        put(connection, [now[each] for each in changed if each in now])
        remove(connection, [each for each in changed if each not in now and each in before])
        frozen = {each.id: each for each in first.items}
        live = [
            now[each] if each in changed else frozen[each]
            for each in {*now, *frozen}
            if (each in now if each in changed else each in frozen)
        ]
        yield connection, snapshot(connection, below, changed), World(tuple(live))


def _histories(rng: random.Random, library: World, share: float) -> tuple[World, World]:
    """The library once and now, of the same ids."""
    everything = [*library.items, *library.deleted]
    rng.shuffle(everything)
    rotated = everything[1:] + everything[:1]
    once = [msgspec.structs.replace(other, id=each.id) for each, other in zip(everything, rotated, strict=True)]
    absent = {each.id for each in once if rng.random() < 0.2 and share}
    gone = {each.id for each in once if rng.random() < 0.2}
    kept = [each for each in once if each.id not in absent]
    first = World(tuple(each for each in kept if each.id not in gone), tuple(each for each in kept if each.id in gone))
    return first, World(library.items)


@SHARED
@given(library=worlds(), query=queries(), sort=sorts(), viewer=viewers, share=shares)
def test_the_engine_answers_what_plain_python_answers(
    database: Database, *, library: World, query: tree.Query, sort: Sort, viewer: Viewer, share: float
) -> None:
    with changed_shelf(database, library, share) as (_, snap, live):
        wanted = expected(live, query, sort, viewer)
        assert list(snap.page(query, sort, Offset(0, 100), viewer).ids) == wanted
        assert snap.count(query, viewer) == Count(len(wanted))


@SHARED
@given(library=worlds(), query=queries(3), sort=sorts(), share=shares, data=st.data())
def test_every_window_is_that_of_the_other_engine(
    database: Database, *, library: World, query: tree.Query, sort: Sort, share: float, data: st.DataObject
) -> None:
    everywhere = [*library.items, *library.deleted]
    places = [sort.key(each, ANN) for each in everywhere] or [sort.key(world(1, 1).items[0], ANN)]
    key = data.draw(st.sampled_from(places))
    size = data.draw(st.integers(1, 9))
    windows = (Offset(data.draw(st.integers(0, 40)), size), After(key, size), Before(key, size))
    with changed_shelf(database, library, share) as (connection, snap, _), shelves.snapshot(connection) as other:
        for window in windows:
            mine, its = snap.page(query, sort, window, ANN), other.page(query, sort, window, ANN)
            assert _placeless(mine) == _placeless(its)
            if its.start is not None:
                assert mine.start == its.start


def _placeless(found: Slice) -> Slice:
    """Only some engines know the position of the first item."""
    return msgspec.structs.replace(found, start=None)


@SHARED
@given(library=worlds(), query=queries(3), sort=sorts(), share=shares, size=st.sampled_from((1, 2, 3, 7)))
def test_walking_forward_and_back_shows_every_item_once_in_order(
    database: Database, *, library: World, query: tree.Query, sort: Sort, share: float, size: int
) -> None:
    with changed_shelf(database, library, share) as (_, snap, live):
        pages = [snap.page(query, sort, Offset(0, size), ANN)]
        while pages[-1].has_next:
            assert pages[-1].last is not None
            pages.append(snap.page(query, sort, After(pages[-1].last, size), ANN))
        assert [each for page in pages for each in page.ids] == expected(live, query, sort, ANN)
        for page, later in pairwise(pages):
            assert later.first is not None
            back = snap.page(query, sort, Before(later.first, size), ANN)
            assert (back.ids, back.has_previous, back.has_next) == (page.ids, page.has_previous, True)


@SHARED
@given(library=worlds(), query=queries(3), sort=sorts(), viewer=viewers, share=shares)
def test_the_position_of_an_item_is_its_index_in_the_list(
    database: Database, *, library: World, query: tree.Query, sort: Sort, viewer: Viewer, share: float
) -> None:
    with changed_shelf(database, library, share) as (_, snap, live):
        wanted = expected(live, query, sort, viewer)
        for each in [*library.items, *library.deleted][:8]:
            assert snap.position(each.id, query, sort, viewer) == (wanted.index(each.id) if each.id in wanted else None)


@SHARED
@given(
    library=worlds(),
    query=queries(3),
    viewer=viewers,
    share=shares,
    limit=st.sampled_from((0, 1, 2, 50)),
    q=st.sampled_from(("", "", "dune")),
)
@example(library=world(1, 30), query=ALL, viewer=ANN, share=0.5, limit=2, q="")
def test_facets_are_those_of_the_other_engine(
    database: Database, *, library: World, query: tree.Query, viewer: Viewer, share: float, limit: int, q: str
) -> None:
    requests = [FacetRequest(facet, query, limit, q) for facet in (*EntityKind, *VALUES)]
    with changed_shelf(database, library, share) as (connection, snap, _), shelves.snapshot(connection) as other:
        assert snap.facets(requests, viewer) == other.facets(requests, viewer)


@SHARED
@given(library=worlds(), query=queries(3), sort=sorts(), limit=st.sampled_from((1, 3, 10, 200)), share=shares)
def test_the_rail_is_that_of_the_other_engine(
    database: Database, *, library: World, query: tree.Query, sort: Sort, limit: int, share: float
) -> None:
    with changed_shelf(database, library, share) as (connection, snap, _), shelves.snapshot(connection) as other:
        assert snap.rail(query, sort, limit, ANN) == other.rail(query, sort, limit, ANN)


def test_each_seed_has_an_order_of_its_own_within_one_snapshot(database: Database) -> None:
    library = World(world(4, 40).items)
    with shelf(database, library) as connection:
        snap = snapshot(connection)
        for seed in (1, 2, 1):
            sort = Sort("random", descending=False, seed=seed)
            assert list(snap.page(ALL, sort, Offset(0, 100), ANN).ids) == expected(library, ALL, sort, ANN)


def test_months_before_1970_begin_where_the_databases_begin_them(database: Database) -> None:
    month = 31 * 86_400 * 1_000_000
    times = [at + step for at in (-month, 0, month) for step in (-1_000_001, -1_000_000, -999_999, -1, 0, 1)]
    (plain,) = world(1, 1).items
    library = World(tuple(msgspec.structs.replace(plain, id=place + 1, added=at) for place, at in enumerate(times)))
    with shelf(database, library) as connection, shelves.snapshot(connection) as other:
        for descending in (True, False):
            sort = Sort("added", descending)
            assert snapshot(connection).rail(ALL, sort, 50, ANN) == other.rail(ALL, sort, 50, ANN)


@given(query=queries(3), sort=sorts())
@SHARED
def test_a_page_a_count_a_position_and_a_rail_ask_the_store_nothing_but_words_and_what_the_viewer_said(
    database: Database, *, query: tree.Query, sort: Sort
) -> None:
    def asked() -> Connection:
        raise AssertionError("the store was asked")

    if sort.field.own or _asks(query):
        return
    library = world(1, 20)
    with shelf(database, library) as connection:
        snap = BitmapSnapshot(State(base(connection), 0), asked)
        snap.page(query, sort, Offset(0, 10), ANN)
        snap.count(query, ANN)
        snap.position(library.items[0].id, query, sort, ANN)
        snap.rail(query, sort, 10, ANN)


def test_a_query_is_settled_once_for_a_page_and_its_count(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[tuple[int, tree.Query]] = []
    settle = compiling.Settling.settle

    def counted(self: compiling.Settling, query: tree.Query) -> compiling.Node:
        settled.append((self.own.user_id, query))
        return settle(self, query)

    monkeypatch.setattr(compiling.Settling, "settle", counted)
    mine, other = tree.Mine("favorite", 1), tree.Range("rating", 50)
    library = world(3, 60)
    with shelf(database, library) as connection:
        snap = snapshot(connection)
        for viewer, query in ((ANN, mine), (VIEWERS[1], mine), (ANN, other), (ANN, mine)):  # nothing of one asker is left for another
            settled.clear()
            assert snap.count(query, viewer).value == len(expected(library, query, Sort("id"), viewer))
            snap.page(query, Sort("title"), Offset(30, 10), viewer)
            assert settled == [(viewer.user_id, query)]


def _asks(query: tree.Query) -> bool:
    return isinstance(query, tree.Text | tree.Mine) or any(map(_asks, tree.parts(query)))


def test_a_viewer_nobody_knows_gets_nothing_from_any_method(database: Database) -> None:
    library = world(2, 20)
    with shelf(database, library) as connection:
        snap = snapshot(connection)
        assert snap.page(ALL, Sort(), Offset(0, 10), NOBODY) == Slice()
        assert snap.count(ALL, NOBODY) == Count(0)
        assert snap.position(library.items[0].id, ALL, Sort(), NOBODY) is None
        assert all(snap.rail(ALL, Sort(name), 10, NOBODY).total == 0 for name in SORTS)
        assert all(facet.values == () for facet in snap.facets([FacetRequest("kind", ALL), FacetRequest(EntityKind.TAG, ALL)], NOBODY))


@SHARED
@given(library=worlds(), share=shares, sort=sorts(), low=st.integers(0, 100), width=st.integers(0, 60), query=queries())
def test_a_first_page_within_a_range_of_what_is_sorted_by_is_read_from_that_range(
    database: Database, library: World, share: float, sort: Sort, low: int, width: int, query: tree.Query
) -> None:
    asked = tree.both(tree.Range("rating", low, low + width), tree.Range("rating", 0, 90), query)
    by_rating = Sort("rating", sort.descending)
    with changed_shelf(database, library, share) as (_, snap, now):
        wanted = expected(now, asked, by_rating, ANN)
        assert list(snap.page(asked, by_rating, Offset(0, 5), ANN).ids) == wanted[:5]


def test_a_range_of_what_is_sorted_by_spares_the_way_to_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SHORT", -1)
    monkeypatch.setattr(fronts, "FIRST_READ", 1)
    monkeypatch.setattr(fronts, "READ_MOST", 2)
    asked = tree.Range("rating", 1, 40)
    with changed_shelf(database, world(3, 60), 0) as (_, snap, now):
        assert sum((each.rating or 0) > 40 for each in now.items) > 4  # more than may be read on the way
        page = snap.page(asked, Sort("rating"), Offset(0, 1), ANN)
        assert list(page.ids) == expected(now, asked, Sort("rating"), ANN)[:1]
        assert not len(snap.state.base.views)


def test_years_say_where_the_dates_begin(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SHORT", -1)
    monkeypatch.setattr(fronts, "FIRST_READ", 1)
    monkeypatch.setattr(fronts, "READ_MOST", 2)
    with changed_shelf(database, world(3, 60), 0) as (_, snap, now):
        years = sorted({each.year for each in now.items if each.year is not None})
        for first, last in (
            (years[3], years[-4]),
            (float(years[3]), years[-4] + 0.5),
            (years[3] - 0.5, None),
            (None, years[-4]),
            (-5, 10**9),
        ):
            asked = tree.Range("year", first, last)
            for descending in (False, True):
                sort = Sort("date", descending)
                assert list(snap.page(asked, sort, Offset(0, 1), ANN).ids) == expected(now, asked, sort, ANN)[:1]
        assert not len(snap.state.base.views)


def test_what_has_no_value_is_not_looked_for_among_the_values(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SHORT", -1)
    monkeypatch.setattr(fronts, "READ_MOST", 0)
    asked = tree.Not(tree.Has("rating"))
    with changed_shelf(database, world(3, 60), 0) as (_, snap, now):
        for descending in (False, True):
            sort = Sort("rating", descending)
            wanted = expected(now, asked, sort, ANN)
            assert len(wanted) > 5
            assert list(snap.page(asked, sort, Offset(1, 3), ANN).ids) == wanted[1:4]
        assert not len(snap.state.base.views)


def test_a_first_page_of_what_nobody_asked_for_finds_out_only_what_lies_at_the_front(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(untold, "DRIVEN", -1)
    monkeypatch.setattr(untold, "LEAST_READ", 16)
    monkeypatch.setattr(untold, "MOST_READ", 16)
    monkeypatch.setattr(fronts, "HOPEFUL", 60)
    monkeypatch.setattr(fronts, "HOPEFUL_PLAIN", 60)
    found_out: list[compiling.All] = []
    plain = Evaluation._all

    def whole(evaluation: Evaluation, node: compiling.All) -> BitMap:
        found_out.append(node)
        return plain(evaluation, node)

    monkeypatch.setattr(Evaluation, "_all", whole)
    with changed_shelf(database, world(3, 60), 0) as (_, snap, now):
        for asked in (tree.both(tree.Range("rating", 1, 90), tree.Not(tree.Has("description"))), tree.Not(tree.Has("cover"))):
            for sort in (Sort("rating"), Sort("title", descending=False), Sort("id")):
                wanted = expected(now, asked, sort, ANN)
                page = snap.page(asked, sort, Offset(0, 2), ANN)
                assert (list(page.ids), page.has_next, found_out) == (wanted[:2], len(wanted) > 2, [])
        rare = tree.both(tree.Range("rating", 1, 90), tree.IdIs((now.items[0].id,)))
        assert list(snap.page(rare, Sort("title"), Offset(0, 2), ANN).ids) == expected(now, rare, Sort("title"), ANN)
        assert found_out


def test_a_kind_without_values_is_looked_for_only_behind_them(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untold, "LEAST_READ", 2)
    monkeypatch.setattr(untold, "MOST_READ", 2)
    library = world(3, 60)
    kind = next(each.kind for each in library.items if each.rating is not None)
    bare = tuple(msgspec.structs.replace(each, rating=None) if each.kind == kind else each for each in library.items)
    with changed_shelf(database, World(bare), 0) as (_, snap, now):
        asked = tree.both(tree.KindIs((kind,)), tree.Not(tree.Has("description")))
        for descending in (False, True):
            sort = Sort("rating", descending)
            wanted = expected(now, asked, sort, ANN)
            assert len(wanted) > 1
            assert list(snap.page(asked, sort, Offset(0, 2), ANN).ids) == wanted[:2]


def test_a_first_page_goes_on_behind_the_values(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SHORT", -1)
    monkeypatch.setattr(fronts, "FIRST_READ", 5)
    monkeypatch.setattr(fronts, "READ_MOST", 1_000)
    with changed_shelf(database, world(3, 60), 0) as (_, snap, now):
        valued = sum(each.rating is not None for each in now.items)
        for sort in (Sort("rating"), Sort("rating", descending=False)):
            for size in (valued - 1, valued, valued + 1, valued + 3, len(now.items) + 5):
                assert list(snap.page(ALL, sort, Offset(0, size), ANN).ids) == expected(now, ALL, sort, ANN)[:size]
        assert not len(snap.state.base.views)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_view_goes_when_its_cache_lets_it_go(database: Database, share: float) -> None:
    with changed_shelf(database, world(3, 60), share) as (_, snap, _):
        sort = Sort("rating")
        snap.rail(ALL, sort, 5, ANN)
        held = [weakref.ref(view) for view, _ in snap.state.base.views._held.values()]
        assert held
        snap.state.base.views.clear()
        gc.collect()
        assert [ref() for ref in held] == [None] * len(held)


def tallies_counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of how many items each tally is from now on, which costs by the item."""
    counted: list[int] = []
    plain = Postings.tally

    def tally(postings: Postings, result: BitMap, count: int) -> Array:
        counted.append(len(result))
        return plain(postings, result, count)

    monkeypatch.setattr(Postings, "tally", tally)
    monkeypatch.setattr(postings, "DENSE", 0)
    return counted


def test_the_whole_that_nobody_counted_is_counted_when_it_is_met_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = tallies_counted(monkeypatch)
    with changed_shelf(database, world(3, 70), 0) as (connection, snap, now):
        items = [each.id for each in now.items if each.rating is not None]
        for kept in (items[:2], items[2:4], items[4:6]):
            request = FacetRequest(EntityKind.TAG, tree.both(tree.Has("rating"), tree.Not(tree.IdIs(tuple(kept)))))
            with shelves.snapshot(connection) as other:
                assert snap.facets([request], ANN) == other.facets([request], ANN)
        whole, less = len(items), len(items) - 2
        assert [each for each in counted if each in {whole, less, 2}] == [less, whole, 2, 2]  # many are counted by those that are not there


def test_what_is_taken_out_of_a_result_is_all_that_is_counted_for_another_viewer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with changed_shelf(database, world(3, 70), 0) as (connection, snap, now):
        wanted = tree.Has("rating")
        items = [each.id for each in now.items if each.rating is not None]
        snap.facets([FacetRequest(EntityKind.TAG, wanted)], ANN)
        counted = tallies_counted(monkeypatch)
        for kept in (tree.IdIs(tuple(items[:2])), tree.IdIs(tuple(items[3:5]))):
            request = FacetRequest(EntityKind.TAG, tree.both(wanted, tree.Not(kept)))
            with shelves.snapshot(connection) as other:
                assert snap.facets([request], ANN) == other.facets([request], ANN)
        assert counted == [2, 2]


def test_what_is_kept_of_a_filter_has_no_room_left_over(database: Database) -> None:
    with changed_shelf(database, world(3, 60), 0) as (_, snap, _):
        few = tree.both(tree.Linked(EntityKind.TAG, tuple(range(1, 9))), tree.Has("rating"))
        snap.count(few, ANN)
        kept = [bitmap for bitmap, _ in snap.state.base.segment.cache._held.values()]
        assert len(kept) > 1
        assert [bitmap.shrink_to_fit() for bitmap in kept] == [0] * len(kept)
