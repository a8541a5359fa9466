"""Rows of displays: screens and what they are asked to do. Slots are `slots`'s.

The rule: every change an administrator or a player should hear of goes through `tell`, which gives the display a version no display ever
had. Versions are given under one row's lock, the last thing before the commit, so who has heard of one has heard of all before it."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.hot import HotReads

Rows = Callable[..., Iterable[Any]]  # runs one of our own SQL texts: `HotReads.rows`, or `run` on a connection

PAIRING, PLAYING, PAUSED, STOPPED = "pairing", "playing", "paused", "stopped"
REMOVED = "removed"  # all that is left of a display: its code, so that its screen can be told


class DisplayRow(NamedTuple):
    """`*_at` are microseconds since 1970 UTC, `position` and `seek_to` seconds, switches 0 or 1."""

    id: int
    code: str
    name: str
    user_id: int | None
    state: str
    generation: int
    step: int
    asked: int
    answered: int
    playlist_id: int | None
    playlist_version: int | None
    number: int
    position: float
    position_at: int
    started_at: int | None
    due_at: int | None
    look_at: int | None
    online: int
    seek_to: float | None
    seek_number: int
    volume: int
    muted: int
    settings: str
    note: str
    version: int
    created_at: int
    claimed_at: int | None
    last_seen_at: int | None


_CLAIMED = "state NOT IN ('pairing', 'removed')"
_COLUMNS = ", ".join(DisplayRow._fields)
_BY_CODE = f"SELECT {_COLUMNS} FROM display WHERE code = ?"


def get(connection: Connection, display_id: int) -> DisplayRow:
    """A claimed one. NotFound when there is no such display."""
    found = run(connection, f"SELECT {_COLUMNS} FROM display WHERE id = ? AND {_CLAIMED}", display_id).one_or_none()
    return _found(found, display_id)


def held(connection: Connection, display_id: int) -> DisplayRow:
    """As `get`, and nobody else changes the display until the transaction ends."""
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""  # SQLite holds its write lock already
    text = f"SELECT {_COLUMNS} FROM display WHERE id = ? AND {_CLAIMED}{lock}"
    return _found(run(connection, text, display_id).one_or_none(), display_id)


def hold(connection: Connection, ids: Collection[int]) -> list[DisplayRow]:
    """As `held`, of those that are there, in one order."""
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    text = f"SELECT {_COLUMNS} FROM display WHERE id IN {{ids}} AND {_CLAIMED} ORDER BY id{lock}"
    return [DisplayRow(*row) for row in bulk.select_in(connection, text, ids)]


def by_code(hot: HotReads, code: str) -> DisplayRow | None:
    """Claimed, waiting to be, or removed."""
    found = hot.rows(_BY_CODE, code)
    return DisplayRow(*found[0]) if found else None


def of_ids(connection: Connection, ids: Collection[int]) -> list[DisplayRow]:
    """The claimed ones among them."""
    text = f"SELECT {_COLUMNS} FROM display WHERE id IN {{ids}} AND {_CLAIMED} ORDER BY id"
    return [DisplayRow(*row) for row in bulk.select_in(connection, text, ids)]


class Shown(NamedTuple):
    """A claimed display as administrators are shown it, with its person, its active playlist and its current slot; None where there is
    none. `user_disabled_at` is when the person's account was disabled."""

    id: int
    code: str
    name: str
    state: str
    generation: int
    position: float
    position_at: int
    due_at: int | None
    volume: int
    muted: int
    settings: str
    note: str
    version: int
    created_at: int
    claimed_at: int | None
    last_seen_at: int | None
    user_id: int | None
    user_name: str | None
    user_disabled_at: int | None
    playlist_id: int | None
    playlist_name: str | None
    slot_id: int | None
    slot_generation: int | None
    block_id: int | None
    item_id: int | None
    seconds: float | None


_OWN = Shown._fields[: Shown._fields.index("user_id")]
_SHOWN = f"""
    SELECT {", ".join(f"d.{name}" for name in _OWN)}, u.id, u.name, u.disabled_at, p.id, p.name,
        s.id, s.generation, s.block_id, s.item_id, s.seconds
    FROM display d LEFT JOIN "user" u ON u.id = d.user_id LEFT JOIN playlist p ON p.display_id = d.id AND p.active = 1
    LEFT JOIN slot s ON s.display_id = d.id AND s.status = 'current' WHERE d.{_CLAIMED}"""


class Outline(NamedTuple):
    """What a long list of displays is searched and cut by."""

    id: int
    name: str
    last_seen_at: int | None
    version: int


def outlines(connection: Connection) -> list[Outline]:
    """Of the claimed ones, by name."""
    text = f"SELECT id, name, last_seen_at, version FROM display WHERE {_CLAIMED} ORDER BY lower(name), name, id"
    return [Outline._make(row) for row in run(connection, text).all()]


def shown(connection: Connection) -> list[Shown]:
    """The claimed ones, by name: one statement, and one row a display."""
    return [Shown._make(row) for row in run(connection, f"{_SHOWN} ORDER BY lower(d.name), d.name, d.id").all()]


def shown_of(connection: Connection, ids: Collection[int]) -> list[Shown]:
    """The claimed ones among them."""
    return [Shown._make(row) for row in bulk.select_in(connection, f"{_SHOWN} AND d.id IN {{ids}} ORDER BY d.id", ids).all()]


def shown_one(connection: Connection, display_id: int) -> Shown:
    """NotFound when there is no such display."""
    for each in shown_of(connection, [display_id]):
        return each
    raise _none(display_id)


# --- pairing


def add(connection: Connection, code: str, at: int) -> int:
    """A screen that waits to be claimed; its id."""
    text = "INSERT INTO display (code, state, created_at, last_seen_at) VALUES (?, 'pairing', ?, ?) RETURNING id"
    return int(run(connection, text, code, at, at).scalar_one())


def waiting(connection: Connection) -> int:
    """How many wait to be claimed."""
    return int(run(connection, "SELECT count(*) FROM display WHERE state = 'pairing'").scalar_one())


def forget_waiting(connection: Connection, before: int) -> int:
    """Those nobody claimed, not seen since `before`; how many."""
    return run(connection, "DELETE FROM display WHERE state = 'pairing' AND coalesce(last_seen_at, created_at) < ?", before).rowcount


def claim(connection: Connection, code: str, name: str, user_id: int, at: int) -> int | None:
    """The id of the display that is claimed now; None when nobody waits under this code (any more)."""
    text = """UPDATE display SET state = 'playing', name = ?, user_id = ?, claimed_at = ?, online = 1, last_seen_at = ?
              WHERE code = ? AND state = 'pairing' RETURNING id"""
    found = run(connection, text, name, user_id, at, at, code).scalar()
    return None if found is None else int(found)


def remove(connection: Connection, display_id: int, at: int) -> None:
    """With its slots and its history; its code is kept for a while, so that its screen can be told. NotFound when there is no such
    display."""
    code = run(connection, f"DELETE FROM display WHERE id = ? AND {_CLAIMED} RETURNING code", display_id).scalar()
    if code is None:
        raise _none(display_id)
    run(connection, "INSERT INTO display (code, state, created_at) VALUES (?, 'removed', ?)", code, at)
    run(connection, "UPDATE display_clock SET value = value + 1, removed = removed + 1 WHERE id = 1")


def forget_removed(connection: Connection, before: int) -> int:
    """The codes of those that were removed before; how many."""
    return run(connection, "DELETE FROM display WHERE state = 'removed' AND created_at < ?", before).rowcount


# --- changes


def change(connection: Connection, display_id: int, **values: Any) -> None:
    """Sets columns. Whoever should hear of it is told by `tell`."""
    settings = ", ".join(f"{name} = ?" for name in values)
    run(connection, f"UPDATE display SET {settings} WHERE id = ?", *values.values(), display_id)


def tell(connection: Connection, ids: Iterable[int]) -> None:
    """What changed of these displays is new to everybody who follows them. To be called last: others wait until the commit."""
    for display_id in sorted(ids):
        version = run(connection, "UPDATE display_clock SET value = value + 1 WHERE id = 1 RETURNING value").scalar_one()
        run(connection, "UPDATE display SET version = ? WHERE id = ?", version, display_id)


def plan_again(connection: Connection, ids: Collection[int]) -> None:
    """Their slots went with the items that stood in them: what was planned on those is not written, and they are looked at next."""
    bulk.select_in(connection, "UPDATE display SET step = step + 1, look_at = 0 WHERE id IN {ids}", ids)


class Clock(NamedTuple):
    """The newest version any display has, and how many displays were removed so far."""

    version: int
    removed: int


def clock(rows: Rows) -> Clock:
    ((version, removed),) = rows("SELECT value, removed FROM display_clock WHERE id = 1")
    return Clock(version, removed)


def changed_since(rows: Rows, version: int) -> list[tuple[int, int]]:
    """(id, version) of claimed displays that changed since, in the order of their changes."""
    text = f"SELECT id, version FROM display WHERE version > ? AND {_CLAIMED} ORDER BY version"
    return [(row[0], row[1]) for row in rows(text, version)]


def existing(hot: HotReads, ids: Iterable[int]) -> set[int]:
    """Which of them are still there, claimed or not."""
    return {row[0] for row in hot.rows_of("SELECT display.id FROM {ids} CROSS JOIN display WHERE display.id = value", ids)}


def ask_rebuild(connection: Connection, display_id: int) -> int:
    """The number of this request: a rebuild that has seen it is for everybody who asked before. NotFound when there is no such display."""
    text = f"UPDATE display SET asked = asked + 1 WHERE id = ? AND {_CLAIMED} RETURNING asked"
    found = run(connection, text, display_id).scalar()
    if found is None:
        raise _none(display_id)
    return int(found)


# --- presence


def see(connection: Connection, ids: Collection[int], at: int) -> None:
    """Their players were heard at this time."""
    text = "UPDATE display SET last_seen_at = ? WHERE id IN {ids} AND coalesce(last_seen_at, 0) < ?"
    if connection.dialect.name == "sqlite":
        listed = f"[{','.join(map(str, ids))}]"
        run(connection, text.replace("{ids}", "(SELECT value FROM json_each(?))"), at, listed, at)
        return
    # In one order, so that two processes that write down the same displays do not wait for each other in a circle.
    array = "{" + ",".join(map(str, sorted(ids))) + "}"
    lock = "(SELECT id FROM display WHERE id IN (SELECT unnest(?::bigint[])) ORDER BY id FOR UPDATE)"
    run(connection, text.replace("{ids}", lock), at, array, at)


def back(connection: Connection, since: int) -> list[DisplayRow]:
    """Heard of since then, although everybody was told that they are away."""
    text = f"SELECT {_COLUMNS} FROM display WHERE online = 0 AND last_seen_at >= ? AND {_CLAIMED} ORDER BY id"
    return [DisplayRow(*row) for row in run(connection, text, since)]


# --- what is due


class Due(NamedTuple):
    """Displays that want something: `late` have a slot that should long have ended, `away` were not heard of for too long, `stale` were
    planned from something else than they should play, or were asked to be rebuilt, or found too little last time, or play nothing
    although they could."""

    late: tuple[int, ...]
    away: tuple[int, ...]
    stale: tuple[int, ...]


_IDLE = """(d.look_at IS NULL AND p.id IS NOT NULL AND EXISTS (SELECT 1 FROM block b WHERE b.playlist_id = p.id)
            AND NOT EXISTS (SELECT 1 FROM slot s WHERE s.display_id = d.id AND s.status = 'current'))"""
_DUE = f"""
    SELECT d.id, CASE WHEN d.online = 1 AND coalesce(d.last_seen_at, 0) < ? THEN 1 ELSE 0 END,
        CASE WHEN d.due_at <= ? AND d.last_seen_at >= ? THEN 1 ELSE 0 END,
        CASE WHEN d.asked > d.answered OR d.look_at <= ? OR coalesce(p.id, 0) <> coalesce(d.playlist_id, 0)
            OR coalesce(p.version, 0) <> coalesce(d.playlist_version, 0) OR {_IDLE} THEN 1 ELSE 0 END
    FROM display d LEFT JOIN playlist p ON p.display_id = d.id AND p.active = 1
    WHERE d.{_CLAIMED} AND (
        (d.online = 1 AND coalesce(d.last_seen_at, 0) < ?) OR (d.due_at <= ? AND d.last_seen_at >= ?)
        OR d.asked > d.answered OR d.look_at <= ? OR coalesce(p.id, 0) <> coalesce(d.playlist_id, 0)
        OR coalesce(p.version, 0) <> coalesce(d.playlist_version, 0) OR {_IDLE})
    ORDER BY d.id"""


def due(hot: HotReads, now: int, seen_since: int) -> Due:
    """One statement, whatever the number of displays."""
    values = seen_since, now, seen_since, now
    found = hot.rows(_DUE, *values, *values)
    return Due(
        late=tuple(row[0] for row in found if row[2] and not row[3]),
        away=tuple(row[0] for row in found if row[1]),
        stale=tuple(row[0] for row in found if row[3]),
    )


_STANDINGS = f"""
    SELECT revision.value, u.id, u.disabled_at, u.personal_version, own.version, own.updated_at, shared.version, shared.updated_at
    FROM revision CROSS JOIN "user" AS u LEFT JOIN restriction AS own ON own.user_id = u.id
    LEFT JOIN restriction_profile AS shared ON shared.id = own.profile_id
    WHERE revision.id = 1 AND u.id IN (SELECT user_id FROM display WHERE {_CLAIMED}) ORDER BY u.id"""


def standings(hot: HotReads) -> list[tuple[Any, ...]]:
    """Of the people displays play as, and the catalogue: any change of what a display may show changes it, and so does much else."""
    return hot.rows(_STANDINGS)


def may_be(connection: Connection, user_id: int) -> bool:
    """Whether there is such an account, and it is not disabled."""
    return run(connection, 'SELECT 1 FROM "user" WHERE id = ? AND disabled_at IS NULL', user_id).scalar() is not None


def _found(row: Any, display_id: int) -> DisplayRow:
    if row is None:
        raise _none(display_id)
    return DisplayRow(*row)


def _none(display_id: int) -> NotFound:
    return NotFound(f"There is no display {display_id}.")
