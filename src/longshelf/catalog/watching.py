"""What people watch and read: pings of players, marks by hand, history, and what to go on with.

The rule is the catalogue's: the viewer comes first, and what he may not see is in none of these lists, nor in their counts."""

import msgspec

from longshelf.catalog import pages
from longshelf.catalog.catalog import Catalog
from longshelf.catalog.filters import Filters, Part
from longshelf.catalog.numbered import cut_whole
from longshelf.catalog.paging import PageRequest, version
from longshelf.catalog.personal_shapes import Watched, WatchPing
from longshelf.catalog.shapes import Me
from longshelf.catalog.showing import Showing
from longshelf.errors import Invalid, NotSignedIn
from longshelf.logs import operation
from longshelf.model.engine import Engine
from longshelf.model.query import Mine, both
from longshelf.model.sorts import Sort
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.model.watching import BEGUN, FINISHED, Ping
from longshelf.store import plays, reading
from longshelf.store.database import Database
from longshelf.store.plays import Opening, PlayRow

MOST = 10_000  # sittings a history lists, the newest
UNFINISHED = both(Mine("progress", BEGUN, None), Mine("progress", None, FINISHED - BEGUN))
LATEST = Sort("last_played")
_encode = msgspec.json.Encoder().encode


class Watching:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, catalog: Catalog, showing: Showing) -> None:
        self._database = database
        self._engine = engine
        self._catalog = catalog
        self._showing = showing

    def ping(self, viewer: Viewer, item_id: int, said: WatchPing) -> Watched:
        """What a player says. NotFound when the viewer may not see the item."""
        user_id = signed_in(viewer)
        _check(said)
        self._catalog.require(viewer, item_id)
        with self._database.write_quietly() as connection:
            plays.hold(connection, user_id)
            item = plays.lengths(connection, item_id)
            place = plays.place_in(item, position=said.position, page=said.page, progress=said.progress)
            at = self._database.clock()
            ping = Ping(seq=said.seq, event=said.event, at=at, place=place, seconds=said.seconds, rate=said.rate)
            heard = plays.hear(connection, Opening(user_id, item_id, said.session), ping, item.duration)
            row = reading.mine(connection, user_id, [item_id]).get(item_id)
        resume = row.progress * item.duration if row is not None and row.progress is not None and item.duration else None
        return Watched(applied=heard.applied, counted=heard.counted, seconds=heard.seconds, position=resume, me=pages.me(row))

    def mark(self, viewer: Viewer, item_id: int, *, watched: bool) -> Me:
        """Marks as watched or read, or as not. NotFound when the viewer may not see the item."""
        user_id = signed_in(viewer)
        self._catalog.require(viewer, item_id)
        with self._database.write_quietly() as connection:
            plays.mark(connection, user_id, item_id, watched=watched, at=self._database.clock())
            return pages.me(reading.mine(connection, user_id, [item_id]).get(item_id))

    def unfinished(self, viewer: Viewer, filters: Filters, request: PageRequest) -> pages.Sheet:
        """One page of what he has begun, of the items the filters leave, the last played first."""
        return self._catalog.sheet(viewer, Filters((*filters.parts, Part("", UNFINISHED)), LATEST), request)

    def history(self, viewer: Viewer, page: int, size: int) -> bytes:
        """The newest sittings of what he may still see, in the list shape."""
        user_id = signed_in(viewer)
        with operation("history") as running, self._engine.snapshot() as snapshot, self._database.read() as connection:
            mask, revision = self._showing.mask(viewer, snapshot), snapshot.revision
            sittings = plays.newest(connection, user_id, MOST)
            seen = self._showing.visible(viewer, snapshot, mask, (item_id for _, item_id in sittings))
            kept, pagination = cut_whole([each for each in sittings if each[1] in seen], page, size)
            rows = plays.rows(connection, user_id, [play_id for play_id, _ in kept])
            items = self._showing.items(connection, viewer, mask, list({item_id for _, item_id in kept}), revision)
            running.report(items=len(kept), total=pagination.total_count)
        entries = [_entry(rows[play_id], items[item_id]) for play_id, item_id in kept if item_id in items]
        newest = [rows[play_id].last_at for play_id, _ in kept]
        name = version(revision, f"history:{mask.name}:{pagination.total_count}:{newest}", viewer)
        return pages.listing(b"[" + b",".join(entries) + b"]", pagination, name)

    def forget(self, viewer: Viewer, play_id: int) -> None:
        """Takes one sitting out of the history, and out of what it counted. NotFound when it is not his."""
        user_id = signed_in(viewer)
        with self._database.write_quietly() as connection:
            plays.forget(connection, user_id, play_id, at=self._database.clock())

    def clear(self, viewer: Viewer) -> None:
        """Forgets the whole history, and what it counted. Ratings, favourites and progress stay."""
        user_id = signed_in(viewer)
        with operation("clear_history"), self._database.write_quietly() as connection:
            plays.forget(connection, user_id, None, at=self._database.clock())


def _check(said: WatchPing) -> None:
    given = [name for name in ("position", "page", "progress") if getattr(said, name) is not None]
    if len(given) > 1:
        raise Invalid(given[1], f"give {given[0]} or {given[1]}, not both: they say the same thing")


def signed_in(viewer: Viewer) -> int:
    """The user's id. NotSignedIn for nobody."""
    if viewer.user_id is None:
        raise NotSignedIn("Sign in first.")
    return viewer.user_id


def _entry(row: PlayRow, item: bytes) -> bytes:
    rest = {
        "started_at": rfc3339(row.started_at),
        "last_at": rfc3339(row.last_at),
        "seconds": row.seconds,
        "counted": row.counted,
        "source": row.source,
    }
    return b'{"id":' + str(row.id).encode() + b',"item":' + item + b"," + _encode(rest)[1:]
