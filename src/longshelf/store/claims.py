"""What workers do to the job ledger. A claim is a lease: its holder must renew it, and every write of his carries the claim, so that
one who lost it (paused, partitioned, presumed dead) changes nothing any more.

A job is taken with one statement, so two workers never hold it at once, on one machine or on many."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from longshelf.store.database import run
from longshelf.store.jobs import EVENTS_KEPT, encode


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of one worker. (`job_id`, `worker`, `attempts`) is unique, so it is the proof of the lease. `checkpoint` is
    what an earlier attempt left, or None; `done`, `total` and `errors` are how far that one was."""

    job_id: int
    worker: str
    attempts: int
    kind: str
    key: str
    args: dict[str, Any]
    max_attempts: int
    checkpoint: Any
    done: int
    total: int | None
    errors: int


@dataclass(frozen=True, slots=True)
class Report:
    """How far a job is: things done and to do (None: unknown), things that failed, things a second, seconds left."""

    done: int
    total: int | None
    message: str
    errors: int
    rate: float | None = None
    eta_seconds: float | None = None


_DUE = "((state = 'queued' AND run_after <= ?) OR (state = 'running' AND lease_until < ?))"
_HELD = "id = ? AND worker = ? AND attempts = ? AND state = 'running'"


def waiting(connection: Connection, kinds: Sequence[str], at: int) -> bool:
    """Whether a claim might succeed or a dead worker's job must be buried: a read, so that idle workers never queue for the write lock."""
    text = f"SELECT EXISTS (SELECT 1 FROM job WHERE {_DUE} AND kind IN ({_marks(kinds)}))"
    return bool(run(connection, text, at, at, *kinds).scalar_one())


def claim(connection: Connection, worker: str, kinds: Sequence[str], *, at: int, lease_until: int) -> Claim | None:
    """The most important due job of these kinds, now held by `worker` until `lease_until`; None when there is none. Jobs whose worker
    died are due again when their lease has ended."""
    bury(connection, at)
    return _take(connection, f"{_DUE} AND kind IN ({_marks(kinds)})", (at, at, *kinds), worker=worker, at=at, lease_until=lease_until)


def claim_one(connection: Connection, job_id: int, worker: str, *, at: int, lease_until: int) -> Claim | None:
    """This very job, when it is due or has never been tried; None when it has ended, waits for its next attempt or somebody holds it."""
    bury(connection, at)
    return _take(
        connection,
        f"id = ? AND ({_DUE} OR (state = 'queued' AND attempts = 0))",
        (job_id, at, at),
        worker=worker,
        at=at,
        lease_until=lease_until,
    )


def report(connection: Connection, claim: Claim, report: Report, *, at: int, lease_until: int) -> bool:
    """Writes the progress and renews the lease. False when the lease is lost; then nothing is written."""
    text = f"""
        UPDATE job SET done = ?, total = ?, message = ?, errors = ?, rate = ?, eta_seconds = ?, lease_until = ?, updated_at = ?
        WHERE {_HELD}"""
    return bool(run(connection, text, *astuple(report), lease_until, at, *_proof(claim)).rowcount)


def add_events(connection: Connection, claim: Claim, events: Iterable[tuple[int, str, str]]) -> None:
    """`events` are (at, level, message); past EVENTS_KEPT for one job they are dropped."""
    room = EVENTS_KEPT - run(connection, "SELECT count(*) FROM job_event WHERE job_id = ?", claim.job_id).scalar_one()
    for event, _ in zip(events, range(room), strict=False):
        run(connection, "INSERT INTO job_event (job_id, at, level, message) VALUES (?, ?, ?, ?)", claim.job_id, *event)


def checkpoint(connection: Connection, claim: Claim, value: object, at: int) -> bool:
    """Keeps `value` (anything JSON can hold) for the next attempt. False when the lease is lost."""
    text = f"UPDATE job SET checkpoint = ?, updated_at = ? WHERE {_HELD}"
    return bool(run(connection, text, encode(value), at, *_proof(claim)).rowcount)


def finish(connection: Connection, claim: Claim, state: str, *, at: int, message: str | None = None, result: str | None = None) -> bool:
    """Ends the job as `done`, `failed` or `cancelled`; `result` is JSON. False when the lease is lost."""
    text = f"""
        UPDATE job SET state = ?, message = coalesce(?, message), result = ?, eta_seconds = NULL, lease_until = NULL, finished_at = ?,
            updated_at = ? WHERE {_HELD}"""
    return bool(run(connection, text, state, message, result, at, at, *_proof(claim)).rowcount)


def put_back(connection: Connection, claim: Claim, *, at: int, run_after: int, message: str, counted: bool) -> bool:
    """Queues the job again for `run_after`; the attempt is forgiven unless `counted`. One that somebody asked to cancel meanwhile ends
    as cancelled. False when the lease is lost."""
    text = f"""
        UPDATE job SET worker = '', lease_until = NULL, run_after = ?, message = ?, eta_seconds = NULL, updated_at = ?,
            attempts = attempts - ?,
            state = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'queued' END,
            finished_at = CASE WHEN cancel_requested = 1 THEN ? END
        WHERE {_HELD}"""
    return bool(run(connection, text, run_after, message, at, 0 if counted else 1, at, *_proof(claim)).rowcount)


def standing(connection: Connection, claim: Claim) -> tuple[bool, bool]:
    """(still ours, somebody asked to cancel)."""
    row = run(connection, f"SELECT cancel_requested FROM job WHERE {_HELD}", *_proof(claim)).one_or_none()
    return (False, False) if row is None else (True, bool(row[0]))


def held(connection: Connection, claim: Claim) -> bool:
    """Whether it is still ours, and stays so until the transaction ends: for what is written without a checkpoint."""
    lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
    return run(connection, f"SELECT 1 FROM job WHERE {_HELD}{lock}", *_proof(claim)).one_or_none() is not None


def _take(connection: Connection, condition: str, values: tuple[Any, ...], *, worker: str, at: int, lease_until: int) -> Claim | None:
    skip = "FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    text = f"""
        UPDATE job SET state = 'running', worker = ?, lease_until = ?, attempts = attempts + 1, updated_at = ?,
            started_at = coalesce(started_at, ?)
        WHERE id = (SELECT id FROM job WHERE {condition} ORDER BY priority DESC, run_after, id LIMIT 1 {skip})
        RETURNING id, worker, attempts, kind, key, args, max_attempts, checkpoint, done, total, errors"""
    row = run(connection, text, worker, lease_until, at, at, *values).one_or_none()
    if row is None:
        return None
    fields = row._asdict()
    fields["job_id"] = fields.pop("id")
    fields["args"] = msgspec.json.decode(fields["args"])
    fields["checkpoint"] = msgspec.json.decode(fields["checkpoint"]) if fields["checkpoint"] else None
    return Claim(**fields)


def bury(connection: Connection, at: int) -> None:
    """Ends jobs whose worker died and that must not be tried again: cancelled meanwhile, or deadly every time."""
    text = """
        UPDATE job SET state = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'failed' END,
            message = CASE WHEN cancel_requested = 1 THEN message ELSE 'The worker died during this job, in the last attempt it had.' END,
            lease_until = NULL, eta_seconds = NULL, finished_at = ?, updated_at = ?
        WHERE state = 'running' AND lease_until < ? AND (cancel_requested = 1 OR attempts >= max_attempts)"""
    run(connection, text, at, at, at)


def _proof(claim: Claim) -> tuple[int, str, int]:
    return claim.job_id, claim.worker, claim.attempts


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
