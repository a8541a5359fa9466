"""Masks against plain Python over random libraries, graphs, profiles and hides, both engines, both databases; and what masks cost."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.index.snapshot import BitmapSnapshot
from longshelf.index.state import State
from longshelf.model.engine import EntityRequest, Offset, Snapshot
from longshelf.model.kinds import EntityKind
from longshelf.model.query import EVERYTHING
from longshelf.model.restrictions import NONE, Restrictions, Rule
from longshelf.model.sorts import Sort
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store import accounts, bulk, personal, restrictions, tables
from longshelf.store.database import Database, Transaction
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.store.hot import HotReads
from longshelf.visibility import why
from longshelf.visibility.visibility import CLOSED, OPEN, Visibility
from tests.index.shelves import base
from tests.support.databases import Databases
from tests.visibility import worlds
from tests.visibility.worlds import World

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
ENGINES = ("sql", "bitmaps")


class Shelf:
    """A world in a store, with somebody to look at it."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.world: World = worlds.build(database, seed)
        self.user_id = worlds.user(database, "bob")
        self.viewer = Viewer(self.user_id, "bob")
        self.hot = HotReads(database)
        self.visibility = Visibility(database, self.hot)

    @contextmanager
    def snapshot(self, engine: str = "sql") -> Iterator[Snapshot]:
        with self.database.read() as connection:
            sql = SqlSnapshot(connection)
            yield sql if engine == "sql" else BitmapSnapshot(State(base(connection), sql.revision), lambda: connection)

    def seen(self, snapshot: Snapshot, *, own: bool = True) -> set[int]:
        mask = self.visibility.mask(self.viewer, snapshot, own=own)
        found = set(snapshot.page(mask.query, Sort("id"), Offset(0, 1_000), self.viewer).ids)
        assert snapshot.count(mask.query, self.viewer).value == len(found)
        return found

    def listed(self, snapshot: Snapshot, kind: EntityKind, *, own: bool = True) -> set[int]:
        """Entities of a kind, by their list."""
        mask = self.visibility.mask(self.viewer, snapshot, own=own)
        found = snapshot.entities(EntityRequest(kind, mask.query), Offset(0, 1_000), self.viewer)
        assert found.total == len(found.slice.ids) == len(found.tallies) == len(found.children)
        assert not mask.hidden.intersection(found.slice.ids)
        return set(found.slice.ids)

    def keep(self, rules: Restrictions = NONE, shared: Restrictions | None = None) -> None:
        worlds.keep(self.database, self.world, self.user_id, rules, shared)


@pytest.fixture
def shelf(database: Database) -> Iterator[Shelf]:
    made = Shelf(database, 5)
    yield made
    made.hot.close()


@pytest.mark.timeout(600)  # sixty worlds: a machine that does other things needs more than the usual two minutes
@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_masks_hold_what_plain_python_says(dialect: str, request: pytest.FixtureRequest) -> None:
    databases: Databases = request.getfixturevalue(f"{dialect}_databases")
    with databases.new() as database:
        shelf = Shelf(database, 11)

        @settings(max_examples=60 if dialect == "sqlite" else 20, suppress_health_check=SLOW, deadline=None)
        @given(seed=st.integers(0, 2**32))
        def check(seed: int) -> None:
            rng = random.Random(seed)
            _change(shelf, rng)
            kind = rng.choice((EntityKind.TAG, EntityKind.TAG, *EntityKind))
            with shelf.snapshot("sql") as sql, shelf.snapshot("bitmaps") as bitmaps:
                for own in (True, False):
                    expected = shelf.world.visible(shelf.user_id, own=own)
                    assert shelf.seen(sql, own=own) == shelf.seen(bitmaps, own=own) == expected
                    there = shelf.world.there(shelf.user_id, own=own).intersection(shelf.world.of_kind(kind))
                    assert shelf.listed(sql, kind, own=own) == shelf.listed(bitmaps, kind, own=own) == there
                mask = shelf.visibility.mask(shelf.viewer, sql)
                assert {each for each in mask.hidden if each in shelf.world.entities} == {
                    each for each in shelf.world.unnamed(shelf.user_id) if each in shelf.world.entities
                }
            with shelf.database.read() as connection:
                told = {each for each in shelf.world.items if not why.reasons(connection, shelf.user_id, each)}
            assert told == shelf.world.visible(shelf.user_id)

        check()
        shelf.hot.close()


def _change(shelf: Shelf, rng: random.Random) -> None:
    """Other rules, other hides, and sometimes another graph."""
    world, user_id = shelf.world, shelf.user_id
    shared = worlds.profile(world, rng) if rng.random() < 0.4 else None
    shelf.keep(worlds.profile(world, rng), shared)
    worlds.random_hides(shelf.database, world, user_id, rng)
    if rng.random() < 0.5:
        tags = world.of_kind(EntityKind.TAG)
        worlds.relate(shelf.database, world, [(rng.choice(tags), rng.choice(tags), "parent")])
    if rng.random() < 0.5 and world.edges:
        worlds.unrelate(shelf.database, world, [rng.choice(sorted(world.edges))])


def test_nobody_and_a_removed_user_see_nothing_and_a_user_without_rules_everything(shelf: Shelf) -> None:
    with shelf.snapshot() as snapshot:
        assert shelf.visibility.mask(NOBODY, snapshot) is CLOSED
        assert shelf.visibility.mask(Viewer(10**6, "who", admin=True), snapshot) is CLOSED
        assert shelf.visibility.mask(shelf.viewer, snapshot) is OPEN
        assert OPEN.query == EVERYTHING
        assert not OPEN.restricts
        assert CLOSED.restricts
    worlds.user(shelf.database, "ann", admin=True)
    with shelf.database.write_quietly() as connection:
        accounts.remove_user(connection, shelf.user_id)
    with shelf.snapshot() as snapshot:
        assert shelf.visibility.mask(shelf.viewer, snapshot) is CLOSED
        assert shelf.visibility.libraries(shelf.viewer) == frozenset()


def test_being_an_administrator_widens_nothing(shelf: Shelf) -> None:
    shelf.keep(Restrictions(libraries=()))
    with shelf.snapshot() as snapshot:
        mask = shelf.visibility.mask(Viewer(shelf.user_id, "bob", admin=True), snapshot)
        assert snapshot.count(mask.query, shelf.viewer).value == 0


@pytest.mark.parametrize("restrict_empty", [True, False])
@pytest.mark.parametrize("ids", [(), (999_999_999,), "deleted"])
def test_an_include_list_of_which_nothing_is_left_hides_everything(shelf: Shelf, ids: tuple[int, ...] | str, restrict_empty: bool) -> None:
    if ids == "deleted":
        tag = shelf.world.of_kind(EntityKind.TAG)[0]
        worlds.delete_entity(shelf.database, shelf.world, tag)
        ids = (tag,)
    assert isinstance(ids, tuple)
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "include", ids, restrict_empty),)))
    for engine in ENGINES:
        with shelf.snapshot(engine) as snapshot:
            assert shelf.seen(snapshot) == set()


def test_the_stricter_of_own_and_shared_rules_wins(shelf: Shelf) -> None:
    shelf.keep(Restrictions(age_rating_max=16, libraries=tuple(shelf.world.libraries[:2])), Restrictions(age_rating_max=12, unrated="show"))
    with shelf.snapshot() as snapshot:
        found = {shelf.world.items[each] for each in shelf.seen(snapshot)}
    assert found
    assert {each.age_rating for each in found} <= {0, 12}
    assert {each.library_id for each in found} <= set(shelf.world.libraries[:2])
    assert shelf.visibility.libraries(shelf.viewer) == frozenset(shelf.world.libraries[:2])


def test_what_a_person_hides_comes_back_exactly_when_he_shows_it_again(shelf: Shelf) -> None:
    world, rng = shelf.world, random.Random(3)
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "exclude", tuple(world.of_kind(EntityKind.TAG)[:2])),)))
    with shelf.snapshot() as snapshot:
        before = shelf.seen(snapshot)
    for _ in range(5):
        items = rng.sample(sorted(world.items), 6)
        entities = rng.sample(sorted(world.entities), 3)
        worlds.hide(shelf.database, world, shelf.user_id, items, entities)
        with shelf.snapshot() as snapshot:
            assert shelf.seen(snapshot) == world.visible(shelf.user_id) != before
        worlds.hide(shelf.database, world, shelf.user_id, [], entities[:1])  # one of several reasons is left
        with shelf.snapshot() as snapshot:
            assert shelf.seen(snapshot) == world.visible(shelf.user_id)
        worlds.hide(shelf.database, world, shelf.user_id, [], [])
        with shelf.snapshot() as snapshot:
            assert shelf.seen(snapshot) == before


def test_a_circle_a_diamond_and_an_entity_that_is_its_own_parent_end(shelf: Shelf) -> None:
    a, b, c, d = shelf.world.of_kind(EntityKind.TAG)[:4]
    edges = [(a, a, "parent"), (a, b, "parent"), (b, c, "parent"), (c, a, "parent"), (d, b, "parent"), (d, c, "parent")]
    worlds.relate(shelf.database, shelf.world, edges)
    for mode in ("exclude", "include"):
        shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, mode, (a,), restrict_empty=True),)))
        for engine in ENGINES:
            with shelf.snapshot(engine) as snapshot:
                assert shelf.seen(snapshot) == shelf.world.visible(shelf.user_id)


def test_thousands_of_ids_are_no_trouble(shelf: Shelf) -> None:
    many = tuple(range(1, 9_001))
    tag = shelf.world.of_kind(EntityKind.TAG)[0]
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (*many, tag)), Rule(EntityKind.PERSON, "include", many, True))))
    persons = [(999_000 + each, shelf.world.libraries[0], "person", f"p{each}", f"p{each}", f"p{each}", 0, 0, 1) for each in range(3_000)]
    with shelf.database.write() as write:
        columns = ("id", "library_id", "kind", "name", "name_key", "sort_key", "created_at", "updated_at", "revision")
        bulk.insert(write.connection, tables.entity, columns, persons)
    worlds.relate(shelf.database, shelf.world, [(each[0], tag, "tagged") for each in persons])
    for engine in ENGINES:
        with shelf.snapshot(engine) as snapshot:
            assert shelf.seen(snapshot) == set()
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (*many, tag)),)))
    for engine in ENGINES:
        with shelf.snapshot(engine) as snapshot:
            assert len(shelf.visibility.mask(shelf.viewer, snapshot).hidden) > 3_000
            assert shelf.seen(snapshot) == shelf.world.visible(shelf.user_id)


def test_a_mask_costs_one_small_statement_until_the_rules_or_the_graph_change(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[list[int]] = []
    carriers = restrictions.carriers

    def counted(connection: Transaction, seeds: Iterable[int]) -> dict[EntityKind, tuple[int, ...]]:
        computed.append(list(seeds))
        return carriers(connection, computed[-1])

    monkeypatch.setattr(restrictions, "carriers", counted)
    tag, other = shelf.world.of_kind(EntityKind.TAG)[:2]
    shelf.keep(Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (tag,)),)))
    item = min(shelf.world.items)

    def ask() -> int:
        with shelf.snapshot() as snapshot:
            snapshot.revision  # noqa: B018 - read once for all, outside the count
            before = shelf.database.statements
            first, again = shelf.visibility.mask(shelf.viewer, snapshot), shelf.visibility.mask(shelf.viewer, snapshot)
            assert first.query is again.query
            return shelf.database.statements - before

    ask()
    assert (ask(), len(computed)) == (0, 1)  # what is asked straight through the driver is not counted
    worlds.add_items(shelf.database, shelf.world, shelf.world.libraries[0], [worlds.record(random.Random(1), 0, 99)])
    ask()
    assert (ask(), len(computed)) == (0, 1 if not _touched(shelf) else 2)
    count = len(computed)
    with shelf.database.write_quietly() as connection:
        personal.say_item(connection, shelf.user_id, item, {"rating": 5}, at=1)  # hides nothing
    ask()
    assert len(computed) == count
    worlds.relate(shelf.database, shelf.world, [(other, tag, "parent")])
    ask()
    assert (ask(), len(computed)) == (0, count + 1)
    shelf.keep()
    ask()
    assert (ask(), len(computed)) == (0, count + 1)


def _touched(shelf: Shelf) -> bool:
    """Whether the newest commit named an entity."""
    with shelf.database.read() as connection:
        newest = SqlSnapshot(connection).revision
        return bool(restrictions.touched_entities(connection, newest - 1, newest))
