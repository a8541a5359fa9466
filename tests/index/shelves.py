"""States of the index over a `World` in an open transaction: a base of what is there, and a delta of what was changed behind its back."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, update

from longshelf.index import building
from longshelf.index import changed as changes
from longshelf.index.bitmaps import Array
from longshelf.index.making_standing import put_standing
from longshelf.index.segment import Segment
from longshelf.index.snapshot import BitmapSnapshot
from longshelf.index.state import Base, State, stale_in
from longshelf.model.facts import ItemFacts, MineFacts
from longshelf.store import search, tables
from tests.store.engine.shelves import add


def base(connection: Connection) -> Base:
    arrays: dict[str, Array] = {}
    building.build(connection, arrays.__setitem__)
    put_standing(arrays.__setitem__, dict(arrays), building.nothing_said)
    return Base(Segment(arrays), 0, "test")


def snapshot(connection: Connection, below: Base | None = None, changed: Iterable[int] = ()) -> BitmapSnapshot:
    """Of the store as it is: over a base made now, or over `below`, since when the `changed` items changed."""
    if below is None:
        return BitmapSnapshot(State(base(connection), 0), lambda: connection)
    ids = frozenset(changed)
    rows = changes.read(connection, ids)
    return BitmapSnapshot(State(below, 1, ids, changes.delta(rows), stale_in(below, ids)), lambda: connection)


def put(connection: Connection, items: Iterable[ItemFacts]) -> None:
    """Writes items anew, whatever stood there before."""
    items = list(items)
    erase(connection, [each.id for each in items])
    add(connection, items)


def said_row(user_id: int, item_id: int, said: MineFacts) -> tuple[object, ...]:
    """For `personal.put_items`."""
    played = said.play_count, said.play_seconds, said.last_played
    return user_id, item_id, said.rating, int(said.favorite), said.progress, *played, int(said.hidden), 1


def remove(connection: Connection, ids: Iterable[int]) -> None:
    connection.execute(update(tables.item).where(tables.item.c.id.in_(list(ids))).values(deleted_at=1))


def erase(connection: Connection, ids: Iterable[int]) -> None:
    ids = list(ids)
    for table in (tables.user_item, tables.link):
        connection.execute(delete(table).where(table.c.item_id.in_(ids)))
    search.delete_rows(connection, ids)
    connection.execute(delete(tables.item).where(tables.item.c.id.in_(ids)))
