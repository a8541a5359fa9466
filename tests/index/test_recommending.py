"""Items somebody may like: the index, the database and plain Python choose and score the same ones."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.index import recommending
from longshelf.model import query as tree
from longshelf.model import taste
from longshelf.model.engine import Suited
from longshelf.model.facts import ItemFacts
from longshelf.model.kinds import EntityKind
from longshelf.model.taste import Wanted
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store.database import Database
from longshelf.store.engine import recommending as recommending_sql
from tests.index.livelier import lively
from tests.model.plain import Plain
from tests.model.worlds import BIG_IDS, ENTITIES, VIEWERS, World, queries, world

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=40)
ANN = VIEWERS[0]
ALL = tree.EVERYTHING
UNTOUCHED = tree.Not(tree.Or((tree.Mine("play_count", 1), tree.Mine("favorite", 1), tree.Mine("rating"))))


@contextmanager
def limits(most: int, newest: int, around: int, window: int) -> Iterator[None]:
    """Fewer of everything than a small world has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taste, "MOST", most)
        for place in (recommending, recommending_sql):
            patch.setattr(place, "NEWEST", newest)
            patch.setattr(place, "AROUND", around)
        patch.setattr(recommending, "WINDOW", window)
        patch.setattr(recommending_sql, "LISTS_AT_ONCE", 1 + window % 3)
        yield


def expected(
    plain: Plain, wanted: Sequence[Wanted], pivot: int, query: tree.Query, viewer: Viewer, *, limit: tuple[int, int, int]
) -> Suited:
    """The slow, obvious way."""
    most, newest, around = limit
    seen = sorted((each for each in plain.items if viewer.known and query.matches(each, viewer)), key=lambda each: -each.id)
    found: set[int] = set()
    for each in wanted:
        carriers = [item.id for item in seen if (each.kind, each.id) in _links(item)]
        if each.weight > 0:
            found.update(carriers[:newest])
            found.update([item_id for item_id in carriers if item_id <= pivot][:around])
    carried = {item.id: [each for each in wanted if (each.kind, each.id) in _links(item)] for item in seen if item.id in found}
    scores = {item_id: sum(each.weight for each in some) for item_id, some in carried.items()}
    ids = sorted((item_id for item_id, score in scores.items() if score > 0), key=lambda each: (scores[each], each), reverse=True)[:most]
    return Suited(tuple(ids), tuple(scores[each] for each in ids), tuple(tuple(sorted(some.id for some in carried[each])) for each in ids))


def _links(item: ItemFacts) -> set[tuple[EntityKind, int]]:
    return {(link.kind, link.entity_id) for link in item.links}


def _wanted(seed: int) -> list[Wanted]:
    """Some of the entities, liked and disliked; the same for the same number."""
    rng = random.Random(seed)
    return [Wanted(each.kind, each.id, rng.randint(-300, 500)) for each in rng.sample(ENTITIES, rng.randint(0, 9))]


@SHARED
@given(
    library=st.builds(world, st.integers(0, 2**32), st.integers(0, 30) | st.just(30)),
    wanted=st.builds(_wanted, st.integers(0, 2**32)),
    query=st.one_of(st.just(ALL), st.just(UNTOUCHED), queries(3)),
    viewer=st.sampled_from((*VIEWERS, *VIEWERS, NOBODY)),
    pivot=st.integers(0, 80) | st.sampled_from(BIG_IDS),
    seed=st.integers(0, 99),
    share=st.sampled_from((0.0, 0.1, 0.5, 1.0)),
    most=st.sampled_from((3, 500, 500)),
    newest=st.sampled_from((1, 1, 2, 60)),
    around=st.sampled_from((1, 1, 2, 40)),
    window=st.sampled_from((1, 3, 1000)),
)
def test_every_engine_chooses_what_plain_python_does(
    database: Database,
    *,
    library: World,
    wanted: list[Wanted],
    query: tree.Query,
    viewer: Viewer,
    pivot: int,
    seed: int,
    share: float,
    most: int,
    newest: int,
    around: int,
    window: int,
) -> None:
    with (
        lively(database, library, seed, share=share, warm=True, entities=True) as (index, sql, plain),
        limits(most, newest, around, window),
    ):
        right = expected(plain, wanted, pivot, query, viewer, limit=(most, newest, around))
        assert index.suited(wanted, pivot, query, viewer) == right
        assert sql.suited(wanted, pivot, query, viewer) == right


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_the_newest_and_those_up_to_the_pivot_are_taken_and_what_is_disliked_takes_none(database: Database, share: float) -> None:
    for seed in range(12):
        with lively(database, world(seed, 40), seed, share=share, warm=True, entities=False) as (index, sql, plain), limits(500, 1, 1, 3):
            for pivot in (30, *sorted(each.id for each in plain.items)[5:30:6]):
                right = expected(plain, _wanted(seed), pivot, ALL, ANN, limit=(500, 1, 1))
                assert index.suited(_wanted(seed), pivot, ALL, ANN) == right
                assert sql.suited(_wanted(seed), pivot, ALL, ANN) == right


def test_an_entity_of_another_kind_or_of_none_brings_nothing(database: Database) -> None:
    with lively(database, world(5, 40), 0, share=0.2, warm=True, entities=False) as (index, sql, _):
        wrong = [Wanted(EntityKind.STUDIO, 5, 100), Wanted(EntityKind.TAG, 10**6, 100)]
        assert index.suited(wrong, 99, ALL, ANN) == sql.suited(wrong, 99, ALL, ANN) == Suited()
        assert index.suited([], 99, ALL, ANN) == sql.suited([], 99, ALL, ANN) == Suited()


def test_what_is_disliked_brings_nobody_in_and_takes_others_down(database: Database) -> None:
    with lively(database, world(5, 60), 0, share=0.2, warm=True, entities=False) as (index, sql, _):
        liked, disliked = Wanted(EntityKind.TAG, 5, 100), Wanted(EntityKind.TAG, 6, -60)
        for engine in (index, sql):
            assert engine.suited([disliked], 99, ALL, ANN) == Suited()
            found = engine.suited([liked, disliked], 99, ALL, ANN)
            assert set(found.scores) == {100, 40}
            assert all((score == 40) == (6 in carried) for score, carried in zip(found.scores, found.carried, strict=True))
