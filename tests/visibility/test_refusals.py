"""A refusal tells nothing, not even by how long it takes: what is hidden costs the store the same statements as what there never was."""

from collections.abc import Callable, Iterator

import pytest

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.entities import Entities
from longshelf.catalog.files import Files
from longshelf.catalog.filters import Filters
from longshelf.catalog.libraries import Libraries
from longshelf.catalog.paging import Cursors
from longshelf.errors import NotFound
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.model.viewer import Viewer
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Visibility
from tests.visibility import worlds
from tests.visibility.worlds import World

MISSING = 999_999_999
Ask = Callable[[Viewer, int], object]


class Shelf:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.world: World = worlds.build(database, 4)
        self.viewer = Viewer(worlds.user(database, "bob"), "bob")
        engine, cursors, self.hot = SqlEngine(database.read), Cursors(b"0" * 32), HotReads(database)
        visibility = Visibility(database, self.hot)
        catalog = Catalog(database, engine, cursors, hot=self.hot, visibility=visibility)
        entities = Entities(database, engine, cursors, visibility=visibility)
        self.of_items: dict[str, Ask] = {
            "item": catalog.item,
            "require": catalog.require,
            "similar": lambda viewer, item_id: catalog.similar(viewer, item_id, 1, 5),
            "position": lambda viewer, item_id: catalog.position(viewer, item_id, Filters()),
            "files": Files(database, catalog).locate,
        }
        self.of_tags: dict[str, Ask] = {
            "one": lambda viewer, entity_id: entities.one(viewer, EntityKind.TAG, entity_id),
            "require": lambda viewer, entity_id: entities.require(viewer, EntityKind.TAG, entity_id),
        }
        self.of_libraries: dict[str, Ask] = {"one": Libraries(database, engine, visibility=visibility).one}

    def cost(self, ask: Ask, thing_id: int) -> tuple[int, str]:
        """How many statements a refusal takes, and what it says."""
        before = self.database.statements
        with pytest.raises(NotFound) as refused:
            ask(self.viewer, thing_id)
        return self.database.statements - before, str(refused.value).replace(str(thing_id), "#")


@pytest.fixture
def shelf(database: Database) -> Iterator[Shelf]:
    made = Shelf(database)
    yield made
    made.hot.close()


def test_what_is_hidden_is_refused_as_what_there_never_was(shelf: Shelf) -> None:
    world, user_id = shelf.world, shelf.viewer.user_id
    assert user_id is not None
    hidden_tags = tuple(world.of_kind(EntityKind.TAG)[:3])
    worlds.relate(
        shelf.database, world, [(hidden_tags[1], hidden_tags[0], "parent"), (world.of_kind(EntityKind.TAG)[-1], hidden_tags[0], "x")]
    )
    rules = Restrictions(rules=(Rule(EntityKind.TAG, "exclude", hidden_tags),), libraries=tuple(world.libraries[:2]))
    worlds.keep(shelf.database, world, user_id, rules)
    there = world.there(user_id)
    hidden = {
        "items": (shelf.of_items, sorted(world.items.keys() - world.visible(user_id))),
        "tags": (shelf.of_tags, sorted(set(world.of_kind(EntityKind.TAG)) - there)),
        "libraries": (shelf.of_libraries, world.libraries[2:]),
    }
    for asks, ids in hidden.values():
        assert ids
        for name, ask in asks.items():
            shelf.cost(ask, MISSING)  # what is kept between requests is read now
            assert {shelf.cost(ask, each) for each in ids} == {shelf.cost(ask, MISSING)}, name
