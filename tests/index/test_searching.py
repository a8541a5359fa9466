"""Searches in the index: what plain Python finds, whatever changes between them, and the store asked once for what stays."""

import random

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from longshelf.index.snapshot import BitmapSnapshot
from longshelf.index.state import State
from longshelf.model import query as tree
from longshelf.model.engine import Count, Offset
from longshelf.model.sorts import Sort
from longshelf.model.terms import parse
from longshelf.model.text import document
from longshelf.store import columns, search
from longshelf.store.database import Database
from tests.index.shelves import base, put, remove, snapshot
from tests.model.worlds import SEARCHES, VIEWERS, World, expected, world, worlds
from tests.store.engine.shelves import shelf
from tests.support.statements import Listening

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=50)
ANN = VIEWERS[0]
WHOLE = {"sqlite": "MATCH", "postgresql": ">>"}  # what only a search of all items says


@SHARED
@given(library=worlds(), asked=st.lists(SEARCHES, min_size=1, max_size=3), seed=st.integers(0, 2**32))
@example(library=world(1, 30), asked=["-dune", "-dune"], seed=1)
@example(library=world(1, 30), asked=["du*", '"foo bar" -le'], seed=2)
def test_what_was_found_in_the_base_stays_right_while_items_change(
    database: Database, *, library: World, asked: list[str], seed: int
) -> None:
    rng = random.Random(seed)
    items = {each.id: each for each in library.items}
    changed: set[int] = set()
    with shelf(database, library) as connection:
        below = base(connection)
        for _ in range(3):
            for q in asked:
                query = tree.Text(q)
                wanted = expected(World(tuple(items.values())), query, Sort(), ANN)
                snap = snapshot(connection, below, changed)
                assert list(snap.page(query, Sort(), Offset(0, 100), ANN).ids) == wanted
                assert snap.count(tree.Not(query), ANN) == Count(len(items) - len(wanted))
            for fresh in world(rng.randrange(2**32), 3).items:
                item_id = rng.choice([*items, fresh.id])
                if item_id in {each.id for each in library.deleted}:
                    continue
                items[item_id] = msgspec.structs.replace(fresh, id=item_id, mine={})
                put(connection, [items[item_id]])
                changed.add(item_id)
            if items:
                gone = rng.choice(list(items))
                del items[gone]
                remove(connection, [gone])
                changed.add(gone)
                library = World(library.items, (*library.deleted, *(each for each in library.items if each.id == gone)))


def test_a_search_asked_again_sends_nothing(database: Database) -> None:
    with shelf(database, World(world(3, 60).items)) as connection:
        below = base(connection)
        query = tree.And((tree.Text("dune the -film"), tree.Text("-foo du*")))
        BitmapSnapshot(State(below, 1), lambda: connection).count(query, ANN)
        with Listening(connection) as sent:
            again = tree.And((tree.Text("du* -foo"), tree.Text('the -film "dune"')))  # another spelling of the same
            BitmapSnapshot(State(below, 2), lambda: connection).page(again, Sort("title"), Offset(0, 10), ANN)
        assert sent == []


def test_after_a_change_elsewhere_only_the_changed_items_are_asked(database: Database) -> None:
    library = World(world(3, 60).items)
    with shelf(database, library) as connection:
        below, query = base(connection), tree.Text("dune -film")
        first = snapshot(connection, below, [])
        with Listening(connection) as sent:
            first.count(query, ANN)
        assert all(WHOLE[connection.dialect.name] in text for text, _ in sent)
        snap = snapshot(connection, below, [each.id for each in library.items[:2]])
        with Listening(connection) as sent:
            assert snap.count(query, ANN) == Count(len(expected(library, query, Sort(), ANN)))
        assert len(sent) == 2  # what is wanted, and what is not
        assert not any(WHOLE[connection.dialect.name] in text for text, _ in sent)


@SHARED
@given(library=worlds(), q=SEARCHES, some=st.sets(st.integers(1, 80)))
def test_asked_of_some_items_a_search_finds_what_it_finds_of_them(database: Database, *, library: World, q: str, some: set[int]) -> None:
    terms = parse(q)
    with shelf(database, library) as connection:
        for phrases in (terms.wanted, terms.unwanted):
            if phrases:
                held = {each.id for each in (*library.items, *library.deleted) if _holds(each, phrases)}
                assert set(search.among(connection, phrases, some)) == held & some


def _holds(item: object, phrases: tuple[object, ...]) -> bool:
    texts = document((item.title, item.subtitle), item.names, item.description)  # type: ignore[attr-defined]
    words = [*texts.title, *texts.names, *texts.description]
    return all(any(phrase.within(each) for each in words) for phrase in phrases)  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [200_000])
def test_a_common_word_comes_in_pieces(sqlite_database: Database, count: int) -> None:
    with sqlite_database.write_quietly() as connection:
        _fill(connection, count)
        (phrase,) = parse("the").wanted
        pieces = list(columns.found(connection, [phrase]))
        assert sum(piece.count(",") + 1 for piece in pieces) == count
        assert max(piece.count(",") + 1 for piece in pieces) <= 65_536
        connection.rollback()


def _fill(connection: Connection, count: int) -> None:
    words = document(("the",), (), "")
    for start in range(0, count, 50_000):
        search.write_documents(connection, [(number, words) for number in range(start + 1, start + 50_001)])
