"""What a person says about items and entities: rating, favourite, progress, plays, hidden. It belongs to the person and outlives the
deletion of the item; an absent row means that nothing was said.

Whoever writes here raises the person's version first, in the same transaction: what was kept about a version stays true for it, and rows
about items carry the version that wrote them, so that what came after a version is read alone. Raising it also makes one person's
writers wait for each other, so that versions are committed in their order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from longshelf.errors import Invalid, OutOfRange
from longshelf.model.kinds import EntityKind
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.engine.facets import named
from longshelf.store.tables import entity, user_entity, user_item


class ItemWord(msgspec.Struct, frozen=True):
    """One person on one item. `rating` 0-100, `progress` 0-1 of the whole, `*_at` microseconds since 1970 UTC."""

    rating: int | None = None
    favorite: bool = False
    progress: float | None = None
    play_count: int = 0
    play_seconds: float = 0.0
    last_played_at: int | None = None
    hidden: bool = False


class EntityWord(msgspec.Struct, frozen=True):
    """One person on one entity. `rating` 0-100."""

    rating: int | None = None
    favorite: bool = False
    hidden: bool = False


# What may be set: its type and the highest number allowed (the lowest is 0). Numbers can be taken back with None, booleans cannot.
FIELDS: Mapping[str, tuple[type, int]] = {"rating": (int, 100), "favorite": (bool, 1), "progress": (float, 1), "hidden": (bool, 1)}
ITEM_FIELDS = ("rating", "favorite", "progress", "hidden")
ENTITY_FIELDS = ("rating", "favorite", "hidden")
IMPORTED = ("user_id", "item_id", *ItemWord.__struct_fields__, "updated_at")


def version(connection: Connection, user_id: int) -> int:
    """Greater after every transaction that wrote what this user says, or removed it with its items; 0 for a user nobody knows."""
    return int(run(connection, 'SELECT personal_version FROM "user" WHERE id = ?', user_id).scalar() or 0)


def state(connection: Connection, user_id: int) -> tuple[int, int]:
    """(revision of the catalogue, version of what this user says): while both are the same, so is all that follows from them."""
    text = """SELECT revision.value, u.personal_version FROM revision CROSS JOIN "user" AS u WHERE revision.id = 1 AND u.id = ?"""
    row = run(connection, text, user_id).one_or_none()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def on_items(connection: Connection, user_id: int, item_ids: Iterable[int]) -> dict[int, ItemWord]:
    """What the user said about these items; those he said nothing about are left out."""
    columns = ", ".join(ItemWord.__struct_fields__)
    text = f"SELECT item_id, {columns} FROM user_item WHERE item_id IN {{ids}} AND user_id = ?"
    return {
        row[0]: ItemWord(row[1], bool(row[2]), row[3], row[4], row[5], row[6], bool(row[7]))
        for row in bulk.select_in(connection, text, item_ids, user_id)
    }


def on_entities(connection: Connection, user_id: int, entity_ids: Iterable[int]) -> dict[int, EntityWord]:
    """What the user said about these entities; those he said nothing about are left out."""
    text = "SELECT entity_id, rating, favorite, hidden FROM user_entity WHERE entity_id IN {ids} AND user_id = ?"
    return {row[0]: EntityWord(row[1], bool(row[2]), bool(row[3])) for row in bulk.select_in(connection, text, entity_ids, user_id)}


def favorites(connection: Connection, user_id: int, kind: EntityKind, q: str, most: int) -> list[int]:
    """The first entities of a kind by name that the user favours and whose names hold every word of `q`."""
    asked = select(entity.c.id).join(user_entity, user_entity.c.entity_id == entity.c.id)
    asked = asked.where(user_entity.c.user_id == user_id, user_entity.c.favorite == 1, entity.c.kind == kind.value)
    asked = asked.where(entity.c.deleted_at.is_(None), named(q, connection.dialect.name))
    return list(connection.execute(asked.order_by(entity.c.sort_key, entity.c.id).limit(most)).scalars())


def say_item(connection: Connection, user_id: int, item_id: int, said: Mapping[str, Any], *, at: int) -> ItemWord:
    """Sets any of ITEM_FIELDS; what is not named stays. Invalid for other names, OutOfRange for a number outside FIELDS."""
    values = {**checked(said, ITEM_FIELDS), "updated_at": at, "version": _raise_version(connection, user_id)}
    _say(connection, ("user_item", "item_id"), (user_id, item_id), values)
    return on_items(connection, user_id, [item_id])[item_id]


def say_entity(connection: Connection, user_id: int, entity_id: int, said: Mapping[str, Any], *, at: int) -> EntityWord:
    """Sets any of ENTITY_FIELDS; what is not named stays. Invalid for other names, OutOfRange for a number outside FIELDS."""
    values = {**checked(said, ENTITY_FIELDS), "updated_at": at}
    _raise_version(connection, user_id)
    _say(connection, ("user_entity", "entity_id"), (user_id, entity_id), values)
    return on_entities(connection, user_id, [entity_id])[entity_id]


def play(
    connection: Connection, user_id: int, item_id: int, *, seconds: float, at: int, started: bool, progress: float | None = None
) -> None:
    """Adds watched or read time; `started` counts one more play, and `progress` is set where it is given."""
    text = """
        INSERT INTO user_item (user_id, item_id, play_count, play_seconds, last_played_at, progress, updated_at, version)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, item_id) DO UPDATE SET play_count = user_item.play_count + excluded.play_count,
            play_seconds = user_item.play_seconds + excluded.play_seconds,
            last_played_at = excluded.last_played_at, progress = coalesce(excluded.progress, user_item.progress),
            updated_at = excluded.updated_at, version = excluded.version"""
    run(connection, text, user_id, item_id, int(started), seconds, at, progress, at, _raise_version(connection, user_id))


def unplay(connection: Connection, user_id: int, play_id: int | None, *, at: int) -> None:
    """Takes back what one sitting (all of the user's: None) added, before its row goes. Progress stays where it is."""
    one, other, ids = ("", "1 = 0", []) if play_id is None else (" AND id = ?", "play.id <> ?", [play_id])
    text = f"""
        UPDATE user_item SET updated_at = ?, version = ?,
            play_count = CASE WHEN play_count > gone.plays THEN play_count - gone.plays ELSE 0 END,
            play_seconds = CASE WHEN play_seconds > gone.seconds THEN play_seconds - gone.seconds ELSE 0 END,
            last_played_at = coalesce(
                (SELECT max(last_at) FROM play WHERE play.user_id = user_item.user_id AND play.item_id = user_item.item_id AND {other}),
                CASE WHEN play_count > gone.plays THEN last_played_at END)
        FROM (SELECT item_id, sum(CASE WHEN counted = 1 THEN 1 ELSE 0 END) AS plays, sum(seconds) AS seconds
              FROM play WHERE user_id = ?{one} GROUP BY item_id) AS gone
        WHERE user_item.user_id = ? AND user_item.item_id = gone.item_id"""
    run(connection, text, at, _raise_version(connection, user_id), *ids, user_id, *ids, user_id)


def mark(connection: Connection, user_id: int, item_id: int, *, watched: bool, at: int) -> bool:
    """Marks as watched or read to the end, or as never played; whether that is news. Watched time stays."""
    before = on_items(connection, user_id, [item_id]).get(item_id, ItemWord())
    if watched:
        news = before.play_count == 0
        play(connection, user_id, item_id, seconds=0.0, at=at, started=news, progress=1.0)
        return news
    values = {"progress": None, "play_count": 0, "updated_at": at, "version": _raise_version(connection, user_id)}
    _say(connection, ("user_item", "item_id"), (user_id, item_id), values)
    return before.play_count > 0


def put_items(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Writes whole words about items, as an import or a restore brings them; `rows` in the order of IMPORTED."""
    versions = {user_id: _raise_version(connection, user_id) for user_id in sorted({row[0] for row in rows})}
    versioned = [(*row, versions[row[0]]) for row in rows]
    bulk.upsert(connection, user_item, (*IMPORTED, "version"), versioned, ("user_id", "item_id"))


def hold(connection: Connection, user_ids: Iterable[int]) -> None:
    """Until the transaction ends nobody else writes what these people say, so that what is read of it afterwards can be written back
    whole. SQLite has one writer anyway."""
    if connection.dialect.name != "sqlite":
        bulk.select_in(connection, 'SELECT id FROM "user" WHERE id IN {ids} ORDER BY id FOR UPDATE', user_ids)


def raise_versions(connection: Connection, item_ids: Sequence[int]) -> None:
    """For whoever removes items with all that was said about them; to be called before."""
    text = "SELECT DISTINCT user_id FROM user_item WHERE item_id IN {ids} ORDER BY user_id"
    for user_id in bulk.select_in(connection, text, item_ids).scalars().all():
        _raise_version(connection, user_id)


def checked(said: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The values as the table keeps them. Invalid for a name outside `fields` or a wrong type, OutOfRange for too small or large."""
    unknown = [name for name in said if name not in fields]
    if unknown:
        raise Invalid(unknown[0], f"not one of {', '.join(fields)}")
    return {name: _checked(name, value) for name, value in said.items()}


def _checked(name: str, value: Any) -> int | float | None:
    kind, high = FIELDS[name]
    if kind is bool:
        if not isinstance(value, bool):
            raise Invalid(name, "write true or false")
        return int(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else int):
        raise Invalid(name, "write a number" if kind is float else "write a whole number")
    if not 0 <= value <= high:
        raise OutOfRange(name, f"from 0 to {high}")
    return kind(value)  # type: ignore[no-any-return]


def _raise_version(connection: Connection, user_id: int) -> int:
    """The new one. 0 where there is no such user, whose rows the store refuses."""
    text = 'UPDATE "user" SET personal_version = personal_version + 1 WHERE id = ? RETURNING personal_version'
    return int(run(connection, text, user_id).scalar() or 0)


def _say(connection: Connection, place: tuple[str, str], who: tuple[int, int], values: Mapping[str, Any]) -> None:
    table, other = place
    names = ", ".join(values)
    settings = ", ".join(f"{name} = excluded.{name}" for name in values)
    text = (
        f"INSERT INTO {table} (user_id, {other}, {names}) VALUES (?, ?, {', '.join('?' * len(values))})"
        f" ON CONFLICT (user_id, {other}) DO UPDATE SET {settings}"
    )
    run(connection, text, *who, *values.values())
