"""The job ledger as people see it: ask for work, watch it, cancel it, try it again. What workers do to it is in `store/claims.py`.

Two live jobs never share a non-empty (kind, key): asking twice for a scan of one library gives the same job twice."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from longshelf.errors import Conflict, NotFound
from longshelf.store.database import run

LIVE = ("queued", "running")
ENDED = ("done", "failed", "cancelled")
EVENTS_KEPT = 1000  # a job's first events; past them only the count goes on


class Job(msgspec.Struct, frozen=True):
    """One job. `*_at` are microseconds since 1970 UTC, `rate` things a second, `errors` the number of things that could not be done
    (the first EVENTS_KEPT are listed by `events`). `state` is queued, running, done, failed or cancelled."""

    id: int
    kind: str
    key: str
    args: dict[str, Any]
    state: str
    priority: int
    attempts: int
    max_attempts: int
    done: int
    total: int | None
    rate: float | None
    eta_seconds: float | None
    message: str
    errors: int
    cancel_requested: bool
    run_after: int
    created_at: int
    started_at: int | None
    finished_at: int | None
    updated_at: int
    result: Any

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class Event(msgspec.Struct, frozen=True):
    """Something a job met on its way: one item it could not handle, with the reason."""

    id: int
    at: int
    level: str
    message: str


COLUMNS = ", ".join(Job.__struct_fields__)


def enqueue(
    connection: Connection,
    kind: str,
    args: Mapping[str, Any] | None = None,
    *,
    at: int,
    key: str = "",
    priority: int = 0,
    max_attempts: int = 3,
    run_after: int | None = None,
) -> Job:
    """A queued job; the live one when (kind, key) already has one, which then is due at the earlier time and with the higher priority."""
    text = f"""
        INSERT INTO job (kind, key, args, state, priority, max_attempts, run_after, created_at, updated_at)
        VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?)
        ON CONFLICT (kind, key) WHERE state IN ('queued', 'running') AND key <> '' DO UPDATE SET
            priority = CASE WHEN excluded.priority > job.priority THEN excluded.priority ELSE job.priority END,
            run_after = CASE WHEN excluded.run_after < job.run_after THEN excluded.run_after ELSE job.run_after END
        RETURNING {COLUMNS}"""
    due = at if run_after is None else run_after
    return _job(run(connection, text, kind, key, encode(dict(args or {})), priority, max_attempts, due, at, at).one())


def get(connection: Connection, job_id: int) -> Job:
    """NotFound when there is no such job."""
    row = run(connection, f"SELECT {COLUMNS} FROM job WHERE id = ?", job_id).one_or_none()
    if row is None:
        raise NotFound(f"There is no job {job_id}.")
    return _job(row)


def newest(
    connection: Connection,
    *,
    states: Sequence[str] = (),
    kind: str = "",
    quiet: Collection[str] = (),
    before_id: int | None = None,
    limit: int = 100,
) -> list[Job]:
    """Jobs, newest first: of these states (all when empty), of this kind (any when empty), older than `before_id`; of `quiet` kinds only
    what failed."""
    where, values = _wanted(states, kind, quiet)
    text = f"SELECT {COLUMNS} FROM job WHERE {where} AND id < ? ORDER BY id DESC LIMIT ?"
    return [_job(row) for row in run(connection, text, *values, before_id or 2**62, limit)]


def count(connection: Connection, *, states: Sequence[str] = (), kind: str = "", quiet: Collection[str] = ()) -> int:
    """How many `newest` finds without a limit."""
    where, values = _wanted(states, kind, quiet)
    return int(run(connection, f"SELECT count(*) FROM job WHERE {where}", *values).scalar_one())


def changed_since(connection: Connection, at: int, limit: int = 1000) -> list[Job]:
    """Jobs that changed at `at` or later, in order of change: what a progress stream sends."""
    text = f"SELECT {COLUMNS} FROM job WHERE updated_at >= ? ORDER BY updated_at, id LIMIT ?"
    return [_job(row) for row in run(connection, text, at, limit)]


def events(connection: Connection, job_id: int, *, after_id: int = 0, limit: int = 100) -> list[Event]:
    """What the job met, oldest first."""
    text = "SELECT id, at, level, message FROM job_event WHERE job_id = ? AND id > ? ORDER BY id LIMIT ?"
    return [Event(*row) for row in run(connection, text, job_id, after_id, limit)]


def cancel(connection: Connection, job_id: int, at: int) -> Job:
    """Ends a queued job at once; asks a running one to stop, which it does within a second. Conflict when it has ended otherwise."""
    text = f"""
        UPDATE job SET updated_at = ?,
            finished_at = CASE WHEN state = 'queued' THEN ? ELSE finished_at END,
            cancel_requested = 1,
            state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
        WHERE id = ? AND state IN ('queued', 'running') RETURNING {COLUMNS}"""
    row = run(connection, text, at, at, job_id).one_or_none()
    if row is not None:
        return _job(row)
    job = get(connection, job_id)
    if job.state != "cancelled":
        raise Conflict(f"Job {job_id} cannot be cancelled: it is {job.state}.")
    return job


def retry(connection: Connection, job_id: int, at: int) -> Job:
    """Queues a failed or cancelled job again; it goes on from its last checkpoint. Conflict when it is live or done, or when another
    live job has its key."""
    text = f"""
        UPDATE job SET state = 'queued', attempts = 0, run_after = ?, cancel_requested = 0, worker = '', lease_until = NULL, message = '',
            errors = 0, started_at = NULL, finished_at = NULL, updated_at = ?
        WHERE id = ? AND state IN ('failed', 'cancelled') RETURNING {COLUMNS}"""
    try:
        with connection.begin_nested():
            row = run(connection, text, at, at, job_id).one_or_none()
    except IntegrityError:
        raise Conflict(f"Job {job_id} cannot be retried: the same work is queued or running already.") from None
    if row is None:
        raise Conflict(f"Job {job_id} cannot be retried: it is {get(connection, job_id).state}.")
    return _job(row)


def prune(connection: Connection, before: int, limit: int = 1000) -> int:
    """Forgets at most `limit` jobs that ended before `before`, with their events; how many went. Call again until it is 0."""
    text = "SELECT id FROM job WHERE state IN ('done', 'failed', 'cancelled') AND finished_at < ? ORDER BY id LIMIT ?"
    ids = list(run(connection, text, before, limit).scalars())
    if ids:
        marks = ",".join("?" * len(ids))
        run(connection, f"DELETE FROM job_event WHERE job_id IN ({marks})", *ids)
        run(connection, f"DELETE FROM job WHERE id IN ({marks})", *ids)
    return len(ids)


def _wanted(states: Sequence[str], kind: str, quiet: Collection[str]) -> tuple[str, list[str]]:
    """The condition, and its values in order."""
    conditions, values = ["1 = 1"], [*states]
    if states:
        conditions.append(f"state IN ({','.join('?' * len(states))})")
    if kind:
        conditions.append("kind = ?")
        values.append(kind)
    if quiet:
        conditions.append(f"(state = 'failed' OR kind NOT IN ({','.join('?' * len(quiet))}))")
        values += sorted(quiet)
    return " AND ".join(conditions), values


def encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _job(row: Any) -> Job:
    fields = row._asdict()
    fields["args"] = msgspec.json.decode(fields["args"])
    fields["result"] = msgspec.json.decode(fields["result"]) if fields["result"] else None
    fields["cancel_requested"] = bool(fields["cancel_requested"])
    return Job(**fields)
