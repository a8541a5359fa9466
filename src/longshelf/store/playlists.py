"""Rows of playlists and their blocks, and which playlist a display plays.

The rules: who changes a playlist holds its row first, several in the order of their ids, so that editors take turns and each raises the
version by one; who changes what a display plays holds the display's row before any playlist's, so that two who do it at once do not wait
for each other, and one playlist a display is active (the constraint says so too)."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.display_tables import block as block_table
from longshelf.store.views import SavedView


class PlaylistRow(NamedTuple):
    """`kind` is blocks or items; `*_at` are microseconds since 1970 UTC."""

    id: int
    user_id: int
    name: str
    kind: str
    shared: int
    display_id: int | None
    active: int
    version: int
    created_at: int
    updated_at: int


class BlockRow(msgspec.Struct, frozen=True):
    """`filter` is a filter tree as JSON, or the part of an address behind `?`, "" for none. `order` is newest or random, `format` mixed,
    wide or tall, `dwell` seconds."""

    id: int
    playlist_id: int
    position: int
    title: str
    q: str
    filter: str
    view_id: int | None
    count: int
    order: str
    format: str
    dwell: float | None


WORDS = ("title", "q", "filter", "view_id", "count", "order", "format", "dwell")  # what a person says about a block
_PLAYLIST = ", ".join(PlaylistRow._fields)
_BLOCK = ", ".join(f'"{name}"' for name in BlockRow.__struct_fields__)


def get(connection: Connection, playlist_id: int) -> PlaylistRow:
    """NotFound when there is no such playlist."""
    return _found(run(connection, f"SELECT {_PLAYLIST} FROM playlist WHERE id = ?", playlist_id).one_or_none(), playlist_id)


def held(connection: Connection, playlist_id: int) -> PlaylistRow:
    """As `get`, and nobody else changes the playlist until the transaction ends."""
    text = f"SELECT {_PLAYLIST} FROM playlist WHERE id = ?{_lock(connection)}"
    return _found(run(connection, text, playlist_id).one_or_none(), playlist_id)


def hold_all(connection: Connection, user_id: int) -> None:
    """As `held`, all playlists of the user. Playlists are held before saved views, and those before blocks."""
    run(connection, f"SELECT id FROM playlist WHERE user_id = ? ORDER BY id{_lock(connection)}", user_id).all()


def depended_on(connection: Connection, user_id: int) -> list[int]:
    """The user's playlists that are not his alone: those for a display, and shared ones."""
    text = "SELECT id FROM playlist WHERE user_id = ? AND (display_id IS NOT NULL OR shared = 1) ORDER BY id"
    return list(run(connection, text, user_id).scalars())


def listed(connection: Connection, user_id: int, *, displays: bool) -> list[PlaylistRow]:
    """The user's own and the shared ones, with `displays` also those made for a display; by name."""
    others = " OR display_id IS NOT NULL" if displays else ""
    text = f"SELECT {_PLAYLIST} FROM playlist WHERE user_id = ? OR shared = 1{others} ORDER BY lower(name), name, id"
    return [PlaylistRow(*row) for row in run(connection, text, user_id)]


def owners(connection: Connection, user_ids: Collection[int]) -> dict[int, str]:
    """Names by id."""
    return dict(tuple(row) for row in bulk.select_in(connection, 'SELECT id, name FROM "user" WHERE id IN {ids}', user_ids))


def add(connection: Connection, user_id: int, name: str, kind: str, *, shared: bool, at: int) -> int:
    """A new one for no display; its id."""
    text = "INSERT INTO playlist (user_id, name, kind, shared, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"
    return int(run(connection, text, user_id, name, kind, int(shared), at, at).scalar_one())


def raise_version(connection: Connection, playlist_id: int, at: int, **changes: Any) -> None:
    """Sets any of `name`, `shared` and `user_id`; the version is another afterwards, whatever was changed."""
    settings = "".join(f", {name} = ?" for name in changes)
    text = f"UPDATE playlist SET version = version + 1, updated_at = ?{settings} WHERE id = ?"
    run(connection, text, at, *changes.values(), playlist_id)


def remove(connection: Connection, playlist_id: int) -> None:
    """With its blocks, entries and everybody's place in it."""
    run(connection, "DELETE FROM playlist WHERE id = ?", playlist_id)


# --- displays


def active_of(connection: Connection, display_id: int) -> PlaylistRow | None:
    """What the display plays from."""
    row = run(connection, f"SELECT {_PLAYLIST} FROM playlist WHERE display_id = ? AND active = 1", display_id).one_or_none()
    return None if row is None else PlaylistRow(*row)


def plays_as(connection: Connection, display_ids: Collection[int]) -> dict[int, int | None]:
    """As whom each display plays; those there are none of, or that nobody has claimed, are left out."""
    text = "SELECT id, user_id FROM display WHERE id IN {ids} AND state NOT IN ('pairing', 'removed')"
    return dict(tuple(row) for row in bulk.select_in(connection, text, display_ids))


def hold_displays(connection: Connection, display_ids: Collection[int | None]) -> set[int]:
    """Nobody else changes what these displays play until the transaction ends; which of them there are, and are claimed."""
    ids = {each for each in display_ids if each is not None}
    text = f"SELECT id FROM display WHERE id IN {{ids}} AND state NOT IN ('pairing', 'removed') ORDER BY id{_lock(connection)}"
    return set(bulk.select_in(connection, text, ids).scalars())


def hold_moving(connection: Connection, playlist_id: int, display_id: int | None) -> tuple[PlaylistRow, set[int]]:
    """As `held` for the playlist and those that play on the displays, and as `hold_displays` for these: the one it goes to, the one it is
    for by then, and any it was for on the way.

    All are held in the order of their ids, or two that swap their playlists at once would wait for each other. Where somebody moves the
    playlist meanwhile, what is held is let go first, with the savepoint, and all of it is held anew."""
    wanted = {display_id}
    while True:
        wanted.add(get(connection, playlist_id).display_id)
        with suppress(_MovedMeanwhile), connection.begin_nested():
            there = hold_displays(connection, wanted)
            row = _held_with_playing(connection, playlist_id, wanted)
            if row.display_id is not None and row.display_id not in wanted:
                raise _MovedMeanwhile
            return row, there


def _held_with_playing(connection: Connection, playlist_id: int, display_ids: Collection[int | None]) -> PlaylistRow:
    text = f"SELECT {_PLAYLIST} FROM playlist WHERE active = 1 AND display_id IN {{ids}} OR id = ? ORDER BY id{_lock(connection)}"
    rows = bulk.select_in(connection, text, [each for each in display_ids if each is not None], playlist_id)
    return _found(next((row for row in rows if row[0] == playlist_id), None), playlist_id)


class _MovedMeanwhile(Exception):
    """The playlist is for another display than it was when displays were held."""


def activate(connection: Connection, playlist_id: int, display_id: int) -> PlaylistRow:
    """The display plays from this playlist, and no other; the row as it was. NotFound when there is no such display or playlist."""
    before = _hold_for(connection, playlist_id, display_id)
    _play(connection, playlist_id, display_id)
    return before


def _hold_for(connection: Connection, playlist_id: int, display_id: int) -> PlaylistRow:
    row, there = hold_moving(connection, playlist_id, display_id)
    if display_id not in there:
        raise NotFound(f"There is no display {display_id}.")
    return row


def _play(connection: Connection, playlist_id: int, display_id: int) -> None:
    run(connection, "UPDATE playlist SET active = 0 WHERE display_id = ? AND active = 1 AND id <> ?", display_id, playlist_id)
    run(connection, "UPDATE playlist SET display_id = ?, active = 1 WHERE id = ?", display_id, playlist_id)


def join_display(connection: Connection, playlist_id: int, display_id: int) -> bool:
    """The playlist is for this display from now on. It plays at once where nothing else does; whether it does. NotFound as `activate`."""
    _hold_for(connection, playlist_id, display_id)
    if active_of(connection, display_id) is None:
        _play(connection, playlist_id, display_id)
        return True
    run(connection, "UPDATE playlist SET display_id = ?, active = 0 WHERE id = ?", display_id, playlist_id)
    return False


def leave_display(connection: Connection, playlist_id: int) -> None:
    """The playlist is for no display any more."""
    run(connection, "UPDATE playlist SET display_id = NULL, active = 0 WHERE id = ?", playlist_id)


def leave_displays(connection: Connection, display_id: int) -> None:
    """For whoever removes the display: its playlists stay, for no display. They are held as `hold_all` holds them."""
    run(connection, f"SELECT id FROM playlist WHERE display_id = ? ORDER BY id{_lock(connection)}", display_id).all()
    run(connection, "UPDATE playlist SET display_id = NULL, active = 0 WHERE display_id = ?", display_id)


# --- blocks


def blocks_of(connection: Connection, playlist_id: int) -> list[BlockRow]:
    """In order."""
    return blocks(connection, [playlist_id]).get(playlist_id, [])


def blocks(connection: Connection, playlist_ids: Collection[int]) -> dict[int, list[BlockRow]]:
    """In order, by playlist; those without any are left out."""
    found: dict[int, list[BlockRow]] = {}
    text = f"SELECT {_BLOCK} FROM block WHERE playlist_id IN {{ids}} ORDER BY playlist_id, position, id"
    for row in bulk.select_in(connection, text, playlist_ids):
        found.setdefault(row[1], []).append(BlockRow(*row))
    return found


def block(connection: Connection, block_id: int) -> BlockRow | None:
    row = run(connection, f"SELECT {_BLOCK} FROM block WHERE id = ?", block_id).one_or_none()
    return None if row is None else BlockRow(*row)


def views_of(connection: Connection, followed: Collection[BlockRow]) -> dict[int, str]:
    """The queries of the saved views that the blocks follow, by view."""
    ids = {each.view_id for each in followed if each.view_id is not None}
    return (
        {} if not ids else dict(tuple(row) for row in bulk.select_in(connection, "SELECT id, query FROM saved_view WHERE id IN {ids}", ids))
    )


def views_named(connection: Connection, followed: Collection[BlockRow]) -> dict[int, SavedView]:
    """The saved views that the blocks follow, by id."""
    ids = {each.view_id for each in followed if each.view_id is not None}
    rows = bulk.select_in(connection, "SELECT id, name, query, created_at FROM saved_view WHERE id IN {ids}", ids)
    return {row[0]: SavedView(*row) for row in rows}


def view_names(connection: Connection, user_id: int) -> dict[int, str]:
    """The names of the user's saved views, by view."""
    return dict(tuple(row) for row in run(connection, "SELECT id, name FROM saved_view WHERE user_id = ?", user_id))


def blocks_following(connection: Connection, view_id: int) -> list[BlockRow]:
    """Blocks of any playlist that follow the saved view; held until the transaction ends."""
    text = f"SELECT {_BLOCK} FROM block WHERE view_id = ? ORDER BY id{_lock(connection)}"
    return [BlockRow(*row) for row in run(connection, text, view_id)]


def add_blocks(connection: Connection, playlist_id: int, said: Sequence[Mapping[str, Any]]) -> list[int]:
    """Behind those there are; each says all of WORDS. Their ids, in order."""
    start = int(run(connection, "SELECT coalesce(max(position) + 1, 0) FROM block WHERE playlist_id = ?", playlist_id).scalar_one())
    names = ", ".join(f'"{name}"' for name in WORDS)
    text = f"INSERT INTO block (playlist_id, position, {names}) VALUES (?, ?{', ?' * len(WORDS)}) RETURNING id"
    return [
        int(run(connection, text, playlist_id, start + place, *(each[name] for name in WORDS)).scalar_one())
        for place, each in enumerate(said)
    ]


def change_block(connection: Connection, block_id: int, said: Mapping[str, Any]) -> None:
    """Sets any of WORDS."""
    settings = ", ".join(f'"{name}" = ?' for name in said)
    run(connection, f"UPDATE block SET {settings} WHERE id = ?", *said.values(), block_id)


def remove_block(connection: Connection, playlist_id: int, block_id: int) -> None:
    """Those behind it move up."""
    run(connection, "DELETE FROM block WHERE id = ?", block_id)
    order_blocks(connection, [each.id for each in blocks_of(connection, playlist_id)])


def order_blocks(connection: Connection, block_ids: Sequence[int]) -> None:
    """All blocks of one playlist, in their new order."""
    bulk.update(connection, block_table, ("id",), ("position",), [(each, place) for place, each in enumerate(block_ids)])


def _lock(connection: Connection) -> str:
    """SQLite holds its write lock already."""
    return " FOR UPDATE" if connection.dialect.name == "postgresql" else ""


def _found(row: Any, playlist_id: int) -> PlaylistRow:
    if row is None:
        raise NotFound(f"There is no playlist {playlist_id}.")
    return PlaylistRow(*row)
