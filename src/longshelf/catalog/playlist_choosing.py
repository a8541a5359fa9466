"""Choosing the items of a playlist: adding, removing, putting in order. Only what the editor sees can be chosen or moved; what is hidden
from him stays where it is, and answers as what is not there."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from msgspec import UNSET

from longshelf.catalog import playlist_access as access
from longshelf.catalog.filters import read_filters
from longshelf.catalog.playlist_entries import Looking, PlaylistEntries
from longshelf.catalog.playlist_shapes import MOST_ITEMS, AddEntries, EntriesChanged, OrderEntries, RemoveEntries
from longshelf.catalog.showing import Showing
from longshelf.errors import Invalid, NotFound
from longshelf.model.engine import After, Engine, Offset, Snapshot
from longshelf.model.query import both
from longshelf.model.viewer import Viewer
from longshelf.store import playlist_items
from longshelf.store.database import Database

PAGE = 10_000  # ids asked of the engine at once


class PlaylistChoosing:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, showing: Showing, entries: PlaylistEntries) -> None:
        self._database = database
        self._engine = engine
        self._showing = showing
        self._entries = entries

    def add(self, viewer: Viewer, playlist_id: int, asked: AddEntries) -> EntriesChanged:
        """Invalid for what makes no sense and for more items than a playlist may have, NotFound for no such place."""
        if (asked.item_ids is UNSET) == (asked.query is UNSET):
            raise Invalid("item_ids", "say which items: either by item_ids or by query")
        with self._engine.snapshot() as snapshot:
            ids, skipped = self._chosen(viewer, snapshot, asked)
            with access.edited(self._database, viewer, playlist_id, asked.version, kind="items") as (connection, row):
                look = self._entries.looking(viewer, connection, snapshot)
                self._check_before(look, row.id, asked.before)
                there = playlist_items.lasting(connection, ids)
                fresh = [each for each in ids if each in there]
                if asked.unique:
                    known = playlist_items.present(connection, row.id, fresh)
                    fresh = [each for each in dict.fromkeys(fresh) if each not in known]
                if playlist_items.count(connection, row.id) + len(fresh) > MOST_ITEMS:
                    raise Invalid("item_ids", f"a playlist has at most {MOST_ITEMS:,} items; choose fewer, or begin another")
                if fresh:
                    playlist_items.insert(connection, row.id, fresh, asked.before, self._database.clock())
        return self._changed(viewer, playlist_id, len(fresh), skipped + len(ids) - len(fresh))

    def remove(self, viewer: Viewer, playlist_id: int, asked: RemoveEntries) -> EntriesChanged:
        with (
            self._engine.snapshot() as snapshot,
            access.edited(self._database, viewer, playlist_id, asked.version, kind="items") as (connection, row),
        ):
            known = self._entries.known(self._entries.looking(viewer, connection, snapshot), row.id, asked.entry_ids)
            if known:
                playlist_items.remove(connection, row.id, list(known))
        return self._changed(viewer, playlist_id, len(known), len(set(asked.entry_ids)) - len(known))

    def order(self, viewer: Viewer, playlist_id: int, asked: OrderEntries) -> EntriesChanged:
        """Invalid to move something before itself, NotFound for no such place."""
        if asked.before is not None and asked.before in asked.entry_ids:
            raise Invalid("before", "this entry is one of those that are moved; name one that stays")
        with (
            self._engine.snapshot() as snapshot,
            access.edited(self._database, viewer, playlist_id, asked.version, kind="items") as (connection, row),
        ):
            look = self._entries.looking(viewer, connection, snapshot)
            self._check_before(look, row.id, asked.before)
            known = self._entries.known(look, row.id, asked.entry_ids)
            moved = [each for each in dict.fromkeys(asked.entry_ids) if each in known]
            if moved:
                playlist_items.move(connection, row.id, moved, asked.before)
        return self._changed(viewer, playlist_id, len(moved), len(set(asked.entry_ids)) - len(moved))

    def _chosen(self, viewer: Viewer, snapshot: Snapshot, asked: AddEntries) -> tuple[Sequence[int], int]:
        """Items in their order, and how many of those named are not for him."""
        mask = self._showing.mask(viewer, snapshot)
        if asked.item_ids is not UNSET:
            seen = self._showing.visible(viewer, snapshot, mask, asked.item_ids)
            ids = [each for each in asked.item_ids if each in seen]
            return ids, len(asked.item_ids) - len(ids)
        filters = read_filters(parse_qsl(str(asked.query).removeprefix("?"), keep_blank_values=True))
        query = both(filters.query, mask.query)
        found: list[int] = []
        window: Offset | After = Offset(0, PAGE)
        while True:
            page = snapshot.page(query, filters.sort, window, viewer)
            found.extend(page.ids)
            if len(found) > MOST_ITEMS:
                raise Invalid("query", f"more than {MOST_ITEMS:,} items; narrow it down")
            if not page.has_next or page.last is None:
                return found, 0
            window = After(page.last, PAGE)

    def _check_before(self, look: Looking, playlist_id: int, before: int | None) -> None:
        if before is not None and before not in self._entries.known(look, playlist_id, [before]):
            raise NotFound(f"The playlist has no entry {before}.")

    def _changed(self, viewer: Viewer, playlist_id: int, changed: int, skipped: int) -> EntriesChanged:
        with self._database.read() as connection:
            row = access.read(connection, viewer, playlist_id)
        count = self._entries.counts(viewer, [row]).get(row.id, 0)
        return EntriesChanged(version=row.version, item_count=count, changed=changed, skipped=skipped)
