"""Lists of entities and their figures: the index, the database and plain Python say the same, over any change of items and entities."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from longshelf.index import entity_listing
from longshelf.index.bitmaps import Array
from longshelf.index.postings import Postings
from longshelf.model import query as tree
from longshelf.model.engine import After, Before, EntityOrder, EntityPage, EntityRequest, FacetRequest, Offset, Tally, Window
from longshelf.model.kinds import EntityKind
from longshelf.model.sorts import Key
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store.database import Database
from tests.index.livelier import BARE, LATE, lively
from tests.model.worlds import ENTITIES, VIEWERS, World, queries, world, worlds

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=40)
ANN = VIEWERS[0]
ALL = tree.EVERYTHING
ORDERS: tuple[EntityOrder, ...] = ("name", "count")
viewers = st.sampled_from((*VIEWERS, NOBODY))
shares = st.sampled_from((0.0, 0.1, 0.5, 1.0))
# What viewers may see narrows the query: here what they hid, as the catalogue will put it.
restrictions = st.sampled_from((ALL, tree.Not(tree.Mine("hidden", 1)), tree.Mine("rating", 1), tree.Linked(EntityKind.TAG, (5,))))
requests = st.builds(
    EntityRequest,
    st.sampled_from((EntityKind.TAG, EntityKind.TAG, EntityKind.PERSON, EntityKind.SERIES)),
    st.builds(tree.both, queries(3) | st.just(ALL), restrictions),
    st.sampled_from(("", "", "du", "dune", "a", "le guin")),
    st.sampled_from(ORDERS),
    st.booleans(),
    st.none() | st.sampled_from((None, None, 5, 6, *BARE, 1, 999)),
)
keys = st.builds(Key, st.sampled_from(("", "dune", "part 019", "z", "\U0010ffff")), st.sampled_from((0, 5, 6, 2**33)))
number_keys = st.builds(Key, st.integers(0, 9), st.sampled_from((0, 5, 6, 2**33)))


@SHARED
@given(
    library=worlds(),
    request=requests,
    viewer=viewers,
    seed=st.integers(0, 99),
    share=shares,
    warm=st.booleans(),
    entities=st.booleans(),
    data=st.data(),
)
def test_every_stretch_of_a_list_is_what_plain_python_says(
    database: Database,
    *,
    library: World,
    request: EntityRequest,
    viewer: Viewer,
    seed: int,
    share: float,
    warm: bool,
    entities: bool,
    data: st.DataObject,
) -> None:
    size = data.draw(st.integers(1, 6))
    place = data.draw(keys if request.order == "name" else number_keys)
    windows: list[Window] = [Offset(0, 100), Offset(data.draw(st.integers(0, 8)), size), After(place, size), Before(place, size)]
    with lively(database, library, seed, share=share, warm=warm, entities=entities) as (index, sql, plain):
        for window in windows:
            wanted = plain.entities(request, window, viewer)
            assert _placeless(index.entities(request, window, viewer)) == wanted
            assert _placeless(sql.entities(request, window, viewer)) == wanted
            assert _placeless(index.entities(request, window, viewer)) == wanted  # what was kept is not changed


@SHARED
@given(
    library=worlds(),
    query=st.builds(tree.both, queries(3), restrictions),
    viewer=viewers,
    seed=st.integers(0, 99),
    share=shares,
    entities=st.booleans(),
)
@pytest.mark.parametrize("few", [0, 100])
def test_figures_of_single_entities_are_those_of_the_lists(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    *,
    few: int,
    library: World,
    query: tree.Query,
    viewer: Viewer,
    seed: int,
    share: float,
    entities: bool,
) -> None:
    monkeypatch.setattr(entity_listing, "FEW", few)
    ids = [each.id for each in (*ENTITIES, *LATE)] + [5, 999]  # one twice, and one nobody knows
    with lively(database, library, seed, share=share, warm=True, entities=entities) as (index, sql, plain):
        for kind in (EntityKind.TAG, EntityKind.PERSON, EntityKind.GROUP):
            wanted = plain.tallies(kind, ids, query, viewer)
            assert index.tallies(kind, ids, query, viewer) == wanted
            assert sql.tallies(kind, ids, query, viewer) == wanted
            bare = tuple(msgspec.structs.replace(each, via_person=0) for each in wanted)
            assert index.tallies(kind, ids, query, viewer, via_persons=False) == bare
            assert sql.tallies(kind, ids, query, viewer, via_persons=False) == bare
        assert index.tallies(EntityKind.TAG, (999,), query, viewer) == (Tally(0),)  # none of them is there
        assert index.tallies(EntityKind.TAG, (), query, viewer) == sql.tallies(EntityKind.TAG, (), query, viewer) == ()


@SHARED
@given(library=worlds(), request=requests, seed=st.integers(0, 99), share=shares, size=st.sampled_from((1, 2, 3)))
@example(
    library=world(0, 18), request=EntityRequest(EntityKind.TAG, tree.EVERYTHING, parent=6), seed=25, share=0.0, size=1
)  # below one that was removed
def test_walking_forward_and_back_shows_every_entity_once(
    database: Database, *, library: World, request: EntityRequest, seed: int, share: float, size: int
) -> None:
    with lively(database, library, seed, share=share, warm=True, entities=True) as (index, sql, plain):
        wanted = plain.entities(request, Offset(0, 100), ANN)
        for engine in (index, sql):
            pages = [engine.entities(request, Offset(0, size), ANN)]
            while pages[-1].slice.has_next:
                assert pages[-1].slice.last is not None
                pages.append(engine.entities(request, After(pages[-1].slice.last, size), ANN))
            assert tuple(each for page in pages for each in page.slice.ids) == wanted.slice.ids
            assert tuple(each for page in pages for each in page.tallies) == wanted.tallies
            for page, later in pairwise(pages):
                assert later.slice.first is not None
                assert _placeless(engine.entities(request, Before(later.slice.first, size), ANN)).slice.ids == page.slice.ids


def test_a_name_that_two_entities_share_does_not_stop_a_walk(database: Database) -> None:
    with lively(database, world(3, 30), 1, share=0.0, warm=False, entities=False) as (index, sql, plain):
        request = EntityRequest(EntityKind.TAG, ALL)
        keys = [plain.named[each].key for each in plain.entities(request, Offset(0, 9), ANN).slice.ids]
        assert len(set(keys)) == len(keys)  # in this world all differ, so both ways below are walks over ties that were made
    with lively(database, world(3, 30), 7, share=1.0, warm=True, entities=True) as (index, sql, plain):
        for order in ORDERS:
            request = EntityRequest(EntityKind.TAG, ALL, order=order)
            for engine in (index, sql):
                first = engine.entities(request, Offset(0, 1), ANN)
                assert first.slice.last is not None
                rest = engine.entities(request, After(first.slice.last, 100), ANN)
                assert first.slice.ids + rest.slice.ids == plain.entities(request, Offset(0, 100), ANN).slice.ids


def test_a_page_that_was_asked_before_asks_the_store_nothing_and_counts_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = EntityRequest(EntityKind.TAG, ALL)
    with lively(database, world(5, 40), 2, share=0.3, warm=True, entities=True) as (index, _, plain):
        index.entities(request, Offset(0, 2), ANN)

        def asked(*_: object) -> None:
            raise AssertionError("counted again")

        monkeypatch.setattr(entity_listing, "tallied", asked)
        monkeypatch.setattr(index, "_reading", asked)
        wanted = plain.entities(request, Offset(0, 2), ANN)
        assert _placeless(index.entities(request, Offset(0, 2), ANN)) == wanted
        assert index.entities(request, Offset(2, 2), ANN).slice.ids == plain.entities(request, Offset(2, 2), ANN).slice.ids


def _placeless(found: EntityPage) -> EntityPage:
    """Only some engines know the position of the first entity."""
    return msgspec.structs.replace(found, slice=msgspec.structs.replace(found.slice, start=None))


def test_facets_and_lists_of_one_result_share_one_count_of_the_base(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    tally = Postings.tally

    def counting(postings: Postings, result: BitMap, count: int) -> Array:
        counted.append(count)
        return tally(postings, result, count)

    monkeypatch.setattr(Postings, "tally", counting)
    query = tree.Range("rating", 1)
    with lively(database, world(5, 40), 0, share=0.0, warm=False, entities=False) as (index, _, _):
        first = index.facets([FacetRequest(EntityKind.TAG, query)], ANN)
        assert len(counted) == 1
        assert index.facets([FacetRequest(EntityKind.TAG, query, limit=0)], ANN)[0].total == first[0].total
        assert index.entities(EntityRequest(EntityKind.TAG, query), Offset(0, 9), ANN).total == first[0].total
        assert len(counted) == 1
