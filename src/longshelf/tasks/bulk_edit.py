"""The jobs `bulk_edit` and `undo_bulk_edit`: many items changed alike, a few hundred a transaction, and changed back. A job that is stopped
or killed goes on with the first piece that was not done."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from longshelf.errors import Conflict, NotFound
from longshelf.ingest import bulk_edits as work
from longshelf.ingest.bulk_edits import Plan, Put, SaidTrace, Trace
from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.store import bulk, edit_log, jobs, personal
from longshelf.store.database import Database, Transaction
from longshelf.store.edit_log import EditRow, PieceRow
from longshelf.store.edit_tables import bulk_edit as table
from longshelf.store.jobs import Job

KIND = "bulk_edit"
UNDO = "undo_bulk_edit"
PRIORITY = 10  # somebody waits for it
ATTEMPTS = 25
KEPT_SECONDS = 30 * 86_400  # how long it can be undone: as long as the job is listed


class BulkArgs(msgspec.Struct, frozen=True, kw_only=True):
    edit_id: int
    user_id: int | None


class Counts(msgspec.Struct, frozen=True):
    """`seen` of the items asked for, `changed` of these, `left` gone or changed since."""

    seen: int = 0
    changed: int = 0
    left: int = 0

    def and_(self, seen: int, put: Put) -> "Counts":
        return Counts(self.seen + seen, self.changed + put.changed, self.left + put.left)


def request(database: Database, plan: Plan, ids: Sequence[int], user_id: int | None) -> Job:
    """Keeps what is to be done, and queues it. Conflict while another one of his is waiting or at work: what is to be done is kept item by
    item, so that many at once would fill the disk."""
    at = database.clock()
    with database.write_quietly() as connection:
        if user_id is not None:
            personal.hold(connection, [user_id])  # so that of two at once the second one sees the first
        unfinished = edit_log.unfinished(connection, user_id, personal=not plan.catalogue)
        if unfinished is not None:
            raise Conflict(f"Job {unfinished} is still changing items for you; wait for it, or cancel it first.")
        (edit_id,) = bulk.next_ids(connection, table, 1)
        job = _enqueue(connection, KIND, BulkArgs(edit_id=edit_id, user_id=user_id), at)
        encoded = msgspec.json.encode(plan).decode()
        row = EditRow(edit_id, job.id, None, user_id, int(not plan.catalogue), encoded, "doing", len(ids), at)
        edit_log.add(connection, row, _pieces(sorted(ids)))
    return job


def request_undo(database: Database, edit_id: int) -> Job:
    """Queues the undoing. Conflict while the change is at work or when it is undone."""
    with database.write_quietly() as connection:
        row = edit_log.get(connection, edit_id)
        if row.state == "undone":
            raise Conflict("This change is undone already.")
        for job_id in (row.job_id, row.undo_job_id):
            if job_id is not None and _is_live(connection, job_id):
                raise Conflict(f"Job {job_id} is still at work on it; wait for it, or cancel it first.")
        job = _enqueue(connection, UNDO, BulkArgs(edit_id=edit_id, user_id=row.user_id), database.clock())
        edit_log.set_state(connection, edit_id, "undoing", undo_job_id=job.id)
    return job


def edit(context: Context) -> dict[str, Any]:
    """Changes what is left to change. The result counts the items asked for, changed, and left because they were gone."""
    row = _row(context, "doing")
    plan = msgspec.json.decode(row.plan, type=Plan)
    counts = _counts(context)
    with operation("bulk_edit", personal=bool(row.personal)) as running:
        while (done := _one(context, row, plan, counts)) is not None:
            counts = done
            context.progress(counts.seen, row.items, "changing items")
        running.report(**msgspec.structs.asdict(counts))
    return {"edit_id": row.id, **msgspec.structs.asdict(counts)}


def undo(context: Context) -> dict[str, Any]:
    """Puts back what is left to put back. The result counts what was, and what was changed since and is left as it is."""
    row = _row(context, "undoing")
    counts = _counts(context)
    with operation("undo_bulk_edit", personal=bool(row.personal)) as running:
        while (done := _one_back(context, row, counts)) is not None:
            counts = done
            context.progress(counts.seen, row.items, "putting back")
        running.report(**msgspec.structs.asdict(counts))
    return {"edit_id": row.id, **msgspec.structs.asdict(counts)}


def _one(context: Context, row: EditRow, plan: Plan, counts: Counts) -> Counts | None:
    """One piece, in one transaction with its record and the job's place; None when all are done."""
    context.check()
    database = context.database
    at = database.clock()
    with database.read() as connection:
        piece = edit_log.next_piece(connection, row.id)
    if piece is None:
        with database.write_quietly() as connection:
            edit_log.set_state(connection, row.id, "done")
            context.checkpoint(msgspec.to_builtins(counts), connection)
        return None
    if row.personal:
        with database.write_quietly() as connection:
            said = work.say_some(connection, plan, piece.items, row.user_id or 0, at)
            return _kept(context, connection, row, piece, said, counts.and_(len(piece.items), Put(len(said))))
    with database.write() as write:
        traces, put = work.edit_some(write, plan, piece.items, row.user_id, at)
        return _kept(context, write.connection, row, piece, traces, counts.and_(len(piece.items), put))


def _one_back(context: Context, row: EditRow, counts: Counts) -> Counts | None:
    context.check()
    database = context.database
    at = database.clock()
    with database.read() as connection:
        piece = edit_log.last_piece(connection, row.id)
    if piece is None:
        with database.write_quietly() as connection:
            edit_log.set_state(connection, row.id, "undone")
            context.checkpoint(msgspec.to_builtins(counts), connection)
        return None
    if row.personal:
        with database.write_quietly() as connection:
            put = work.unsay_some(connection, work.unpacked_said(piece.before), row.user_id or 0, at)
            return _undone(context, connection, row, piece, counts.and_(len(piece.items), put))
    with database.write() as write:
        put = work.undo_some(write, work.unpacked(piece.before), row.user_id, at)
        return _undone(context, write.connection, row, piece, counts.and_(len(piece.items), put))


def _kept(  # noqa: PLR0917 - what was done, and where it is written down
    context: Context, connection: Transaction, row: EditRow, piece: PieceRow, traces: Sequence[Trace] | Sequence[SaidTrace], counts: Counts
) -> Counts:
    edit_log.end_piece(connection, row.id, piece.number, "done", work.packed(traces))
    context.checkpoint(msgspec.to_builtins(counts), connection)
    return counts


def _undone(context: Context, connection: Transaction, row: EditRow, piece: PieceRow, counts: Counts) -> Counts:
    edit_log.end_piece(connection, row.id, piece.number, "undone")
    context.checkpoint(msgspec.to_builtins(counts), connection)
    return counts


def _row(context: Context, state: str) -> EditRow:
    args = msgspec.convert(context.args, BulkArgs)
    with context.database.read() as connection:
        row = edit_log.get(connection, args.edit_id)
    if row.state != state:
        raise Conflict(f"This change is {row.state}.")
    return row


def _counts(context: Context) -> Counts:
    return msgspec.convert(context.checkpoint_left, Counts) if context.checkpoint_left else Counts()


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + work.AT_ONCE] for start in range(0, len(ids), work.AT_ONCE))


def _enqueue(connection: Transaction, kind: str, args: BulkArgs, at: int) -> Job:
    return jobs.enqueue(connection, kind, msgspec.to_builtins(args), at=at, key=str(args.edit_id), priority=PRIORITY, max_attempts=ATTEMPTS)


def _is_live(connection: Transaction, job_id: int) -> bool:
    try:
        return not jobs.get(connection, job_id).ended
    except NotFound:
        return False  # it is no longer kept: ended long ago
