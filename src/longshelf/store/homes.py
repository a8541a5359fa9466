"""Home pages as their owners chose them: ids of rows with their titles, in order. What an id means is `catalog.home`'s business."""

import msgspec
from sqlalchemy import Connection

from longshelf.store.database import run

Rows = list[tuple[str, str | None]]


def chosen(connection: Connection, user_id: int) -> Rows | None:
    """(id, title) in order; None for who has chosen nothing."""
    text = run(connection, "SELECT carousels FROM home WHERE user_id = ?", user_id).scalar()
    return None if text is None else msgspec.json.decode(text, type=Rows)


def choose(connection: Connection, user_id: int, rows: Rows | None, *, at: int) -> None:
    """None takes the choice back."""
    if rows is None:
        run(connection, "DELETE FROM home WHERE user_id = ?", user_id)
        return
    text = """INSERT INTO home (user_id, carousels, updated_at) VALUES (?, ?, ?)
        ON CONFLICT (user_id) DO UPDATE SET carousels = excluded.carousels, updated_at = excluded.updated_at"""
    run(connection, text, user_id, msgspec.json.encode(rows).decode(), at)
