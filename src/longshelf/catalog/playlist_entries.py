"""The chosen items of a playlist, as one viewer sees them: what is hidden from him does not appear, and counts nowhere; what was removed
from its library shows as gone to who could see it, and keeps its place.

Who has no mask is read straight from the table, a page at a time. For others the places of the entries they may see are worked out once
for a version of the playlist and a state of the catalogue, so that a page is cut from them wherever it lies."""

import threading
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from longshelf.catalog import pages
from longshelf.catalog import playlist_access as access
from longshelf.catalog.paging import Cursors, PageRequest, describe, version, window_of
from longshelf.catalog.playlist_shapes import NextEntry, Place, PutPlace
from longshelf.catalog.showing import Showing
from longshelf.catalog.watching import signed_in
from longshelf.errors import Conflict, NotFound
from longshelf.model.engine import After, Before, Count, Engine, Offset, Slice, Snapshot, Window
from longshelf.model.sorts import Key
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.store import playlist_items, playlists
from longshelf.store.database import Database, Transaction
from longshelf.store.playlist_items import EntryRow
from longshelf.store.playlists import PlaylistRow
from longshelf.visibility.visibility import Mask

KEPT = 16  # playlists whose visible places are remembered; each is 8 bytes an entry
FIRST_LOOK, FURTHEST_LOOK = 16, 1_024  # entries looked at together for the next that can be played
_encode = msgspec.json.Encoder().encode


class Entries(Protocol):
    """The entries of one playlist that somebody may see."""

    total: int

    def at(self, start: int, size: int) -> list[EntryRow]: ...

    def after(self, place: int, size: int) -> list[EntryRow]: ...

    def before(self, place: int, size: int) -> list[EntryRow]: ...


class _All:
    """For who has no mask."""

    def __init__(self, connection: Transaction, playlist_id: int) -> None:
        self._connection = connection
        self._id = playlist_id
        self.total = playlist_items.count(connection, playlist_id)

    def at(self, start: int, size: int) -> list[EntryRow]:
        return playlist_items.at(self._connection, self._id, start, size)

    def after(self, place: int, size: int) -> list[EntryRow]:
        return playlist_items.after(self._connection, self._id, place, size)

    def before(self, place: int, size: int) -> list[EntryRow]:
        return playlist_items.before(self._connection, self._id, place, size)


class _Some:
    """Those at `places`, which ascend."""

    def __init__(self, connection: Transaction, playlist_id: int, places: Sequence[int]) -> None:
        self._connection = connection
        self._id = playlist_id
        self._places = places
        self.total = len(places)

    def at(self, start: int, size: int) -> list[EntryRow]:
        return playlist_items.standing_at(self._connection, self._id, self._places[start : start + size])

    def after(self, place: int, size: int) -> list[EntryRow]:
        return self.at(bisect_right(self._places, place), size)

    def before(self, place: int, size: int) -> list[EntryRow]:
        end = bisect_left(self._places, place)
        return self.at(max(end - size, 0), min(size, end))


class Looking(NamedTuple):
    """One viewer at one playlist, in one transaction and one snapshot."""

    viewer: Viewer
    connection: Transaction
    snapshot: Snapshot
    mask: Mask


class PlaylistEntries:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, showing: Showing, cursors: Cursors) -> None:
        self._database = database
        self._engine = engine
        self._showing = showing
        self._cursors = cursors
        self._kept: OrderedDict[tuple[object, ...], Sequence[int]] = OrderedDict()
        self._turn = threading.Lock()

    # --- reading

    def browse(self, viewer: Viewer, playlist_id: int, request: PageRequest) -> bytes:
        """One page in the list shape. NotFound when there is no such playlist for him."""
        with self._engine.snapshot() as snapshot, self._database.read() as connection:
            row = _of_items(access.read(connection, viewer, playlist_id))
            look = Looking(viewer, connection, snapshot, self._showing.mask(viewer, snapshot))
            entries = self._entries(look, row)
            scope = f"playlist:{row.id}"
            window = window_of(request, self._cursors, scope)
            rows, place = _cut(entries, window)
            shown = self._shown(look, rows)
            revision = snapshot.revision
        pagination = describe(place, Count(entries.total), request, window, cursors=self._cursors, scope=scope, descending=False)
        name = version(revision, f"{scope}:{row.version}:{look.mask.name}", viewer)
        return pages.listing(b"[" + b",".join(shown) + b"]", pagination, name)

    def counts(self, viewer: Viewer, rows: Sequence[PlaylistRow]) -> dict[int, int]:
        """How many entries he may see, by playlist."""
        if not rows:
            return {}
        with self._engine.snapshot() as snapshot, self._database.read() as connection:
            look = Looking(viewer, connection, snapshot, self._showing.mask(viewer, snapshot))
            if not look.mask.restricts:
                return playlist_items.counts(connection, [each.id for each in rows])
            return {each.id: len(self._places(look, each)) for each in rows}

    def visible_places(self, viewer: Viewer, row: PlaylistRow) -> Sequence[int] | None:
        """The places of the entries he may see; None for all."""
        with self._engine.snapshot() as snapshot, self._database.read() as connection:
            look = Looking(viewer, connection, snapshot, self._showing.mask(viewer, snapshot))
            return self._places(look, playlists.get(connection, row.id)) if look.mask.restricts else None

    def known(self, look: Looking, playlist_id: int, entry_ids: Iterable[int]) -> dict[int, EntryRow]:
        """Those of the entries that are in the playlist and that he may see."""
        found = playlist_items.entries(look.connection, playlist_id, entry_ids)
        seen = self.seen(look, [(each.item_id, each.gone) for each in found.values()])
        return {each.id: each for each in found.values() if each.item_id in seen}

    def looking(self, viewer: Viewer, connection: Transaction, snapshot: Snapshot) -> Looking:
        return Looking(viewer, connection, snapshot, self._showing.mask(viewer, snapshot))

    # --- playing

    def following(
        self, viewer: Viewer, playlist_id: int, entry_id: int | None, *, shuffle: bool = False, seed: int | None = None, back: bool = False
    ) -> NextEntry:
        """What comes after an entry (with `back`: before it) and can be played; the first (the last) without one. NotFound for an entry
        that is not there, or not for him."""
        user_id = signed_in(viewer)
        with self._engine.snapshot() as snapshot, self._database.read() as connection:
            row = _of_items(access.read(connection, viewer, playlist_id))
            look = self.looking(viewer, connection, snapshot)
            if entry_id is not None and entry_id not in self.known(look, row.id, [entry_id]):
                raise NotFound(f"The playlist has no entry {entry_id}.")
            if shuffle and seed is None:
                standing = playlist_items.place_of(connection, user_id, row.id)
                seed = 0 if standing is None else standing.seed or 0
            found = self._next(look, row, entry_id, seed if shuffle else None, back=back)
            shown = self._shown(look, [] if found is None else [found])
        return msgspec.json.decode(b'{"entry":' + (shown[0] if shown else b"null") + b"}", type=NextEntry)

    def place(self, viewer: Viewer, playlist_id: int) -> Place:
        """Where he is. At an entry that is hidden from him now, he is at the next that is not."""
        user_id = signed_in(viewer)
        with self._engine.snapshot() as snapshot, self._database.read() as connection:
            row = _of_items(access.read(connection, viewer, playlist_id))
            standing = playlist_items.place_of(connection, user_id, row.id)
            if standing is None:
                return Place(entry_id=None, shuffle=False, seed=None, updated_at=None)
            look = self.looking(viewer, connection, snapshot)
            entry_id = standing.entry_id
            if entry_id is not None and entry_id not in self.known(look, row.id, [entry_id]):
                found = self._next(look, row, entry_id, standing.seed)
                entry_id = None if found is None else found.id
        return Place(
            entry_id=entry_id, shuffle=standing.seed is not None, seed=standing.seed, updated_at=rfc3339(standing.updated_at)
        )  # fmt: skip

    def put_place(self, viewer: Viewer, playlist_id: int, asked: PutPlace, drawn: int) -> Place:
        """`drawn` is a seed for who shuffles and has none. NotFound for an entry that is not there, or not for him."""
        user_id = signed_in(viewer)
        with self._engine.snapshot() as snapshot, self._database.write_quietly() as connection:
            row = _of_items(access.read(connection, viewer, playlist_id))
            look = self.looking(viewer, connection, snapshot)
            if asked.entry_id is not None and asked.entry_id not in self.known(look, row.id, [asked.entry_id]):
                raise NotFound(f"The playlist has no entry {asked.entry_id}.")
            seed: int | None = None
            if asked.shuffle:
                standing = playlist_items.place_of(connection, user_id, row.id)
                kept = None if standing is None else standing.seed
                seed = asked.seed if asked.seed is not None else kept if kept is not None else drawn
            at = self._database.clock()
            playlist_items.put_place(connection, user_id, row.id, playlist_items.PlaceRow(asked.entry_id, seed, at))
        return Place(entry_id=asked.entry_id, shuffle=asked.shuffle, seed=seed, updated_at=rfc3339(at))

    # --- parts

    def _entries(self, look: Looking, row: PlaylistRow) -> Entries:
        if not look.mask.restricts:
            return _All(look.connection, row.id)
        return _Some(look.connection, row.id, self._places(look, row))

    def _places(self, look: Looking, row: PlaylistRow) -> Sequence[int]:
        name = row.id, row.version, look.viewer.user_id, look.mask.name, look.snapshot.revision
        found = self._kept.get(name)
        if found is None:
            whole = playlist_items.whole(look.connection, row.id)
            seen = self.seen(look, [(item_id, gone) for _, item_id, gone in whole])
            found = array("q", [place for place, item_id, _ in whole if item_id in seen])
        with self._turn:
            self._kept[name] = found
            self._kept.move_to_end(name)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def seen(self, look: Looking, items: Sequence[tuple[int, bool]]) -> set[int]:
        """Which of (item, gone) he may see, or could if they were there."""
        ids = {item_id for item_id, _ in items}
        if not look.mask.restricts:
            return ids
        gone = {item_id for item_id, away in items if away}
        seen = self._showing.visible(look.viewer, look.snapshot, look.mask, ids - gone)
        return seen | playlist_items.removed_among(look.connection, look.viewer.user_id or 0, look.mask.query, gone)

    def _shown(self, look: Looking, rows: Sequence[EntryRow]) -> list[bytes]:
        """Encoded, without those he may not see by now."""
        cards = self._showing.items(look.connection, look.viewer, look.mask, [each.item_id for each in rows if not each.gone])
        return [
            _encode({"entry_id": each.id})[:-1]
            + b',"item":'
            + (b"null" if each.gone else cards[each.item_id])
            + b","
            + _encode({"gone": each.gone, "added_at": rfc3339(each.added_at)})[1:]
            for each in rows
            if each.gone or each.item_id in cards
        ]

    def _next(self, look: Looking, row: PlaylistRow, entry_id: int | None, seed: int | None, *, back: bool = False) -> EntryRow | None:
        """The nearest that can be played, a growing number looked at together: mostly it is the first."""
        size, behind = FIRST_LOOK, entry_id
        while True:
            found = self._line(look.connection, row.id, seed, behind, size, back=back)
            seen = self.seen(look, [(each.item_id, each.gone) for each in found])
            for each in found:
                if not each.gone and each.item_id in seen:
                    return each
            if len(found) < size:
                return None
            size, behind = min(size * 4, FURTHEST_LOOK), found[-1].id

    @staticmethod
    def _line(connection: Transaction, playlist_id: int, seed: int | None, behind: int | None, size: int, *, back: bool) -> list[EntryRow]:
        """Entries in playing order, whoever may see them."""
        if seed is not None:
            ids = playlist_items.shuffled(connection, playlist_id, seed, behind, size, back=back)
            rows = playlist_items.entries(connection, playlist_id, ids)
            return [rows[each] for each in ids]
        here = None if behind is None else playlist_items.entries(connection, playlist_id, [behind]).get(behind)
        if back:
            return playlist_items.before(connection, playlist_id, 2**62 if here is None else here.place, size)[::-1]
        return playlist_items.after(connection, playlist_id, -(2**62) if here is None else here.place, size)


def _of_items(row: PlaylistRow) -> PlaylistRow:
    """Conflict for a playlist of blocks."""
    if row.kind != "items":
        raise Conflict("This playlist is made of blocks; it has no chosen items.")
    return row


def _cut(entries: Entries, window: Window) -> tuple[list[EntryRow], Slice]:
    """The rows of one page, and what lies on its sides."""
    match window:
        case Offset():
            rows = entries.at(window.start, window.size + 1)
            sides = window.start > 0 and entries.total > 0, len(rows) > window.size
            rows = rows[: window.size]
        case After():
            place = window.key.id
            rows = entries.after(place, window.size + 1)
            sides = bool(entries.before(place + 1, 1)), len(rows) > window.size
            rows = rows[: window.size]
        case Before():
            place = window.key.id
            rows = entries.before(place, window.size + 1)
            sides = len(rows) > window.size, bool(entries.after(place - 1, 1))
            rows = rows[-window.size :]
    first, last = (_key(rows[0]), _key(rows[-1])) if rows else (None, None)
    start = window.start if isinstance(window, Offset) else None
    return rows, Slice(tuple(each.id for each in rows), first, last, sides[0], sides[1], start)


def _key(row: EntryRow) -> Key:
    """No two entries have one place: it stands where other lists have the id that closes ties."""
    return Key(0, row.place)
