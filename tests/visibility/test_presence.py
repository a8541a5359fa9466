"""What a person hid is listed for him by what administrators let him see, at the same cost however much he hid."""

from collections.abc import Iterator

import pytest

from longshelf.catalog.restricting import Restricting
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.model.viewer import Viewer
from longshelf.store import bulk, tables
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Visibility
from tests.visibility import worlds
from tests.visibility.worlds import World

MANY = 30


class Shelf:
    """With a tag of a visible item, one of a hidden item, and MANY tags on nothing."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.world: World = worlds.build(database, 4)
        self.user_id = worlds.user(database, "bob")
        self.hot = HotReads(database)
        self.restricting = Restricting(database, SqlEngine(database.read), Visibility(database, self.hot))
        worlds.unrelate(database, self.world, set(self.world.edges))
        self.bare = _bare_tags(database, self.world)
        carried = sorted(self.world.carried(self.user_id))
        self.seen, *_, self.kept_back = [each for each in carried if self.world.entities[each].kind is EntityKind.TAG]
        rules = Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (self.kept_back,)),))
        worlds.keep(database, self.world, self.user_id, rules)
        assert self.seen in self.world.there(self.user_id)

    def listed(self, hidden: set[int]) -> tuple[set[int], int]:
        """What of it he is told once he hid exactly this, and in how many statements."""
        worlds.hide(self.database, self.world, self.user_id, (), hidden)
        viewer = Viewer(self.user_id, "bob")
        self.restricting.hidden(viewer, 1, 1)  # what is kept between requests is read now
        before = self.database.statements
        found = self.restricting.hidden(viewer, 1, 100)
        return {each.id for each in found.items}, self.database.statements - before


@pytest.fixture
def shelf(database: Database) -> Iterator[Shelf]:
    made = Shelf(database)
    yield made
    made.hot.close()


def test_those_are_listed_that_stand_above_something_he_may_see(shelf: Shelf) -> None:
    far, near, aside, above_kept, *_ = shelf.bare
    edges = ((shelf.seen, near), (near, far), (far, near), (shelf.kept_back, above_kept))
    worlds.relate(shelf.database, shelf.world, [(below, above, "parent") for below, above in edges])
    worlds.relate(shelf.database, shelf.world, [(shelf.seen, aside, "tagged")])
    hidden = {far, near, aside, above_kept, shelf.kept_back, shelf.seen}
    there = shelf.world.there(shelf.user_id, own=False)
    assert {far, near, shelf.seen} == hidden & there
    assert shelf.listed(hidden)[0] == hidden & there


def test_many_cost_the_statements_of_few(shelf: Shelf) -> None:
    worlds.relate(shelf.database, shelf.world, [(shelf.seen, each, "parent") for each in shelf.bare[::2]])
    few, many = set(shelf.bare[:3]), set(shelf.bare)
    (told, cost), (all_told, most) = shelf.listed(few), shelf.listed(many)
    assert (told, all_told) == (set(shelf.bare[:3:2]), set(shelf.bare[::2]))
    assert cost == most


def test_who_turns_pages_asks_for_the_names_of_one_page_alone(shelf: Shelf) -> None:
    worlds.relate(shelf.database, shelf.world, [(shelf.seen, each, "parent") for each in shelf.bare])
    worlds.hide(shelf.database, shelf.world, shelf.user_id, (), set(shelf.bare))
    viewer = Viewer(shelf.user_id, "bob")

    def page(number: int) -> tuple[list[int], int, int]:
        before = shelf.database.statements
        found = shelf.restricting.hidden(viewer, number, 7)
        return [each.id for each in found.items], found.pagination.total_count, shelf.database.statements - before

    first, *others = [page(number) for number in range(1, 7)]
    assert all(cost < first[2] for _, _, cost in others)
    assert [each for ids, _, _ in (first, *others) for each in ids] == shelf.bare  # they are called by their ids
    assert {total for _, total, _ in (first, *others)} == {MANY}
    worlds.hide(shelf.database, shelf.world, shelf.user_id, (), set(shelf.bare[1:]))
    assert page(1)[:2] == (shelf.bare[1:8], MANY - 1)


def _bare_tags(database: Database, world: World) -> list[int]:
    with database.write() as write:
        ids = list(bulk.next_ids(write.connection, tables.entity, MANY))
        columns = ("id", "library_id", "kind", "name", "name_key", "sort_key", "created_at", "updated_at", "revision")
        names = [(each, f"Zqb{each}x") for each in ids]
        rows = [(each, world.libraries[0], "tag", name, name, name, 0, 0, write.revision) for each, name in names]
        bulk.insert(write.connection, tables.entity, columns, rows)
        write.touch(entities=ids)
    worlds.learn(database, world)
    return ids
