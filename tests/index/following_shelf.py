"""A store with committed changes and a follower of it."""

from pathlib import Path

import msgspec

from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation, renew
from longshelf.model import query as tree
from longshelf.model.engine import FacetRequest, Offset
from longshelf.model.facts import ItemFacts
from longshelf.model.kinds import EntityKind
from longshelf.model.sorts import Sort
from longshelf.store import personal
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from tests.index.shelves import put, remove, said_row
from tests.model.worlds import VIEWERS, World, expected
from tests.store.engine import shelves

ANN = VIEWERS[0]
ALL = tree.Everything()
USERS = tuple(viewer.user_id for viewer in VIEWERS if viewer.user_id)


class Shelf:
    """A store with committed changes and a follower of it."""

    def __init__(self, database: Database, index: Path) -> None:
        self.database = database
        self.index = index
        self.live: dict[int, ItemFacts] = {}
        with database.write() as write:
            shelves.fill(write.connection, World(()))
            write.touch()
        self.follower = Follower(database, index)
        self.engine = BitmapEngine(database, self.follower)

    def put(self, *items: ItemFacts) -> None:
        """One commit."""
        with self.database.write() as write:
            put(write.connection, [msgspec.structs.replace(each, mine={}) for each in items])
            rows = [said_row(user_id, each.id, each.mine_of(user_id)) for each in items for user_id in USERS]
            personal.put_items(write.connection, rows)
            write.touch(each.id for each in items)
        self.live.update((each.id, each) for each in items)

    def remove(self, *ids: int) -> None:
        with self.database.write() as write:
            remove(write.connection, ids)
            write.touch(ids)
        for each in ids:
            self.live.pop(each, None)

    def build(self) -> None:
        assert build_generation(self.database, self.index) is not None

    def fold(self) -> None:
        assert renew(self.database, self.index) is not None

    def agree(self, query: tree.Query = ALL, sort: Sort = Sort()) -> None:  # noqa: B008 - a frozen value
        """The index, plain Python and the other engine see the same."""
        requests = [FacetRequest(facet, query, 3) for facet in (EntityKind.TAG, EntityKind.PERSON, "kind", "rating")]
        wanted = expected(World(tuple(self.live.values())), query, sort, ANN)
        with self.engine.snapshot() as mine, SqlEngine(self.database.read).snapshot() as other:
            assert list(mine.page(query, sort, Offset(0, 200), ANN).ids) == wanted
            assert mine.revision == other.revision
            assert mine.facets(requests, ANN) == other.facets(requests, ANN)
            assert mine.rail(query, sort, 20, ANN) == other.rail(query, sort, 20, ANN)
