"""Sums over what people watched and read. Which items may count is the caller's business: he names them."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.times import DAY
from longshelf.store import bulk
from longshelf.store.database import run

_PLAYED = "SELECT item_id, play_count, play_seconds FROM user_item WHERE item_id IN {ids} AND user_id = ?"


class DayRow(NamedTuple):
    """What a person watched of an item on a day, which is a number of days since 1970 UTC."""

    item_id: int
    day: int
    plays: int
    seconds: float


class PlayedRow(NamedTuple):
    """An item with what a person played of it."""

    id: int
    kind: ItemKind
    title: str
    cover_version: str
    plays: int
    seconds: float


class CarriedRow(NamedTuple):
    """An entity, and what a person played of the items that carry it."""

    id: int
    kind: EntityKind
    name: str
    items: int
    plays: int
    seconds: float


def days(connection: Connection, user_id: int, since: int, most: int) -> list[DayRow]:
    """Sittings since a moment, by item and day of their beginning; of the `most` newest pairs."""
    text = f"""SELECT item_id, started_at / {DAY} AS day, sum(CASE WHEN counted = 1 THEN 1 ELSE 0 END), sum(seconds)
               FROM play WHERE user_id = ? AND started_at >= ? GROUP BY item_id, started_at / {DAY} ORDER BY day DESC, item_id LIMIT ?"""
    return [DayRow(row[0], int(row[1]), int(row[2]), float(row[3])) for row in run(connection, text, user_id, since, most)]


def sums(connection: Connection, user_id: int, ids: Iterable[int]) -> tuple[int, float]:
    """(plays, seconds) of these items."""
    text = f"SELECT coalesce(sum(play_count), 0), coalesce(sum(play_seconds), 0) FROM ({_PLAYED}) AS played"
    row = bulk.select_in(connection, text, ids, user_id).one()
    return int(row[0]), float(row[1])


def kinds(connection: Connection, user_id: int, ids: Iterable[int]) -> list[tuple[ItemKind, int, float]]:
    """(kind, plays, seconds) of these items, the longest first."""
    text = f"""SELECT i.kind, sum(p.play_count), sum(p.play_seconds) AS seconds FROM ({_PLAYED}) AS p JOIN item AS i ON i.id = p.item_id
               GROUP BY i.kind ORDER BY seconds DESC, i.kind"""
    return [(ItemKind(row[0]), int(row[1]), float(row[2])) for row in bulk.select_in(connection, text, ids, user_id)]


def played(connection: Connection, user_id: int, ids: Iterable[int]) -> dict[int, PlayedRow]:
    """These items by id."""
    text = f"""SELECT i.id, i.kind, i.title, i.cover_version, p.play_count, p.play_seconds FROM ({_PLAYED}) AS p
               JOIN item AS i ON i.id = p.item_id"""
    return {row[0]: PlayedRow(row[0], ItemKind(row[1]), *row[2:]) for row in bulk.select_in(connection, text, ids, user_id)}


def carried(connection: Connection, user_id: int, ids: Iterable[int], kinds: Iterable[EntityKind], most: int) -> list[CarriedRow]:
    """The `most` entities of each kind that these items were played for most often, then longest; ties by id."""
    listed = ", ".join(f"'{kind.value}'" for kind in kinds)
    text = f"""
        WITH played AS ({_PLAYED}),
        pairs AS (SELECT DISTINCT l.kind, l.entity_id, l.item_id FROM played JOIN link AS l ON l.item_id = played.item_id
                  WHERE l.kind IN ({listed})),
        summed AS (SELECT kind, entity_id, count(*) AS items, sum(play_count) AS plays, sum(play_seconds) AS seconds
                   FROM pairs JOIN played ON played.item_id = pairs.item_id GROUP BY kind, entity_id),
        placed AS (SELECT summed.*, row_number() OVER (PARTITION BY kind ORDER BY plays DESC, seconds DESC, entity_id) AS place FROM summed)
        SELECT e.id, e.kind, e.name, placed.items, placed.plays, placed.seconds FROM placed JOIN entity AS e ON e.id = placed.entity_id
        WHERE placed.place <= ? ORDER BY e.kind, placed.place"""
    rows = bulk.select_in(connection, text, ids, user_id, most)
    return [CarriedRow(row[0], EntityKind(row[1]), row[2], int(row[3]), int(row[4]), float(row[5])) for row in rows]


def active_users(connection: Connection, since: int) -> int:
    """Accounts that used the server by a session or a key since a moment."""
    text = """SELECT count(*) FROM (SELECT user_id FROM session WHERE seen_at >= ?
              UNION SELECT user_id FROM api_key WHERE used_at >= ?) AS active"""
    return int(run(connection, text, since, since).scalar_one())


def accounts(connection: Connection) -> int:
    """Those that can sign in."""
    return int(run(connection, 'SELECT count(*) FROM "user" WHERE disabled_at IS NULL').scalar_one())
