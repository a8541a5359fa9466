"""A snapshot that lags behind the store, while links and the graph move under it: nothing that was hidden then shows now.

Snapshots of every moment are kept and asked at later ones, by somebody who has looked all the time and by somebody who looks for the first
time: an index is some moments behind, and in another process much may have happened unseen."""

import random
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.index.snapshot import BitmapSnapshot
from longshelf.index.state import State
from longshelf.model.engine import Offset, Snapshot
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Mode, Restrictions, Rule
from longshelf.model.sorts import Sort
from longshelf.model.viewer import Viewer
from longshelf.store import restrictions
from longshelf.store.database import Database, Transaction, run
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import CLOSED, Visibility
from tests.index.shelves import base
from tests.support.databases import Databases
from tests.visibility import worlds
from tests.visibility.worlds import World

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
MOVES = 6


class Shelf:
    def __init__(self, database: Database, stack: ExitStack, seed: int) -> None:
        self.database = database
        self.stack = stack
        self.world: World = worlds.build(database, seed, per_library=5)
        self.viewer = Viewer(worlds.user(database, "bob"), "bob")
        self.hot = HotReads(database)
        stack.callback(self.hot.close)

    def keep(self, rules: Restrictions) -> None:
        assert self.viewer.user_id is not None
        worlds.keep(self.database, self.world, self.viewer.user_id, rules)

    def visible(self) -> set[int]:
        assert self.viewer.user_id is not None
        return self.world.visible(self.viewer.user_id)

    def now(self) -> Snapshot:
        """As an index holds it from now on, whatever comes."""
        with self.database.read() as connection:
            made = base(connection)
            revision = SqlSnapshot(connection).revision
        return BitmapSnapshot(State(made, revision), lambda: self.stack.enter_context(self.database.read()))

    def seen(self, visibility: Visibility, snapshot: Snapshot) -> set[int]:
        mask = visibility.mask(self.viewer, snapshot)
        return set(snapshot.page(mask.query, Sort("id"), Offset(0, 1_000), self.viewer).ids)


@pytest.fixture
def shelf(sqlite_database: Database) -> Iterator[Shelf]:
    with ExitStack() as stack:
        yield Shelf(sqlite_database, stack, 3)


@settings(max_examples=25, suppress_health_check=SLOW, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_nothing_that_was_hidden_then_is_seen_in_an_old_snapshot(seed: int, sqlite_databases: Databases) -> None:
    rng = random.Random(seed)
    with ExitStack() as stack:
        shelf = Shelf(stack.enter_context(sqlite_databases.new()), stack, rng.randrange(4))
        shelf.keep(_rules(shelf.world, rng))
        watching = Visibility(shelf.database, shelf.hot)
        moments: list[tuple[Snapshot, set[int]]] = []
        for _ in range(MOVES):
            moments.append((shelf.now(), shelf.visible()))
            if rng.random() < 0.5:
                assert shelf.seen(watching, moments[-1][0]) == moments[-1][1]  # nobody lags: exact
            _move(shelf, rng)
            coming = Visibility(shelf.database, shelf.hot)
            for snapshot, visible in moments:
                for each in (watching, coming):
                    assert shelf.seen(each, snapshot) <= visible
        last = shelf.now()
        assert shelf.seen(watching, last) == shelf.seen(Visibility(shelf.database, shelf.hot), last) == shelf.visible()


def test_a_tag_that_moves_from_the_person_to_the_item_never_lets_the_item_show(shelf: Shelf) -> None:
    world = shelf.world
    tag, person, item = world.of_kind(EntityKind.TAG)[0], world.of_kind(EntityKind.PERSON)[0], min(world.items)
    worlds.relate(shelf.database, world, [(person, tag, "tagged")])
    worlds.move(shelf.database, world, item, link=(None, person), edge=(person, person, "self"))
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (tag,)),)))
    before = shelf.now()
    worlds.move(shelf.database, world, item, link=(person, tag), edge=(person, tag, "tagged"))
    after = shelf.now()
    assert (person, tag, "tagged") not in world.edges
    for visibility in (Visibility(shelf.database, shelf.hot), Visibility(shelf.database, shelf.hot)):
        assert item not in shelf.seen(visibility, before)
        assert item not in shelf.seen(visibility, after)


def test_a_tag_that_comes_under_a_listed_one_lets_no_old_item_show(shelf: Shelf) -> None:
    """Hidden then, for the tag was not listed; hidden now, for the item has let go of it: never to be seen."""
    world = shelf.world
    listed, below = world.of_kind(EntityKind.TAG)[:2]
    worlds.unrelate(shelf.database, world, [each for each in world.edges if each[2] == "parent"])
    item = next(each.id for each in world.items.values() if {entity for kind, entity in each.links if kind is EntityKind.TAG} == {below})
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "include", (listed,), restrict_empty=True),)))
    watching = Visibility(shelf.database, shelf.hot)
    before = shelf.now()
    assert item not in shelf.seen(watching, before)
    worlds.move(shelf.database, world, item, link=(below, None), edge=(below, listed, "parent"))
    for visibility in (watching, Visibility(shelf.database, shelf.hot)):
        assert item not in shelf.seen(visibility, before)
    assert item not in shelf.seen(watching, shelf.now())


def test_what_the_log_does_not_reach_any_more_is_closed(shelf: Shelf) -> None:
    tag = shelf.world.of_kind(EntityKind.TAG)[0]
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (tag,)),)))
    before = shelf.now()
    worlds.relate(shelf.database, shelf.world, [(shelf.world.of_kind(EntityKind.TAG)[1], tag, "parent")])
    with shelf.database.write_quietly() as connection:
        run(connection, "DELETE FROM change")
    visibility = Visibility(shelf.database, shelf.hot)
    assert visibility.mask(shelf.viewer, before) is CLOSED
    assert shelf.seen(visibility, shelf.now()) == shelf.visible()


def test_a_snapshot_from_the_future_is_closed(shelf: Shelf) -> None:
    """As there is one of an index after an older backup was restored under it."""
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (1,)),)))
    ahead = shelf.now()
    with shelf.database.write_quietly() as connection:
        run(connection, "UPDATE revision SET value = value - 1")
    assert Visibility(shelf.database, shelf.hot).mask(shelf.viewer, ahead) is CLOSED


def test_entities_that_come_do_not_take_anything_away(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """During an ingest an index lags, and new names are touched all the time."""
    world = shelf.world
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (world.of_kind(EntityKind.TAG)[0],)),)))
    before, visible = shelf.now(), shelf.visible()
    asked: list[tuple[int, int]] = []
    touched = restrictions.touched_entities

    def noted(connection: Transaction, after: int, until: int) -> set[int]:
        asked.append((after, until))
        return touched(connection, after, until)

    monkeypatch.setattr(restrictions, "touched_entities", noted)
    for number in range(3):
        worlds.add_items(shelf.database, world, world.libraries[0], [worlds.record(random.Random(number), 7, 50 + number)])
        assert shelf.seen(Visibility(shelf.database, shelf.hot), before) == visible
    assert asked


def _rules(world: World, rng: random.Random) -> Restrictions:
    tag, person = EntityKind.TAG, EntityKind.PERSON
    possible: tuple[tuple[EntityKind, Mode], ...] = ((tag, "exclude"), (person, "exclude"), (tag, "include"))
    rules = [
        Rule(kind, mode, tuple(rng.sample(world.of_kind(kind), 2)), rng.random() < 0.5) for kind, mode in possible if rng.random() < 0.6
    ]
    return Restrictions(rules=tuple(rules))


def _move(shelf: Shelf, rng: random.Random) -> None:
    """A link moves to the other end of an edge that comes or goes in the same commit, or anywhere."""
    world = shelf.world
    item = rng.choice(sorted(world.items.values(), key=lambda each: each.id))
    tags, persons = world.of_kind(EntityKind.TAG), world.of_kind(EntityKind.PERSON)
    source, target = rng.choice([(rng.choice(persons), rng.choice(tags)), (rng.choice(tags), rng.choice(tags))])
    relation = "tagged" if source in persons else "parent"
    edge = (source, target, relation) if rng.random() < 0.5 else rng.choice(sorted(world.edges))
    carried = [entity for _, entity in sorted(item.links)]
    away = rng.choice([None, *carried, *([edge[0]] if edge[0] in carried else [])])
    to = rng.choice([None, edge[0], edge[1], rng.choice(tags)])
    worlds.move(shelf.database, world, item.id, link=(away, to), edge=edge)
