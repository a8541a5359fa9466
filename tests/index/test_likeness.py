"""Similar items: the index, the database and plain Python give the same ranking, ties and pages included."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.index import likeness
from longshelf.model import likeness as rule
from longshelf.model import query as tree
from longshelf.model.engine import Similar
from longshelf.model.facts import ItemFacts, LinkFacts
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.likeness import rarity
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store.database import Database
from longshelf.store.engine import likeness as likeness_sql
from tests.index.livelier import lively
from tests.model import plain as oracle
from tests.model.worlds import VIEWERS, World, queries, world, worlds

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60)
ANN = VIEWERS[0]
ALL = tree.EVERYTHING
viewers = st.sampled_from((*VIEWERS, NOBODY))


@contextmanager
def most(count: int, window: int = 2) -> Iterator[None]:
    """Fewer candidates than a small world has, and windows that hold few items."""
    with pytest.MonkeyPatch.context() as patch:
        for place in (rule, likeness, likeness_sql, oracle):
            patch.setattr(place, "MOST", count)
        patch.setattr(likeness, "WINDOW", window)
        patch.setattr(likeness_sql, "LISTS_AT_ONCE", 1 + window % 3)
        yield


@SHARED
@given(
    library=worlds(),
    query=queries(3) | st.sampled_from((ALL, ALL, tree.Not(tree.Mine("hidden", 1)))),
    viewer=viewers,
    seed=st.integers(0, 99),
    share=st.sampled_from((0.0, 0.1, 0.5, 1.0)),
    kept=st.sampled_from((1, 2, 5, 500)),
    window=st.sampled_from((1, 3, 1000)),
    start=st.integers(0, 4),
    size=st.sampled_from((1, 3, 100)),
)
def test_the_ranking_is_what_plain_python_says(
    database: Database,
    *,
    library: World,
    query: tree.Query,
    viewer: Viewer,
    seed: int,
    share: float,
    kept: int,
    window: int,
    start: int,
    size: int,
) -> None:
    with lively(database, library, seed, share=share, warm=True, entities=True) as (index, sql, plain), most(kept, window):
        for each in [*library.items, *library.deleted][:6]:
            wanted = plain.similar(each.id, query, start, size, viewer)
            assert index.similar(each.id, query, start, size, viewer) == wanted
            assert sql.similar(each.id, query, start, size, viewer) == wanted


def _item(item_id: int, *links: tuple[EntityKind, int]) -> ItemFacts:
    return ItemFacts(id=item_id, library_id=1, kind=ItemKind.BOOK, links=tuple(LinkFacts(kind, each) for kind, each in links))


TAG, GENRE, PERSON, STUDIO, SERIES = (
    (EntityKind.TAG, 5),
    (EntityKind.GENRE, 9),
    (EntityKind.PERSON, 1),
    (EntityKind.STUDIO, 4),
    (EntityKind.SERIES, 10),
)


def test_three_shared_tags_count_as_one_for_a_place_among_the_candidates(database: Database) -> None:
    tags = tuple((EntityKind.TAG, each) for each in (5, 6, 7))
    items = (_item(1, *tags, GENRE), _item(2, *tags), _item(3, tags[0], GENRE))
    with lively(database, World(items), 0, share=0.0, warm=False, entities=False) as (index, sql, plain), most(1):
        ids = [each.id for each in plain.items if len(each.links) == 4]
        wanted = plain.similar(ids[0], ALL, 0, 9, ANN)
        (kept,) = wanted.ids
        assert [link.kind for link in next(each for each in plain.items if each.id == kept).links] == ["tag", "genre"]
        assert index.similar(ids[0], ALL, 0, 9, ANN) == sql.similar(ids[0], ALL, 0, 9, ANN) == wanted


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_studio_alone_ties_with_a_tag_and_a_genre_and_the_higher_id_is_kept(database: Database, share: float) -> None:
    whole = [_item(1, TAG, GENRE, STUDIO), *(_item(each, *((STUDIO,) if each % 2 else (TAG, GENRE))) for each in range(2, 40))]
    with lively(database, World(tuple(whole)), 3, share=share, warm=True, entities=False) as (index, sql, plain):
        item_id = next(each.id for each in plain.items if len(each.links) == 3)  # the first, or what its change left of it elsewhere
        for kept in (1, 2, 3, 10, 37):
            with most(kept):
                wanted = plain.similar(item_id, ALL, 0, 99, ANN)
                assert index.similar(item_id, ALL, 0, 99, ANN) == sql.similar(item_id, ALL, 0, 99, ANN) == wanted


def test_pages_of_the_ranking_join_to_the_whole(database: Database) -> None:
    with lively(database, world(8, 60), 0, share=0.2, warm=True, entities=False) as (index, sql, plain):
        item_id = plain.items[0].id
        whole = plain.similar(item_id, ALL, 0, 100, ANN)
        assert whole.total == len(whole.ids) > 7
        for engine in (index, sql):
            pages = [engine.similar(item_id, ALL, start, 3, ANN) for start in range(0, whole.total + 3, 3)]
            assert tuple(each for page in pages for each in page.ids) == whole.ids
            assert {page.total for page in pages} == {whole.total}


def test_nothing_is_similar_to_what_is_not_there_or_may_not_be_seen(database: Database) -> None:
    with lively(database, world(8, 30), 0, share=0.3, warm=True, entities=False) as (index, sql, plain):
        live = {each.id for each in plain.items}
        hidden = tree.Not(tree.IdIs((min(live),)))
        asked: list[tuple[int, tree.Query, Viewer]] = [(10**6, ALL, ANN), (min(live), hidden, ANN), (min(live), ALL, NOBODY)]
        asked += [(each, ALL, ANN) for each in set(range(1, 80)) - live]
        for item_id, query, viewer in asked:
            assert index.similar(item_id, query, 0, 9, viewer) == sql.similar(item_id, query, 0, 9, viewer) == Similar()


def test_rarity_is_a_whole_number_that_falls_as_more_carry_it() -> None:
    worths = [rarity(EntityKind.PERSON, 1_000, carrying) for carrying in range(1, 1_001)]
    assert all(isinstance(each, int) for each in worths)
    assert worths == sorted(worths, reverse=True)
    assert worths[-1] == 0
    assert rarity(EntityKind.TAG, 1_000, 7) == round(2**16 * math.log2(1_001 / 8))
