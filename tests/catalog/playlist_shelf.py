"""A world of `tests/visibility/worlds.py`, with two people, two displays and everything that serves playlists, over one engine."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.filters import read_filters
from longshelf.catalog.paging import Cursors, PageRequest
from longshelf.catalog.playlist_choosing import PlaylistChoosing
from longshelf.catalog.playlist_counts import Counting
from longshelf.catalog.playlist_entries import PlaylistEntries
from longshelf.catalog.playlist_files import PlaylistFiles
from longshelf.catalog.playlist_previews import BlockPreviews
from longshelf.catalog.playlist_shapes import (
    AddEntries,
    BlockPreview,
    BlockSaid,
    EntryList,
    NewPlaylist,
    OrderEntries,
    Playlist,
    PreviewBlock,
    RemoveEntries,
)
from longshelf.catalog.playlists import Playlists
from longshelf.catalog.showing import Showing
from longshelf.catalog.views import Views
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation
from longshelf.jobs.worker import Worker
from longshelf.model.engine import Engine
from longshelf.model.viewer import Viewer
from longshelf.store import bulk, tables
from longshelf.store.database import Database, run
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.tasks import block_counts
from longshelf.visibility.visibility import Visibility
from tests.support.databases import Databases
from tests.support.playlists import add_display
from tests.visibility import worlds
from tests.visibility.worlds import World

WAYS = ("sql-sqlite", "bitmaps-postgres")  # each engine and each database once


class Told:
    """What playlists say to displays, and what displays say of blocks."""

    def __init__(self) -> None:
        self.said: list[tuple[str, int]] = []
        self.played: dict[int, dict[int, int]] = {}

    def replan(self, display_id: int, _why: str) -> None:
        self.said.append(("replan", display_id))

    def rebuild(self, display_id: int, _why: str) -> None:
        self.said.append(("rebuild", display_id))

    def seen(self, display_id: int) -> dict[int, int]:
        return self.played.get(display_id, {})

    def heard(self) -> list[tuple[str, int]]:
        """Since the last time."""
        found, self.said = self.said, []
        return found


class PlaylistShelf:
    """`ann` is an administrator. Display 1 plays as bob, display 2 as ann. With `indexed` False counts come from the job."""

    def __init__(self, database: Database, engine: str, directory: Path, *, seed: int = 3, per_library: int = worlds.PER_LIBRARY) -> None:
        self.database = database
        self.world: World = worlds.build(database, seed, per_library=per_library)
        self.ann = Viewer(worlds.user(database, "ann", admin=True), "ann", admin=True)
        self.bob = Viewer(worlds.user(database, "bob"), "bob")
        self.hot = HotReads(database)
        self.follower: Follower | None = None
        self.engine: Engine = SqlEngine(database.read)
        self._sizes()
        with database.write_quietly() as connection:
            add_display(connection, 1, user_id=self.bob.user_id)
            add_display(connection, 2, user_id=self.ann.user_id)
        if engine == "bitmaps":
            build_generation(database, directory)
            self.follower = Follower(database, directory)
            self.follower.refresh()
            self.engine = BitmapEngine(database, self.follower)
        visibility = Visibility(database, self.hot)
        self.showing = Showing(database, self.hot, visibility)
        self.screens = Told()
        self.indexed = True
        cursors = Cursors(b"0" * 32)
        self.catalog = Catalog(database, self.engine, cursors, gate=SqlEngine(database.read), hot=self.hot, visibility=visibility)
        self.counting = Counting(database, self.engine, self.showing, indexed=lambda: self.indexed)
        self.entries = PlaylistEntries(database, self.engine, self.showing, cursors)
        self.playlists = Playlists(database, self.counting, self.entries, self.screens)
        self.previews = BlockPreviews(database, self.engine, self.showing, self.counting, self.screens)
        self.choosing = PlaylistChoosing(database, self.engine, self.showing, self.entries)
        self.files = PlaylistFiles(database, self.engine, self.entries, self.playlists, b"s" * 32)
        self.views = Views(database)
        self.worker = Worker(database, {block_counts.KIND: block_counts.count}, pulse_seconds=0.05)

    def close(self) -> None:
        if self.follower is not None:
            self.follower.stop()
        self.hot.close()

    def refresh(self) -> None:
        """What was written since is seen by the engine."""
        if self.follower is not None:
            self.follower.refresh()

    def _sizes(self) -> None:
        """Wide, tall and square items, and some without a shape."""
        rng = random.Random(5)
        with self.database.write() as write:
            ids = sorted(self.world.items)
            shapes = [(each, *rng.choice(((1600, 900), (900, 1600), (500, 500), (None, None)))) for each in ids]
            bulk.update(write.connection, tables.item, ("id",), ("width", "height"), shapes)
            write.touch(ids)

    # --- short forms

    def make(self, viewer: Viewer, name: str = "Wall", *blocks: BlockSaid, **about: Any) -> Playlist:
        return self.playlists.create(viewer, NewPlaylist(name=name, blocks=list(blocks), **about))

    def choose(self, viewer: Viewer, ids: list[int], *, name: str = "Mine", shared: bool = False) -> Playlist:
        """A playlist of chosen items."""
        made = self.make(viewer, name, kind="items", shared=shared)
        if ids:
            assert self.choosing.add(viewer, made.id, AddEntries(item_ids=ids)).skipped == 0
        return self.playlists.one(viewer, made.id)

    def listed(self, viewer: Viewer, playlist_id: int, **about: Any) -> EntryList:
        return msgspec.json.decode(self.entries.browse(viewer, playlist_id, PageRequest(**about)), type=EntryList)

    def items(self, viewer: Viewer, playlist_id: int) -> list[int | None]:
        """Item ids in order; None for one that is gone."""
        return [None if each.item is None else each.item.id for each in self.listed(viewer, playlist_id, size=1_000).items]

    def entry_ids(self, viewer: Viewer, playlist_id: int) -> list[int]:
        return [each.entry_id for each in self.listed(viewer, playlist_id, size=1_000).items]

    def move(self, viewer: Viewer, playlist_id: int, ids: list[int], before: int | None) -> None:
        self.choosing.order(viewer, playlist_id, OrderEntries(entry_ids=ids, before=before))

    def remove(self, viewer: Viewer, playlist_id: int, ids: list[int]) -> None:
        self.choosing.remove(viewer, playlist_id, RemoveEntries(entry_ids=ids))

    def preview(self, viewer: Viewer, **said: Any) -> BlockPreview:
        return msgspec.json.decode(self.previews.preview(viewer, PreviewBlock(**said)), type=BlockPreview)

    def count(self, viewer: Viewer, **filters: Any) -> int:
        """As GET /api/items/count."""
        return self.catalog.count(viewer, read_filters([(name, str(value)) for name, value in filters.items()])).count

    def gone(self, item_ids: list[int], *, back: bool = False) -> None:
        """Removed from their library upstream."""
        with self.database.write() as write:
            for each in item_ids:
                run(write.connection, "UPDATE item SET deleted_at = ? WHERE id = ?", None if back else 9, each)
            write.touch(item_ids)
        worlds.learn(self.database, self.world)
        self.refresh()

    def run_job(self) -> Any:
        """The job that counts, when it is queued; its result."""
        with self.database.read() as connection:
            ids = list(run(connection, "SELECT id FROM job WHERE kind = ? AND state = 'queued'", block_counts.KIND).scalars())
        return [self.worker.run_one(each).result for each in ids]


@contextmanager
def playlist_shelf(
    request: pytest.FixtureRequest, directory: Path, *, way: str, seed: int = 3, per_library: int = worlds.PER_LIBRARY
) -> Iterator[PlaylistShelf]:
    """One engine over one database."""
    engine, dialect = way.split("-")
    databases: Databases = request.getfixturevalue(f"{dialect}_databases")
    with databases.new() as database:
        shelf = PlaylistShelf(database, engine, directory / "index", seed=seed, per_library=per_library)
        try:
            yield shelf
        finally:
            shelf.close()
