"""What tells a person's taste: the items and entities he said most about, and what those items carry. Bounded, whatever he has said: each
list is read along an index from its end."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.model.kinds import EntityKind
from longshelf.model.likeness import SHARES
from longshelf.model.taste import NEUTRAL, Signal
from longshelf.model.watching import BEGUN
from longshelf.store import bulk
from longshelf.store.database import run

FAVORITES, RATED, LOW_RATED, PLAYED, RECENT = 200, 150, 50, 100, 200
_KINDS: Mapping[str, EntityKind] = {kind.value: kind for kind in SHARES}
ENTITIES = 300  # of those he favours, and of those he rates
_LISTS: Mapping[str, tuple[int, str]] = {
    "favorites": (FAVORITES, "favorite > 0 ORDER BY favorite DESC, item_id DESC"),
    "rated": (RATED, f"rating IS NOT NULL AND rating > {NEUTRAL} ORDER BY rating DESC, item_id DESC"),
    "low rated": (LOW_RATED, f"rating IS NOT NULL AND rating < {NEUTRAL} ORDER BY rating, item_id"),
    "played": (PLAYED, "play_count > 0 ORDER BY play_count DESC, item_id DESC"),
}


class Fact(NamedTuple):
    """`rating` 0-100 from the source, `added_at` in µs."""

    rating: int | None
    added_at: int


def items(connection: Connection, user_id: int, today: int) -> dict[int, Signal]:
    """By item. Plays from `today` on (µs) do not count yet."""
    ids: set[int] = set()
    for most, condition in _LISTS.values():
        ids.update(run(connection, f"SELECT item_id FROM user_item WHERE user_id = ? AND {condition} LIMIT ?", user_id, most).scalars())
    recent = "SELECT item_id FROM play WHERE user_id = ? AND started_at < ? AND counted = 1 ORDER BY started_at DESC, id DESC LIMIT ?"
    ids.update(run(connection, recent, user_id, today, RECENT).scalars())
    fresh = "SELECT item_id, count(*) FROM play WHERE user_id = ? AND started_at >= ? AND counted = 1 GROUP BY item_id"
    later = {row[0]: int(row[1]) for row in run(connection, fresh, user_id, today)}
    text = "SELECT item_id, favorite, rating, play_count FROM user_item WHERE item_id IN {ids} AND user_id = ?"
    return {
        row[0]: Signal(favorite=bool(row[1]), rating=row[2], plays=max(row[3] - later.get(row[0], 0), 0))
        for row in bulk.select_in(connection, text, sorted(ids), user_id)
    }


def fresh(connection: Connection, user_id: int, today: int) -> list[int]:
    """Items that were begun or played today (from `today` on, in µs), and never before."""
    text = """
        SELECT t.item_id FROM (SELECT item_id, sum(CASE WHEN counted = 1 THEN 1 ELSE 0 END) AS plays FROM play
                               WHERE user_id = ? AND started_at >= ? GROUP BY item_id) AS t
        JOIN user_item AS u ON u.user_id = ? AND u.item_id = t.item_id
        WHERE u.play_count <= t.plays AND (u.play_count > 0 OR u.progress >= ?)
          AND NOT EXISTS (SELECT 1 FROM play AS e WHERE e.user_id = ? AND e.item_id = t.item_id AND e.started_at < ?)
        ORDER BY t.item_id"""
    return list(run(connection, text, user_id, today, user_id, BEGUN, user_id, today).scalars())


def entities(connection: Connection, user_id: int) -> dict[tuple[EntityKind, int], Signal]:
    """By kind and entity, of those that still are."""
    text = """SELECT e.kind, e.id, u.favorite, u.rating FROM user_entity AS u JOIN entity AS e ON e.id = u.entity_id
              WHERE u.user_id = ? AND e.deleted_at IS NULL AND (u.favorite = 1 OR u.rating IS NOT NULL)
              ORDER BY u.favorite DESC, u.rating DESC, e.id LIMIT ?"""
    rows = run(connection, text, user_id, ENTITIES)
    return {(EntityKind(row[0]), row[1]): Signal(favorite=bool(row[2]), rating=row[3]) for row in rows}


def carried(connection: Connection, item_ids: Iterable[int]) -> list[tuple[int, EntityKind, int]]:
    """(item, kind, entity) of the links that tell something; some twice, where a person has two roles."""
    listed = ", ".join(f"'{kind.value}'" for kind in SHARES)
    text = f"SELECT item_id, kind, entity_id FROM link WHERE item_id IN {{ids}} AND kind IN ({listed})"
    return [(item_id, _KINDS[kind], entity_id) for item_id, kind, entity_id in bulk.select_in(connection, text, item_ids).all()]


def facts(connection: Connection, item_ids: Sequence[int]) -> dict[int, Fact]:
    """By item; unknown ids are left out."""
    rows = bulk.select_in(connection, "SELECT id, rating, added_at FROM item WHERE id IN {ids}", item_ids)
    return {row[0]: Fact(row[1], row[2]) for row in rows}


def names(connection: Connection, entity_ids: Iterable[int]) -> dict[int, str]:
    """Of entities, by id."""
    return {row[0]: row[1] for row in bulk.select_in(connection, "SELECT id, name FROM entity WHERE id IN {ids}", entity_ids)}


def titles(connection: Connection, item_ids: Iterable[int]) -> dict[int, str]:
    """Of items, by id."""
    return {row[0]: row[1] for row in bulk.select_in(connection, "SELECT id, title FROM item WHERE id IN {ids}", item_ids)}
