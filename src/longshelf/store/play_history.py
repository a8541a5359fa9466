"""What displays played. The history is never rewritten, and what is old of it is forgotten; of every item a display ever played, the number
of its last play is kept beside it, so that "not yet", "in this round" and "longest ago" are look-ups, however long the history is."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from longshelf.store.database import placeholders, run
from longshelf.store.slots import Overtaken

KEPT = 5_000  # plays of a display that are kept
AT_ONCE = 1_000  # rows that are forgotten in one transaction


class Candidate(NamedTuple):
    """A live item as a display looks at it; `number` is that of its last play there, None before the first."""

    item_id: int
    kind: str
    duration: float | None
    added_at: int
    number: int | None


class Entry(NamedTuple):
    """One play; `played_at` is when it ended."""

    id: int
    number: int
    item_id: int
    block_id: int
    slot_id: int
    loop: int
    outcome: str
    seconds: float
    played_at: int


def record(connection: Connection, display_id: int, **values: Any) -> None:
    """One play, with every column but the id. Overtaken when the item is gone."""
    names = ", ".join(values)
    marks = ", ?" * len(values)
    text = """INSERT INTO display_item (display_id, item_id, number) VALUES (?, ?, ?)
              ON CONFLICT (display_id, item_id) DO UPDATE SET number = excluded.number"""
    try:
        run(connection, f"INSERT INTO play_history (display_id, {names}) VALUES (?{marks})", display_id, *values.values())
        run(connection, text, display_id, values["item_id"], values["number"])
    except IntegrityError:
        raise Overtaken("An item was removed with its library just now. Try again.") from None


def candidates(connection: Connection, display_id: int, item_ids: Collection[int]) -> dict[int, Candidate]:
    """By item; those that are gone are left out."""
    text = """SELECT item.id, item.kind, item.duration, item.added_at, seen.number FROM item
              LEFT JOIN display_item AS seen ON seen.display_id = ? AND seen.item_id = item.id
              WHERE item.deleted_at IS NULL AND item.id IN {ids}"""
    if not item_ids:
        return {}
    return {row[0]: Candidate(*row) for row in _select_in(connection, text, item_ids, display_id)}


def oldest(connection: Connection, display_id: int, after: int, count: int) -> list[tuple[int, int]]:
    """(number, item) of last plays beyond number `after`, the longest ago first."""
    text = "SELECT number, item_id FROM display_item WHERE display_id = ? AND number > ? ORDER BY number LIMIT ?"
    return [(row[0], row[1]) for row in run(connection, text, display_id, after, count).all()]


def oldest_of(connection: Connection, display_id: int, after: int, count: int, item_ids: Collection[int]) -> list[tuple[int, int]]:
    """As `oldest`, of these items alone."""
    text = f"""SELECT number, item_id FROM display_item WHERE display_id = ? AND number > ? AND item_id IN {{ids}}
               ORDER BY number LIMIT {count:d}"""
    return [(number, item_id) for number, item_id in _select_in(connection, text, item_ids, display_id, after)]


def last_plays(connection: Connection, display_id: int, after: int, count: int) -> list[tuple[int, int]]:
    """(item, number of its last play) of what the display played last beyond number `after`, by item; the newest `count`."""
    text = "SELECT item_id, number FROM display_item WHERE display_id = ? AND number > ? ORDER BY number DESC LIMIT ?"
    return sorted((item_id, number) for item_id, number in run(connection, text, display_id, after, count).all())


def forget(connection: Connection, display_id: int, until: int) -> int:
    """Some of the display's plays up to number `until`; how many, 0 when there are none (any more)."""
    text = """DELETE FROM play_history WHERE id IN
              (SELECT id FROM play_history WHERE display_id = ? AND number <= ? ORDER BY number LIMIT ?)"""
    return run(connection, text, display_id, until, AT_ONCE).rowcount


def forget_items(connection: Connection, display_id: int) -> int:
    """Some of what the display knows of items it played, for one that is being removed; how many, 0 when there are none (any more)."""
    text = """DELETE FROM display_item WHERE display_id = ? AND item_id IN
              (SELECT item_id FROM display_item WHERE display_id = ? ORDER BY item_id LIMIT ?)"""
    return run(connection, text, display_id, display_id, AT_ONCE).rowcount


def newest(connection: Connection) -> dict[int, int]:
    """The number of the newest play, by display."""
    text = "SELECT id, number FROM display WHERE number > 0 ORDER BY id"
    return dict(tuple(row) for row in run(connection, text))


def page(connection: Connection, display_id: int, start: int, count: int) -> list[Entry]:
    """A stretch of the history, the newest first."""
    names = ", ".join(Entry._fields)
    text = f"SELECT {names} FROM play_history WHERE display_id = ? ORDER BY number DESC LIMIT ? OFFSET ?"
    return [Entry(*row) for row in run(connection, text, display_id, count, start)]


def _select_in(connection: Connection, text: str, ids: Collection[int], *before: int) -> list[Any]:
    """As `bulk.select_in`, for a text with a `?` or several before its list."""
    listed = ",".join(map(str, ids))
    if connection.dialect.name == "sqlite":
        return list(connection.exec_driver_sql(text.replace("{ids}", "(SELECT value FROM json_each(?))"), (*before, f"[{listed}]")))
    array = text.replace("{ids}", "(SELECT unnest(?::bigint[]))")
    return list(connection.exec_driver_sql(placeholders(connection, array), (*before, f"{{{listed}}}")))
