"""The entries of playlists of chosen items, and where people are in them.

`place` orders the entries of a playlist and leaves room between them: what is put somewhere gets places of its own, and only where the
room has run out are some of the neighbours moved apart, so that moving one of 100,000 entries touches a few rows. The rule: who writes
here holds the playlist's row (`store/playlists.held`)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from longshelf.model.query import Query
from longshelf.model.sorts import shuffle
from longshelf.store import among, bulk
from longshelf.store.database import run
from longshelf.store.display_tables import playlist_item
from longshelf.store.engine import keyset
from longshelf.store.engine.predicates import Predicates
from longshelf.store.tables import item

STEP = 2**32  # between two entries, so that one gap is halved 32 times before it is full
ROOM = 2**8  # between neighbours that were moved apart, at least
FIRST_WINDOW = 16  # entries on either side that make room; more where they stand close too
ASIDE = -(2**62)  # where entries wait while others take their places

_ENTRY = "e.id, e.item_id, e.place, e.added_at, i.deleted_at IS NOT NULL"
_FROM = "FROM playlist_item AS e JOIN item AS i ON i.id = e.item_id"


class EntryRow(NamedTuple):
    """`gone`: the item was removed from its library, and may come back. `added_at` in microseconds."""

    id: int
    item_id: int
    place: int
    added_at: int
    gone: bool


class PlaceRow(NamedTuple):
    """Where somebody is; `seed` NULL unless he plays it shuffled."""

    entry_id: int | None
    seed: int | None
    updated_at: int


def count(connection: Connection, playlist_id: int) -> int:
    return int(run(connection, "SELECT count(*) FROM playlist_item WHERE playlist_id = ?", playlist_id).scalar_one())


def counts(connection: Connection, playlist_ids: Collection[int]) -> dict[int, int]:
    """By playlist; those without entries are left out."""
    text = "SELECT playlist_id, count(*) FROM playlist_item WHERE playlist_id IN {ids} GROUP BY playlist_id"
    return dict(tuple(row) for row in bulk.select_in(connection, text, playlist_ids))


def at(connection: Connection, playlist_id: int, start: int, size: int) -> list[EntryRow]:
    """By position, from 0."""
    text = f"""SELECT {_ENTRY} FROM (SELECT * FROM playlist_item WHERE playlist_id = ? ORDER BY place LIMIT ? OFFSET ?) AS e
               JOIN item AS i ON i.id = e.item_id ORDER BY e.place"""  # skipped ones need not be looked up
    return [_entry(row) for row in run(connection, text, playlist_id, size, start)]


def after(connection: Connection, playlist_id: int, place: int, size: int) -> list[EntryRow]:
    """The first behind a place."""
    return _entries(connection, "AND e.place > ? ORDER BY e.place LIMIT ?", playlist_id, place, size)


def before(connection: Connection, playlist_id: int, place: int, size: int) -> list[EntryRow]:
    """The last in front of a place, in order."""
    return _entries(connection, "AND e.place < ? ORDER BY e.place DESC LIMIT ?", playlist_id, place, size)[::-1]


def standing_at(connection: Connection, playlist_id: int, places: Iterable[int]) -> list[EntryRow]:
    """In order."""
    text = f"SELECT {_ENTRY} {_FROM} WHERE e.place IN {{ids}} AND e.playlist_id = ? ORDER BY e.place"
    return [_entry(row) for row in bulk.select_in(connection, text, places, playlist_id)]


def entries(connection: Connection, playlist_id: int, entry_ids: Iterable[int]) -> dict[int, EntryRow]:
    """By id; those that are not in this playlist are left out."""
    text = f"SELECT {_ENTRY} {_FROM} WHERE e.id IN {{ids}} AND e.playlist_id = ?"
    return {row[0]: _entry(row) for row in bulk.select_in(connection, text, entry_ids, playlist_id)}


def whole(connection: Connection, playlist_id: int) -> list[tuple[int, int, bool]]:
    """(place, item, gone) of every entry, in order."""
    text = f"SELECT e.place, e.item_id, i.deleted_at IS NOT NULL {_FROM} WHERE e.playlist_id = ? ORDER BY e.place"
    return [(row[0], row[1], bool(row[2])) for row in run(connection, text, playlist_id)]


def shuffled(connection: Connection, playlist_id: int, seed: int, behind: int | None, size: int, *, back: bool = False) -> list[int]:
    """The entries that follow one in the shuffle of a seed (with `back`: that precede it, the nearest first), from its beginning (its end)
    when there is none. It need not exist any more."""
    key = keyset.shuffled(playlist_item.c.id, seed)
    asked = select(playlist_item.c.id).where(playlist_item.c.playlist_id == playlist_id)
    if behind is not None:
        there = shuffle(seed).key(behind)
        asked = asked.where(key < there if back else key > there)  # no two ids below 2³¹ share a key
    return list(connection.execute(asked.order_by(key.desc() if back else key).limit(size)).scalars())


def removed_among(connection: Connection, user_id: int, allowed: Query, item_ids: Iterable[int]) -> set[int]:
    """Which of the items were removed from their libraries and would be seen under `allowed`, were they there."""
    wanted = tuple(item_ids)
    if not wanted:
        return set()
    may = Predicates(connection.dialect.name, user_id).of(allowed)
    found: set[int] = set()
    for start in range(0, len(wanted), 500):
        some = item.c.id.in_(wanted[start : start + 500])
        found.update(connection.execute(select(item.c.id).where(some, item.c.deleted_at.is_not(None), may)).scalars())
    return found


def present(connection: Connection, playlist_id: int, item_ids: Iterable[int]) -> set[int]:
    """Which of the items are in the playlist."""
    text = "SELECT DISTINCT item_id FROM playlist_item WHERE item_id IN {ids} AND playlist_id = ?"
    return set(bulk.select_in(connection, text, item_ids, playlist_id).scalars())


def lasting(connection: Connection, item_ids: Iterable[int]) -> set[int]:
    """Which of the items there are; they stay until the transaction ends."""
    lock = " FOR KEY SHARE" if connection.dialect.name == "postgresql" else ""  # SQLite holds its write lock already
    return set(bulk.select_in(connection, f"SELECT id FROM item WHERE id IN {{ids}}{lock}", item_ids).scalars())


# --- changes


def insert(connection: Connection, playlist_id: int, item_ids: Sequence[int], ahead_of: int | None, added_at: int) -> None:
    """New entries, in this order, in front of an entry of the playlist, or at the end."""
    places = _room(connection, playlist_id, len(item_ids), ahead_of)
    rows = [(playlist_id, item_id, place, added_at) for item_id, place in zip(item_ids, places, strict=True)]
    bulk.insert(connection, playlist_item, ("playlist_id", "item_id", "place", "added_at"), rows)


def remove(connection: Connection, playlist_id: int, entry_ids: Collection[int]) -> None:
    """Who is at one of them goes on with the first behind it that stays."""
    text = "SELECT user_id, entry_id FROM playlist_place WHERE entry_id IN {ids} AND playlist_id = ?"
    for user_id, entry_id in bulk.select_in(connection, text, entry_ids, playlist_id).all():
        stays = f"""SELECT e.id {_FROM} WHERE e.id NOT IN {{ids}} AND e.playlist_id = ?
                    AND e.place > (SELECT place FROM playlist_item WHERE id = ?) ORDER BY e.place LIMIT 1"""
        following = bulk.select_in(connection, stays, entry_ids, playlist_id, entry_id).scalar()
        moved = "UPDATE playlist_place SET entry_id = ? WHERE user_id = ? AND playlist_id = ?"
        run(connection, moved, following, user_id, playlist_id)
    bulk.select_in(connection, "DELETE FROM playlist_item WHERE id IN {ids}", entry_ids)


def move(connection: Connection, playlist_id: int, entry_ids: Sequence[int], ahead_of: int | None) -> None:
    """Entries of the playlist, in this order, to in front of another of its entries, or to the end."""
    _put_aside(connection, entry_ids)
    places = _room(connection, playlist_id, len(entry_ids), ahead_of)
    bulk.update(connection, playlist_item, ("id",), ("place",), list(zip(entry_ids, places, strict=True)))


def copy(connection: Connection, source_id: int, target_id: int, places: Iterable[int] | None, added_at: int) -> None:
    """Entries of one playlist into an empty one: those at `places`, or all."""
    text = "INSERT INTO playlist_item (playlist_id, item_id, place, added_at) SELECT ?, item_id, place, ? FROM playlist_item WHERE"
    if places is None:
        run(connection, f"{text} playlist_id = ?", target_id, added_at, source_id)
        return
    kept = set(places)
    rows = [(target_id, item_id, place, added_at) for place, item_id, _ in whole(connection, source_id) if place in kept]
    bulk.insert(connection, playlist_item, ("playlist_id", "item_id", "place", "added_at"), rows)


def follow_merge(connection: Connection, source_id: int, target_id: int) -> None:
    """One item became another: entries of it are of that one, but where a playlist has that one already."""
    run(
        connection,
        """DELETE FROM playlist_item WHERE item_id = ? AND EXISTS (SELECT 1 FROM playlist_item AS other
           WHERE other.playlist_id = playlist_item.playlist_id AND other.item_id = ?)""",
        source_id,
        target_id,
    )
    run(connection, "UPDATE playlist_item SET item_id = ? WHERE item_id = ?", target_id, source_id)


def _room(connection: Connection, playlist_id: int, wanted: int, ahead_of: int | None) -> Sequence[int]:
    """Free places, ascending, behind everything that stands in front of `ahead_of`."""
    if ahead_of is None:
        last = run(connection, "SELECT max(place) FROM playlist_item WHERE playlist_id = ?", playlist_id).scalar()
        start = 0 if last is None or last <= ASIDE // 2 else last + STEP
        return range(start, start + wanted * STEP, STEP)
    high = int(run(connection, "SELECT place FROM playlist_item WHERE id = ?", ahead_of).scalar_one())
    low = _neighbour(connection, playlist_id, high)
    if low is None:
        return range(high - wanted * STEP, high, STEP)
    if high - low > wanted:
        return _spread(low, high, wanted)
    return _make_room(connection, playlist_id, wanted, high)


def _make_room(connection: Connection, playlist_id: int, wanted: int, high: int) -> Sequence[int]:
    """Moves the entries around the one at `high` apart, no more of them than it takes."""
    window = FIRST_WINDOW
    while True:
        behind = run(connection, _AROUND.format(side=">=", direction="ASC"), playlist_id, high, window + 1).all()
        front = run(connection, _AROUND.format(side="<", direction="DESC"), playlist_id, high, window + 1).all()[::-1]
        moved = [*front[-window:], *behind[:window]]
        # The window lies between the entries outside it, or runs out into the open.
        end = behind[window][1] if len(behind) > window else behind[-1][1] + (len(moved) + wanted) * STEP
        start = front[0][1] if len(front) > window else (front or behind)[0][1] - STEP
        if (end - start) // (len(moved) + wanted + 1) >= ROOM:
            break
        window *= 2
    fresh = _spread(start, end, len(moved) + wanted)
    ahead = len(front[-window:])
    _put_aside(connection, [each[0] for each in moved])
    kept = [*fresh[:ahead], *fresh[ahead + wanted :]]
    bulk.update(connection, playlist_item, ("id",), ("place",), [(each[0], place) for each, place in zip(moved, kept, strict=True)])
    return fresh[ahead : ahead + wanted]


_AROUND = f"""SELECT id, place FROM playlist_item WHERE playlist_id = ? AND place {{side}} ? AND place > {ASIDE // 2}
              ORDER BY place {{direction}} LIMIT ?"""


def _neighbour(connection: Connection, playlist_id: int, place: int) -> int | None:
    """The place just in front of this one."""
    text = f"SELECT max(place) FROM playlist_item WHERE playlist_id = ? AND place < ? AND place > {ASIDE // 2}"
    found: int | None = run(connection, text, playlist_id, place).scalar()
    return found


def _spread(low: int, high: int, wanted: int) -> Sequence[int]:
    """`wanted` places between the two, as far apart as can be."""
    return [low + (high - low) * number // (wanted + 1) for number in range(1, wanted + 1)]


def _put_aside(connection: Connection, entry_ids: Sequence[int]) -> None:
    """Out of the way, so that no two entries stand on one place while they move."""
    bulk.update(connection, playlist_item, ("id",), ("place",), [(each, ASIDE + each) for each in entry_ids])


# --- where people are


def place_of(connection: Connection, user_id: int, playlist_id: int) -> PlaceRow | None:
    text = "SELECT entry_id, seed, updated_at FROM playlist_place WHERE user_id = ? AND playlist_id = ?"
    row = run(connection, text, user_id, playlist_id).one_or_none()
    return None if row is None else PlaceRow(*row)


def put_place(connection: Connection, user_id: int, playlist_id: int, row: PlaceRow) -> None:
    text = """INSERT INTO playlist_place (user_id, playlist_id, entry_id, seed, updated_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (user_id, playlist_id)
        DO UPDATE SET entry_id = excluded.entry_id, seed = excluded.seed, updated_at = excluded.updated_at"""
    run(connection, text, user_id, playlist_id, *row)


# --- export and import


class Told(NamedTuple):
    """An entry's item by what its library calls it."""

    place: int
    library: str
    external_id: str
    kind: str
    title: str


def told(connection: Connection, playlist_id: int) -> Iterator[Told]:
    """Every entry, in order."""
    text = """SELECT e.place, l.name, i.external_id, i.kind, i.title FROM playlist_item AS e JOIN item AS i ON i.id = e.item_id
              JOIN library AS l ON l.id = i.library_id WHERE e.playlist_id = ? ORDER BY e.place"""
    yield from (Told(*row) for row in run(connection, text, playlist_id))


class Named(NamedTuple):
    id: int
    kind: str
    title: str
    gone: bool


def named(connection: Connection, library: str, external_ids: Sequence[str]) -> dict[str, Named]:
    """Items of the library of that name by what it calls them, removed ones too; those there are none of are left out."""
    text = """SELECT i.external_id, i.id, i.kind, i.title, i.deleted_at IS NOT NULL FROM item AS i JOIN library AS l ON l.id = i.library_id
              WHERE l.name = ? AND i.external_id IN {values}"""
    rows = among.select_among(connection, text, external_ids, library)
    return {key: Named(item_id, kind, title, bool(gone)) for key, item_id, kind, title, gone in map(tuple, rows)}


def _entries(connection: Connection, rest: str, playlist_id: int, *values: int) -> list[EntryRow]:
    return [_entry(row) for row in run(connection, f"SELECT {_ENTRY} {_FROM} WHERE e.playlist_id = ? {rest}", playlist_id, *values)]


def _entry(row: Sequence[int]) -> EntryRow:
    return EntryRow(row[0], row[1], row[2], row[3], bool(row[4]))
