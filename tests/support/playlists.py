"""Rows that tests of playlists stand on: people, items and displays, with little else."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from longshelf.store import bulk, tables
from longshelf.store.database import run
from longshelf.store.display_tables import display

ITEM = ("id", "library_id", "external_id", "kind", "title", "title_key", "added_at", "updated_at", "content_hash", "revision")


def fill(connection: Connection, items: int = 0, users: int = 2) -> None:
    """Users, and items of one library, with ids from 1."""
    connection.execute(insert(tables.library).values(id=1, name="Videos", type="stash", created_at=1))
    for number in range(1, users + 1):
        connection.execute(
            insert(tables.user).values(id=number, name=str(number), name_key=str(number), admin=int(number == 1), created_at=1)
        )
    add_items(connection, range(1, items + 1))


def add_items(connection: Connection, ids: Iterable[int], *, library_id: int = 1) -> None:
    rows = [(each, library_id, f"x{each}", "video", f"Film {each}", f"film {each}", each, 1, b"", 1) for each in ids]
    bulk.insert(connection, tables.item, ITEM, rows)


def add_display(connection: Connection, display_id: int, *, user_id: int | None = 1, state: str = "playing") -> None:
    values = {"id": display_id, "code": f"CODE{display_id:04}", "name": f"Wall {display_id}", "user_id": user_id, "state": state}
    connection.execute(insert(display).values(**values, created_at=1, claimed_at=1))


def active(connection: Connection) -> dict[int, list[int]]:
    """Playlists that say they are active, by display."""
    found: dict[int, list[int]] = {}
    for display_id, playlist_id in run(connection, "SELECT display_id, id FROM playlist WHERE active = 1 ORDER BY id"):
        found.setdefault(display_id, []).append(playlist_id)
    return found
