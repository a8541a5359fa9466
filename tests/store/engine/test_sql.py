"""SqlEngine against plain Python, on both databases: the same ids in the same order, whatever the library and the question."""

from collections import Counter
from itertools import islice, pairwise, product

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, update

from longshelf.model import query as tree
from longshelf.model.engine import RATING_STEP, After, Before, Count, FacetKind, FacetRequest, Offset, Slice, Window
from longshelf.model.kinds import EntityKind
from longshelf.model.sorts import SORTS, Key, Sort
from longshelf.model.text import name_key, natural_key, tokens
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store import tables
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlSnapshot
from tests.model.worlds import ENTITIES, VIEWERS, World, expected, queries, sorts, world, worlds
from tests.store.engine.shelves import add, shelf, snapshot

# One database serves all examples of a test: each example rolls back.
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=70)
viewers = st.sampled_from(VIEWERS)
ANN = VIEWERS[0]
ALL = tree.Everything()


@SHARED
@given(library=worlds(), query=queries(), sort=sorts(), viewer=viewers)
def test_the_engine_answers_what_plain_python_answers(
    database: Database, *, library: World, query: tree.Query, sort: Sort, viewer: Viewer
) -> None:
    with shelf(database, library) as connection, snapshot(connection) as snap:
        wanted = expected(library, query, sort, viewer)
        assert list(snap.page(query, sort, Offset(0, 100), viewer).ids) == wanted
        assert snap.count(query, viewer) == Count(len(wanted))


@SHARED
@given(library=worlds(), leaves=st.lists(queries(1), min_size=1, max_size=4), sort=sorts(), viewer=viewers)
def test_conditions_joined_by_and_lead_to_the_same_items_whichever_of_them_is_listed_first(
    database: Database, *, library: World, leaves: list[tree.Query], sort: Sort, viewer: Viewer
) -> None:
    query = tree.And(tuple(leaves))
    with shelf(database, library) as connection, pytest.MonkeyPatch.context() as patch:
        wanted = expected(library, query, sort, viewer)
        for sparse in (-1, 2, 10_000):
            patch.setattr("longshelf.store.engine.steering.SPARSE", sparse)
            with snapshot(connection) as snap:
                assert list(snap.page(query, sort, Offset(0, 100), viewer).ids) == wanted
                assert snap.count(query, viewer) == Count(len(wanted))


@SHARED
@given(library=worlds(), query=queries(3), sort=sorts(), size=st.sampled_from((1, 2, 3, 5, 7, 50, 1000)))
@example(library=world(1, 30), query=ALL, sort=Sort("rating", descending=True), size=1)
@example(library=world(1, 30), query=ALL, sort=Sort("rating", descending=False), size=2)
def test_walking_forward_and_back_shows_every_item_once_in_order(
    database: Database, *, library: World, query: tree.Query, sort: Sort, size: int
) -> None:
    with shelf(database, library) as connection, snapshot(connection) as snap:
        wanted = expected(library, query, sort, ANN)
        pages = list(_forward(snap, query, sort, size))
        assert [each for page in pages for each in page.ids] == wanted
        assert [page.has_previous for page in pages] == [place > 0 for place in range(len(pages))]
        for page, later in pairwise(pages):
            assert later.first is not None
            back = snap.page(query, sort, Before(later.first, size), ANN)
            assert (back.ids, back.has_previous, back.has_next) == (page.ids, page.has_previous, True)


@SHARED
@given(library=worlds(), query=queries(2), sort=sorts(), start=st.integers(0, 40), size=st.integers(1, 9))
def test_a_window_by_position_is_that_part_of_the_list(
    database: Database, *, library: World, query: tree.Query, sort: Sort, start: int, size: int
) -> None:
    with shelf(database, library) as connection, snapshot(connection) as snap:
        wanted = expected(library, query, sort, ANN)
        page = snap.page(query, sort, Offset(start, size), ANN)
        assert list(page.ids) == wanted[start : start + size]
        assert page.has_next == (len(wanted) > start + size)
        assert page.has_previous == (start > 0 and bool(wanted))
        assert page.start == (start if page.ids else None)


@SHARED
@given(library=worlds(), query=queries(2), sort=sorts(), data=st.data())
def test_a_place_splits_the_list_even_when_no_item_is_there(
    database: Database, *, library: World, query: tree.Query, sort: Sort, data: st.DataObject
) -> None:
    everywhere = [*library.items, *library.deleted]
    if not everywhere:
        return
    key = sort.key(data.draw(st.sampled_from(everywhere)), ANN)
    arranged = sort.arranged([each for each in everywhere if query.matches(each, ANN) or sort.key(each, ANN) == key], ANN)
    place = [sort.key(each, ANN) for each in arranged].index(key)
    live = set(expected(library, query, sort, ANN))
    before = [each.id for each in arranged[:place] if each.id in live]
    after = [each.id for each in arranged[place + 1 :] if each.id in live]
    with shelf(database, library) as connection, snapshot(connection) as snap:
        ahead = snap.page(query, sort, After(key, 3), ANN)
        assert list(ahead.ids) == after[:3]
        assert (ahead.has_previous, ahead.has_next) == (len(live) > len(after), len(after) > 3)
        behind = snap.page(query, sort, Before(key, 3), ANN)
        assert list(behind.ids) == before[-3:]
        assert (behind.has_previous, behind.has_next) == (len(before) > 3, len(live) > len(before))


@SHARED
@given(library=worlds(), query=queries(3), sort=sorts(), viewer=viewers)
def test_the_position_of_an_item_is_its_index_in_the_list(
    database: Database, *, library: World, query: tree.Query, sort: Sort, viewer: Viewer
) -> None:
    with shelf(database, library) as connection, snapshot(connection) as snap:
        wanted = expected(library, query, sort, viewer)
        for each in [*library.items, *library.deleted][:8]:
            found = snap.position(each.id, query, sort, viewer)
            assert found == (wanted.index(each.id) if each.id in wanted else None)


@SHARED
@given(library=worlds(), query=queries(3), viewer=viewers, limit=st.sampled_from((0, 1, 2, 50)))
@example(library=world(1, 30), query=ALL, viewer=ANN, limit=0)  # the whole library has a way of its own
def test_facets_count_items_not_links(database: Database, *, library: World, query: tree.Query, viewer: Viewer, limit: int) -> None:
    items = [each for each in library.items if query.matches(each, viewer)]
    with shelf(database, library) as connection, snapshot(connection) as snap:
        for kind in EntityKind:
            (facet,) = snap.facets([FacetRequest(kind, query, limit=limit)], viewer)
            counts = Counter(entity for each in items for entity in {link.entity_id for link in each.links if link.kind == kind})
            names = {each.id: each.name for each in ENTITIES}
            ordered = sorted(counts, key=lambda entity: (-counts[entity], natural_key(names[entity]), entity))
            assert [(each.value, each.name, each.count) for each in facet.values] == [
                (entity, names[entity], counts[entity]) for entity in ordered[: limit or None]
            ]
            assert facet.total == len(counts)


@SHARED
@given(library=worlds(), query=queries(3), viewer=viewers)
def test_value_facets_count_every_value_there_is(database: Database, *, library: World, query: tree.Query, viewer: Viewer) -> None:
    items = [each for each in library.items if query.matches(each, viewer)]
    values: dict[str, list[str] | list[int]] = {
        "kind": [each.kind.value for each in items],
        "library": [each.library_id for each in items],
        "format": [each.format.value for each in items if each.format],
        "year": [each.year for each in items if each.year is not None],
        "rating": [each.rating // RATING_STEP * RATING_STEP for each in items if each.rating is not None],
    }
    with shelf(database, library) as connection, snapshot(connection) as snap:
        requests = [FacetRequest(facet, query, limit=0) for facet in ("kind", "library", "format", "year", "rating")]
        for facet in snap.facets(requests, viewer):
            counts: Counter[str | int] = Counter(values[str(facet.facet)])
            assert {each.value: each.count for each in facet.values} == counts
            assert facet.total == len(counts)
            if facet.facet in {"year", "rating"}:
                assert [each.value for each in facet.values] == sorted(counts, reverse=True)
            else:
                assert [each.count for each in facet.values] == sorted(counts.values(), reverse=True)


@pytest.mark.parametrize("q", ["dune", "DUNE mess", "knowles beyonce", "Beyoncé", "%", "_", "50%", "村上", "ωμεγα", "o'reilly", "", "zz"])
def test_a_search_inside_a_facet_keeps_entities_that_hold_every_word(database: Database, q: str) -> None:
    library = world(4, 40)
    with shelf(database, library) as connection, snapshot(connection) as snap:
        for kind in EntityKind:
            (facet,) = snap.facets([FacetRequest(kind, ALL, limit=0, q=q)], ANN)
            linked = {link.entity_id for each in library.items for link in each.links}
            wanted = {
                each.name
                for each in ENTITIES
                if each.kind == kind
                and each.id in linked
                and all(word in name_key(each.name) or natural_key(word) in natural_key(each.name) for word in tokens(q))
            }
            assert {each.name for each in facet.values} == wanted
            assert facet.total == len(wanted)


@SHARED
@given(library=worlds(), query=queries(3), sort=sorts(), limit=st.sampled_from((1, 2, 3, 10, 200)), viewer=viewers)
@example(library=world(1, 30), query=ALL, sort=Sort("date", descending=False), limit=200, viewer=ANN)
@example(library=world(1, 30), query=ALL, sort=Sort("date", descending=True), limit=200, viewer=ANN)
def test_rail_marks_name_places_in_the_order_of_the_list(
    database: Database, *, library: World, query: tree.Query, sort: Sort, limit: int, viewer: Viewer
) -> None:
    with shelf(database, library) as connection, snapshot(connection) as snap:
        rail = snap.rail(query, sort, limit, viewer)
        wanted = expected(library, query, sort, viewer)
        assert rail.total == len(wanted)
        assert len(rail.marks) <= limit
        places = [mark.pos for mark in rail.marks]
        assert places == sorted(set(places))
        assert all(place < len(wanted) for place in places)
        if wanted and sort.field.labels != "none":
            assert places[0] == 0
        if sort.name == "date" and limit >= len(wanted):
            years = {each.id: (each.date or "—")[:4] for each in library.items}
            listed = [years[each] for each in wanted]
            assert [(mark.pos, mark.label) for mark in rail.marks] == [
                (place, year) for place, year in enumerate(listed) if place == 0 or listed[place - 1] != year
            ]


@pytest.mark.parametrize("name", list(SORTS))
def test_a_walk_shows_every_surviving_item_once_while_rows_come_and_go(database: Database, name: str) -> None:
    for place, (size, backwards) in enumerate(product((1, 2, 3, 5, 7, 50, 1000), (False, True))):
        descending = (place + place // 2) % 2 == 0  # each direction with each way of walking
        with shelf(database, world(7, 24)) as connection:
            _walk_amid_changes(connection, Sort(name, descending, seed=5), size, backwards=backwards)


def _walk_amid_changes(connection: Connection, sort: Sort, size: int, *, backwards: bool) -> None:
    library, later = world(7, 24), world(8, 85)
    known = {each.id for each in (*library.items, *library.deleted)}
    arrivals = iter([each for each in later.items if each.id not in known])
    alive = {each.id for each in library.items}
    removed: set[int] = set()
    seen: list[int] = []
    window: Window = Offset(0, size)
    if backwards:  # from the last item to the first; the walk begins beyond the end
        window = Before(_behind_all(sort), size)
    while True:
        with snapshot(connection) as snap:
            page = snap.page(ALL, sort, window, ANN)
        seen += page.ids[::-1] if backwards else page.ids
        here, more = (page.first, page.has_previous) if backwards else (page.last, page.has_next)
        if here is None or not more:
            break
        gone = {here.id, *sorted(alive - removed)[:1]}  # the row the cursor sits on, and another
        removed |= gone
        connection.execute(update(tables.item).where(tables.item.c.id.in_(gone)).values(deleted_at=1))
        add(connection, islice(arrivals, 1))
        window = Before(here, size) if backwards else After(here, size)
    assert len(seen) == len(set(seen))
    assert alive - removed <= set(seen)


def _behind_all(sort: Sort) -> Key:
    """A place behind every item."""
    last_id = -1 if sort.descending else 2**63 - 1
    if sort.field.nullable:
        return Key(None, last_id)
    lowest, highest = ("", "\U0010ffff") if sort.field.type == "text" else (-(2**62), 2**63 - 1)
    return Key(lowest if sort.descending else highest, last_id)


def test_a_viewer_nobody_knows_gets_nothing_from_any_method(database: Database) -> None:
    library = world(2, 20)
    with shelf(database, library) as connection, snapshot(connection) as snap:
        sort = Sort()
        assert snap.page(ALL, sort, Offset(0, 10), NOBODY) == Slice()
        assert snap.count(ALL, NOBODY) == Count(0)
        assert snap.position(library.items[0].id, ALL, sort, NOBODY) is None
        assert snap.rail(ALL, sort, 10, NOBODY).total == 0
        assert all(facet.values == () for facet in snap.facets([FacetRequest("kind", ALL), FacetRequest(EntityKind.TAG, ALL)], NOBODY))


def test_a_capped_count_says_that_it_is_an_estimate(database: Database) -> None:
    with shelf(database, World(world(3, 20).items[:10])) as connection:
        with snapshot(connection, count_cap=9) as snap:
            assert snap.count(ALL, ANN) == Count(9, is_estimate=True)
        with snapshot(connection, count_cap=10) as snap:
            assert snap.count(ALL, ANN) == Count(10)


def test_facets_of_a_large_result_are_counted_among_some_items_and_say_so(database: Database) -> None:
    with shelf(database, world(6, 40)) as connection:
        with snapshot(connection) as snap:
            names: tuple[FacetKind, ...] = (EntityKind.TAG, "kind", "library")
            exact = {name: snap.facets([FacetRequest(name, ALL, limit=0)], ANN)[0] for name in names}
            total = snap.count(ALL, ANN).value
        with snapshot(connection, count_cap=4 * total) as snap:
            assert {name: snap.facets([FacetRequest(name, ALL, limit=0)], ANN)[0] for name in exact} == exact
        with snapshot(connection, count_cap=4 * 9) as snap:
            for name, whole in exact.items():
                (some,) = snap.facets([FacetRequest(name, ALL, limit=0)], ANN)
                assert some.is_estimate
                counts = {each.value: each.count for each in whole.values}
                assert all(each.count <= counts[each.value] for each in some.values)
                if name != EntityKind.TAG:  # each item has one
                    assert sum(each.count for each in some.values) == 9


def test_ten_thousand_ids_are_one_bound_value(database: Database) -> None:
    library = world(5, 30)
    ids = tuple(range(2, 10_000))
    wanted = {each.id for each in library.items if each.id in ids}
    with shelf(database, library) as connection, snapshot(connection) as snap:
        for query in (tree.IdIs(ids), tree.Not(tree.Not(tree.IdIs(ids)))):
            assert set(snap.page(query, Sort(), Offset(0, 100), ANN).ids) == wanted
        linked = tree.Linked(EntityKind.TAG, (*ids, 2**33))
        assert set(snap.page(linked, Sort(), Offset(0, 100), ANN).ids) == {each.id for each in library.items if linked.matches(each, ANN)}


def test_the_revision_is_the_newest_committed_one(database: Database) -> None:
    with database.write() as write:
        write.touch()
    with database.read() as connection, snapshot(connection) as snap:
        assert snap.revision == 1


def _forward(snap: SqlSnapshot, query: tree.Query, sort: Sort, size: int) -> "list[Slice]":
    pages = [snap.page(query, sort, Offset(0, size), ANN)]
    while pages[-1].has_next:
        assert pages[-1].last is not None
        pages.append(snap.page(query, sort, After(pages[-1].last, size), ANN))
    return pages
