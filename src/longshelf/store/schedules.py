"""Work that comes back: each row says what is asked for, how often, and when next. A missed tick runs once, not once for each miss."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection

from longshelf.errors import NotFound, OutOfRange
from longshelf.store import jobs
from longshelf.store.database import run

SECOND = 1_000_000
SHORTEST = 60  # seconds; more often than this wants a trigger, not a schedule


class Schedule(msgspec.Struct, frozen=True):
    """`next_at` is microseconds since 1970 UTC. One schedule a (kind, key); its jobs carry the same kind and args, and
    the key, or the kind as key where it is empty."""

    id: int
    kind: str
    key: str
    args: dict[str, Any]
    every_seconds: int
    next_at: int
    enabled: bool


COLUMNS = ", ".join(Schedule.__struct_fields__)


def put(
    connection: Connection,
    kind: str,
    args: Mapping[str, Any] | None = None,
    *,
    key: str = "",
    every_seconds: int,
    at: int,
    enabled: bool = True,
) -> Schedule:
    """Adds or changes the schedule of (kind, key). A changed interval counts from now, an unchanged one keeps its next tick."""
    if every_seconds < SHORTEST:
        raise OutOfRange("every_seconds", f"at least {SHORTEST}")
    text = f"""
        INSERT INTO schedule (kind, key, args, every_seconds, next_at, enabled) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (kind, key) DO UPDATE SET args = excluded.args, enabled = excluded.enabled, every_seconds = excluded.every_seconds,
            next_at = CASE WHEN schedule.every_seconds = excluded.every_seconds THEN schedule.next_at ELSE excluded.next_at END
        RETURNING {COLUMNS}"""
    next_at = at + every_seconds * SECOND
    return _schedule(run(connection, text, kind, key, jobs.encode(dict(args or {})), every_seconds, next_at, int(enabled)).one())


def listed(connection: Connection) -> list[Schedule]:
    return [_schedule(row) for row in run(connection, f"SELECT {COLUMNS} FROM schedule ORDER BY kind, key")]


def set_next(connection: Connection, kind: str, key: str, next_at: int) -> None:
    """The next tick is then, whatever the interval."""
    run(connection, "UPDATE schedule SET next_at = ? WHERE kind = ? AND key = ?", next_at, kind, key)


def remove(connection: Connection, kind: str, key: str = "") -> None:
    """NotFound when there is no such schedule."""
    if run(connection, "DELETE FROM schedule WHERE kind = ? AND key = ?", kind, key).rowcount == 0:
        raise NotFound(f"There is no schedule {kind} {key}".rstrip() + ".")


def waiting(connection: Connection, at: int) -> bool:
    """Whether a tick has come: a read, so that looking costs no write lock."""
    return bool(run(connection, "SELECT EXISTS (SELECT 1 FROM schedule WHERE enabled = 1 AND next_at <= ?)", at).scalar_one())


def due(connection: Connection, at: int) -> list[jobs.Job]:
    """Queues one job for every schedule whose tick has come, and moves the tick into the future, on its own grid."""
    skip = "FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    text = f"SELECT {COLUMNS} FROM schedule WHERE enabled = 1 AND next_at <= ? ORDER BY next_at, id {skip}"
    queued = []
    for schedule in map(_schedule, run(connection, text, at).all()):
        step = schedule.every_seconds * SECOND
        missed = (at - schedule.next_at) // step
        run(connection, "UPDATE schedule SET next_at = ? WHERE id = ?", schedule.next_at + (missed + 1) * step, schedule.id)
        # A job without a key may be live twice; a tick that comes while the last one still runs must not start a second.
        queued.append(jobs.enqueue(connection, schedule.kind, schedule.args, at=at, key=schedule.key or schedule.kind))
    return queued


def _schedule(row: Any) -> Schedule:
    fields = row._asdict()
    return Schedule(**{**fields, "args": msgspec.json.decode(fields["args"]), "enabled": bool(fields["enabled"])})
