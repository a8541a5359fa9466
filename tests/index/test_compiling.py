"""Settled queries: what was tidied still means the same, and equal questions have one name."""

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.index.caches import Cache
from longshelf.index.compiling import EVERYTHING, NOTHING, Settling, key
from longshelf.index.evaluating import Evaluation
from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.store.database import Database
from tests.index.shelves import base
from tests.model.worlds import VIEWERS, World, world
from tests.store.engine.shelves import shelf

ANN = VIEWERS[0]
LEAVES: tuple[tree.Query, ...] = (
    tree.Everything(),
    tree.Nothing(),
    tree.KindIs((ItemKind.BOOK, ItemKind.VIDEO, ItemKind.IMAGE)),
    tree.KindIs((ItemKind.VIDEO, ItemKind.COMIC)),
    tree.LibraryIs((1, 2)),
    tree.Has("rating"),
)


def _grown(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    few = st.lists(part, max_size=3).map(tuple)
    return st.builds(tree.And, few) | st.builds(tree.Or, few) | st.builds(tree.Not, part)


TREES = st.recursive(st.sampled_from(LEAVES), _grown, max_leaves=12)


def settling(connection: Any, segment: Any = None) -> Settling:
    return Settling(lambda: connection, 1, segment, Cache(1_000, lambda held: held.bytes))


def test_every_tree_of_conditions_keeps_its_meaning(sqlite_database: Database) -> None:
    library = World(world(3, 60).items)
    with shelf(sqlite_database, library) as connection:
        segment = base(connection).segment

        @settings(deadline=None, max_examples=1_000, suppress_health_check=[HealthCheck.too_slow])
        @given(query=TREES)
        def check(query: tree.Query) -> None:
            asked = settling(connection)
            found = Evaluation(segment, asked.contents).of(asked.settle(query))
            assert {int(segment.ids[ordinal]) for ordinal in found} == {each.id for each in library.items if query.matches(each, ANN)}

        check()


def test_a_user_who_said_nothing_asks_what_everybody_asks(sqlite_database: Database) -> None:
    with shelf(sqlite_database, World(())) as connection:
        asked = settling(connection)
        assert asked.settle(tree.Not(tree.Mine("hidden", 1, 1))) == EVERYTHING
        assert asked.settle(tree.Mine("favorite", 1, 1)) == NOTHING
        assert asked.settle(tree.Mine("play_count", 0, 0)) == EVERYTHING


def test_order_and_nesting_do_not_matter_to_the_name_of_a_query() -> None:
    one, other, third = LEAVES[2:5]
    asked = settling(None)
    first = asked.settle(tree.And((one, tree.And((other, tree.Not(third))))))
    second = asked.settle(tree.And((tree.Not(third), other, one, one)))
    assert key(first) == key(second)
    assert key(first) != key(asked.settle(tree.And((one, other, third))))
    assert asked.settle(tree.Not(tree.Not(one))) == asked.settle(one)


def test_what_is_asked_for_is_nothing_only_where_all_of_it_is_unwanted() -> None:
    def person(*ids: int, role: Role | None = None) -> tree.Query:
        return tree.Linked(EntityKind.PERSON, ids, role)

    def settled(wanted: tree.Query, *unwanted: tree.Query) -> bool:
        return settling(None).settle(tree.And((wanted, *map(tree.Not, unwanted)))) == NOTHING

    author, narrator = Role.AUTHOR, Role.NARRATOR
    assert settled(person(5), person(5, 6))
    assert settled(person(5, 6), person(5), person(6))
    assert settled(person(5, role=author), person(5))
    assert settled(person(5, role=author), person(5, role=author))
    assert not settled(person(5, 6), person(5))
    assert not settled(person(5), person(5, role=author))
    assert not settled(person(5, role=narrator), person(5, role=author))
    assert not settled(tree.Linked(EntityKind.TAG, (5,)), person(5))
    assert settled(tree.Or((person(5), person(6))), person(5, 6))
    assert settling(None).settle(tree.And((tree.Or((person(5), person(7))), tree.Not(person(5))))) == settling(None).settle(
        tree.And((person(7), tree.Not(person(5))))
    )


def test_a_long_list_of_entities_goes_by_a_short_name(sqlite_database: Database) -> None:
    with shelf(sqlite_database, World(())) as connection:
        ids = tuple(range(1, 10_000))
        asked = settling(connection)
        node = asked.settle(tree.Not(tree.Linked(EntityKind.TAG, ids)))
        assert node == asked.settle(tree.Not(tree.Linked(EntityKind.TAG, ids[::-1])))
        assert node != asked.settle(tree.Not(tree.Linked(EntityKind.TAG, ids[1:])))
        assert len(msgspec.msgpack.encode(node)) < 200
