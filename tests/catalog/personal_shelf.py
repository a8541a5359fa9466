"""A small catalogue with two people, read through each engine, at a time the test says."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.editing import Editing
from longshelf.catalog.entities import Entities
from longshelf.catalog.favorites import Favorites
from longshelf.catalog.home import HomePages
from longshelf.catalog.paging import Cursors
from longshelf.catalog.personal_shapes import WatchPing
from longshelf.catalog.recommended import Recommended
from longshelf.catalog.showing import Showing
from longshelf.catalog.statistics import Statistics
from longshelf.catalog.watching import Watching
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation
from longshelf.model.engine import Engine
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.model.times import DAY, SECOND
from longshelf.model.viewer import Viewer
from longshelf.store import restrictions
from longshelf.store.database import Database, run
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Visibility
from tests.support.catalogue import Catalogue, administrator, make_catalogue, reader
from tests.support.databases import Databases

ANN, BOB = Viewer(1, "ann", admin=True), Viewer(2, "bob")
NOON = 20_786 * DAY + DAY // 2  # a Sunday, 2026-11-29
WAYS = ("sql-sqlite", "bitmaps-postgres")  # each engine and each database once


class Clock:
    """Microseconds, moved by the test."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def forward(self, *, days: float = 0, seconds: float = 0) -> None:
        self.now += round(days * DAY + seconds * SECOND)


class OwnShelf:
    """What a person has of his own, over one catalogue."""

    def __init__(self, made: Catalogue, engine: str, directory: Path) -> None:
        self.made = made
        self.clock = Clock(NOON)
        self.database: Database = made.database
        self.database.clock = self.clock
        self.hot = HotReads(self.database)
        self._follower: Follower | None = None
        found: Engine = SqlEngine(self.database.read)
        if engine == "bitmaps":
            build_generation(self.database, directory)
            self._follower = Follower(self.database, directory)
            self._follower.refresh()
            found = BitmapEngine(self.database, self._follower)
        visibility = Visibility(self.database, self.hot)
        showing = Showing(self.database, self.hot, visibility)
        cursors = Cursors(b"0" * 32)
        self.catalog = Catalog(self.database, found, cursors, gate=SqlEngine(self.database.read), hot=self.hot, visibility=visibility)
        self.entities = Entities(self.database, found, cursors, visibility=visibility)
        self.favorites = Favorites(self.database, self.entities, cursors)
        self.editing = Editing(self.database, self.catalog, self.entities)
        self.watching = Watching(self.database, found, self.catalog, showing)
        self.recommended = Recommended(self.database, found, showing)
        self.statistics = Statistics(self.database, found, showing)
        self.home = HomePages(self.database)

    def refresh(self) -> None:
        """What was written since is seen by the engine."""
        if self._follower is not None:
            self._follower.refresh()

    def close(self) -> None:
        if self._follower is not None:
            self._follower.stop()
        self.hot.close()
        self.database.close()

    def watch(self, viewer: Viewer, item_id: int, seconds: int) -> None:
        """In one sitting, by a player of its own, from the beginning; the clock goes on meanwhile."""
        session = f"{self.clock.now}"
        self.watching.ping(viewer, item_id, WatchPing(session=session, seq=0, event="start", progress=0.0))
        for seq in range(1, seconds // 60 + 1):
            self.clock.forward(seconds=60)
            self.watching.ping(viewer, item_id, WatchPing(session=session, seq=seq, event="ping"))
        self.clock.forward(seconds=seconds % 60)
        self.watching.ping(viewer, item_id, WatchPing(session=session, seq=seconds, event="pause"))
        self.clock.forward(seconds=7_200)

    def hide_tag(self, viewer: Viewer, tag_id: int) -> None:
        """An administrator keeps from the viewer what carries a tag."""
        rules = Restrictions(rules=(Rule(kind=EntityKind.TAG, mode="exclude", ids=(tag_id,)),), unrated="show")
        with self.database.write_quietly() as connection:
            restrictions.restrict(connection, viewer.user_id or 0, rules, None, at=self.clock.now)

    def entity(self, kind: str, name: str) -> int:
        with self.database.read() as connection:
            return int(run(connection, "SELECT id FROM entity WHERE kind = ? AND name = ?", kind, name).scalar_one())

    def carrying(self, entity_id: int) -> list[int]:
        with self.database.read() as connection:
            return list(run(connection, "SELECT DISTINCT item_id FROM link WHERE entity_id = ? ORDER BY item_id", entity_id).scalars())


@contextmanager
def own_shelf(request: pytest.FixtureRequest, directory: Path, count: int = 60) -> Iterator[OwnShelf]:
    """For a fixture whose parameters are WAYS."""
    engine, _, dialect = request.param.partition("-")
    databases: Databases = request.getfixturevalue(f"{dialect}_databases")
    made = make_catalogue(directory / "shelf", url=databases.new_url(), count=count)
    administrator(made.database)
    reader(made.database)
    shelf = OwnShelf(made, engine, directory / "index")
    try:
        yield shelf
    finally:
        shelf.close()
