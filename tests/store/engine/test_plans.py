"""How SQLite reads a page: along the sort's index, or from a short list of ids, and never by sorting the library.

The plans are those of a library whose statistics are known and of one never analysed: neither may turn to a full sort."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from longshelf.model import query as tree
from longshelf.model.engine import After, Before, FacetRequest, Offset, Window
from longshelf.model.facts import ItemFacts, LinkFacts, MineFacts
from longshelf.model.kinds import EntityKind, Format, ItemKind
from longshelf.model.sorts import SORTS, Key, Sort
from longshelf.model.text import natural_key
from longshelf.model.viewer import Viewer
from longshelf.store.database import Database
from tests.model.worlds import VIEWERS, World
from tests.store.engine.shelves import shelf, snapshot
from tests.support.statements import Listening

ANN: Viewer = VIEWERS[0]
SHUFFLED = {"random"}  # has no index: its order exists only while it is asked for
OWN = {"my_rating": "rating", "last_played": "last_played_at", "progress": "progress", "play_count": "play_count"}

# Conditions that many items meet: the page is filled by walking the sort's index.
COMMON: dict[str, tree.Query] = {
    "nothing": tree.Everything(),
    "kind": tree.KindIs((ItemKind.BOOK,)),
    "library": tree.LibraryIs((1,)),
    "tag": tree.Linked(EntityKind.TAG, (5,)),
    "not tag": tree.Not(tree.Linked(EntityKind.TAG, (6,))),
    "format": tree.FormatIs((Format.WIDE,)),
    "year": tree.Range("year", 2000, 2030),
    "rating": tree.Range("rating", 10, 90),
    "missing": tree.Not(tree.Has("cover")),
    "not played": tree.Mine("play_count", 0, 0),
    "two tags": tree.And((tree.Linked(EntityKind.TAG, (5,)), tree.Linked(EntityKind.GENRE, (9,)))),
}
# Conditions that few items meet: only those are read and sorted.
RARE: dict[str, tree.Query] = {
    "tag": tree.Linked(EntityKind.TAG, (6,)),
    "kind": tree.KindIs((ItemKind.COMIC,)),
    "words": tree.Text("messiah"),
    "ids": tree.And((tree.IdIs((1, 2)), tree.Linked(EntityKind.TAG, (6,)))),
    "favorite": tree.Mine("favorite", 1, 1),
}


@pytest.fixture(scope="module", params=["analysed", "never analysed"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """400 items, where a list of more than 20 ids counts as long."""
    databases = request.getfixturevalue("sqlite_databases")
    with databases.new() as database, shelf(database, _library()) as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr("longshelf.store.engine.steering.SPARSE", 20)
        if request.param == "analysed":
            connection.exec_driver_sql("ANALYZE")
        yield connection


@pytest.mark.parametrize("sort", [name for name in SORTS if name not in SHUFFLED | OWN.keys()])
@pytest.mark.parametrize("condition", list(COMMON))
def test_a_page_of_common_items_walks_the_index_of_its_sort(connection: Connection, condition: str, sort: str) -> None:
    for descending in (True, False):
        order = Sort(sort, descending)
        value = _library().items[200]
        for window in (Offset(0, 5), After(order.key(value), 5), Before(order.key(value), 5), After(Key(order.key(value).value, 0), 5)):
            for plan in _plans(connection, COMMON[condition], order, window):
                assert "TEMP B-TREE" not in plan, plan
                walked = "USING INTEGER PRIMARY KEY" if sort == "id" else f"ix_item_sort_{order.field.column}"
                assert walked in plan or (sort == "id" and "SCAN item" in plan), plan


@pytest.mark.parametrize("sort", list(OWN))
@pytest.mark.parametrize("condition", list(COMMON))
def test_a_page_in_an_order_of_the_viewers_own_walks_an_index_of_what_he_said_and_then_the_ids(
    connection: Connection, condition: str, sort: str
) -> None:
    for descending in (True, False):
        order = Sort(sort, descending)
        said = order.key(_library().items[200], ANN)
        unsaid = Key(None, 300)
        for window in (Offset(0, 5), After(said, 5), Before(said, 5), After(unsaid, 5), Before(unsaid, 5)):
            for plan in _plans(connection, COMMON[condition], order, window):
                assert "TEMP B-TREE" not in plan, plan
                by_value = f"SEARCH own USING COVERING INDEX ix_user_item_{OWN[sort]} (user_id=?" in plan
                by_id = plan.startswith(("SEARCH item USING INTEGER PRIMARY KEY", "SCAN item"))
                assert by_value or (by_id and "SEARCH own USING PRIMARY KEY (user_id=? AND item_id=?)" in plan), plan


@pytest.mark.parametrize("sort", list(SORTS))
@pytest.mark.parametrize("condition", list(RARE))
def test_a_page_of_rare_items_reads_those_items_only(connection: Connection, condition: str, sort: str) -> None:
    for plan in _plans(connection, RARE[condition], Sort(sort), Offset(0, 300)):
        assert "SEARCH own USING COVERING" not in plan, plan
        assert not re.search(r"SCAN item\b(?!_)", plan), plan
        assert "ix_item_sort" not in plan, plan


def test_a_place_among_ties_is_found_by_the_index_alone(connection: Connection) -> None:
    plans = _plans(connection, tree.Everything(), Sort("updated"), After(Key(7, 200), 5))
    assert "updated_at=? AND id<?" in plans[0]


@pytest.mark.parametrize("depth", [0, 100, 300])
def test_a_page_by_cursor_takes_as_many_statements_at_any_depth(sqlite_database: Database, depth: int) -> None:
    with shelf(sqlite_database, _library()) as connection, snapshot(connection) as snap:
        first = snap.page(tree.Everything(), Sort("added"), Offset(depth, 1), ANN)
        assert first.first is not None
        assert len(_statements(connection, tree.Everything(), Sort("added"), After(first.first, 5))) == 3


def test_facets_go_from_items_to_their_links(connection: Connection) -> None:
    with snapshot(connection) as snap, Listening(connection) as sent:
        snap.facets(
            [FacetRequest(EntityKind.TAG, tree.Not(tree.KindIs((ItemKind.COMIC,)))), FacetRequest(EntityKind.TAG, tree.EVERYTHING)], ANN
        )
    filtered, everything = [_explain(connection, statement) for statement in sent]
    assert "SEARCH link USING PRIMARY KEY (item_id=?)" in filtered
    assert "SEARCH link USING COVERING INDEX ix_link_entity (entity_id=?)" in everything


def _library() -> World:
    tag, rare, genre = LinkFacts(EntityKind.TAG, 5), LinkFacts(EntityKind.TAG, 6), LinkFacts(EntityKind.GENRE, 9)
    items = [
        ItemFacts(
            id=n, library_id=1, kind=ItemKind.COMIC if n % 100 == 0 else ItemKind.BOOK, title=f"Part {n}",
            title_key=natural_key(f"Part {n}"), description="messiah" if n % 50 == 0 else "", series_key=f"s{n % 7}",
            date=f"20{n % 30:02}", year=2000 + n % 30, added=n * 10, created=n, updated=7, duration=n / 3, width=200, height=100, size=n,
            pages=n, rating=n % 101, links=(tag, genre, *((rare,) if n % 60 == 0 else ())),
            mine={1: MineFacts(rating=n % 9, progress=0.5, last_played=n, play_count=n % 7, favorite=n % 40 == 1)} if n % 2 else {},
        )
        for n in range(1, 401)
    ]  # fmt: skip
    return World(tuple(items))


def _statements(connection: Connection, query: tree.Query, sort: Sort, window: Window) -> list[tuple[str, object]]:
    with snapshot(connection) as snap, Listening(connection) as sent:
        snap.page(query, sort, window, ANN)
    return sent


def _plans(connection: Connection, query: tree.Query, sort: Sort, window: Window) -> list[str]:
    """The plans of the statements that read the page, without the bounded look at how long a list is."""
    sent = [each for each in _statements(connection, query, sort, window) if "FROM (SELECT" not in each[0]]
    return [_explain(connection, statement) for statement in sent]


def _explain(connection: Connection, statement: tuple[str, object]) -> str:
    text, parameters = statement
    return "; ".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters))  # type: ignore[arg-type]
