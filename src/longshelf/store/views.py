"""Saved filters, each person's own: a name and the part of an address behind `?`."""

from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.store.database import run


class SavedView(NamedTuple):
    """`created_at` in microseconds."""

    id: int
    name: str
    query: str
    created_at: int


def listed(connection: Connection, user_id: int) -> list[SavedView]:
    """By name."""
    rows = run(connection, "SELECT id, name, query, created_at FROM saved_view WHERE user_id = ? ORDER BY name, id", user_id)
    return [SavedView(*row) for row in rows]


def held(connection: Connection, user_id: int, view_id: int) -> SavedView:
    """Nobody changes it, and no block begins to follow it, until the transaction ends. NotFound when the person has no such view."""
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""  # SQLite holds its write lock already
    text = f"SELECT id, name, query, created_at FROM saved_view WHERE user_id = ? AND id = ?{lock}"
    row = run(connection, text, user_id, view_id).one_or_none()
    if row is None:
        raise NotFound(f"There is no view {view_id}.")
    return SavedView(*row)


def stays(connection: Connection, user_id: int, view_id: int, *, asks: bool = False) -> bool:
    """Whether the person has such a view; he then has it until the transaction ends, unless it only `asks` (a reader may hold nothing)."""
    lock = " FOR KEY SHARE" if connection.dialect.name == "postgresql" and not asks else ""
    return run(connection, f"SELECT id FROM saved_view WHERE user_id = ? AND id = ?{lock}", user_id, view_id).one_or_none() is not None


def save(connection: Connection, user_id: int, name: str, query: str, *, at: int) -> SavedView:
    """One of the same name is replaced."""
    text = """INSERT INTO saved_view (user_id, name, query, created_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (user_id, name) DO UPDATE SET query = excluded.query RETURNING id, name, query, created_at"""
    return SavedView(*run(connection, text, user_id, name, query, at).one())


def remove(connection: Connection, user_id: int, view_id: int) -> None:
    """NotFound when the person has no such view."""
    if run(connection, "DELETE FROM saved_view WHERE user_id = ? AND id = ?", user_id, view_id).rowcount == 0:
        raise NotFound(f"There is no view {view_id}.")
