"""The jobs `merge` and `undo_merge`: entities become one, and come apart again. Rules and names hold from the first transaction on; the
links of items follow in short ones, so a tag on a million items takes minutes and holds nobody up.

The rule: every one of these transactions proves that the job is still this attempt's and that the merge still is at what it is doing. A
worker that slept while others took it over, ended and undid it changes nothing any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from longshelf.errors import Conflict, NotFound
from longshelf.ingest import merging as work
from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.store import bulk, jobs
from longshelf.store import merging as rows
from longshelf.store.database import Database, Transaction, Write
from longshelf.store.edit_tables import entity_merge
from longshelf.store.jobs import Job
from longshelf.store.merging import MergeRow, State

KIND = "merge"
UNDO = "undo_merge"
PRIORITY = 10  # somebody waits for it
ATTEMPTS = 25  # each goes on where the last was killed
KEPT_SECONDS = 365 * 86_400  # how long a merge can be undone


class MergeArgs(msgspec.Struct, frozen=True, kw_only=True):
    merge_id: int
    library_id: int
    user_id: int | None = None


def request(database: Database, target_id: int, source_ids: list[int], user_id: int | None) -> Job:
    """Begins the merge and queues the rest of it. Raises as `ingest.merging.begin` does."""
    at = database.clock()
    with database.write() as write:
        (merge_id,) = bulk.next_ids(write.connection, entity_merge, 1)
        known = rows.entities(write.connection, [target_id]).get(target_id)
        if known is None:
            raise NotFound(f"There is no entity {target_id}.")
        job = _enqueue(write.connection, KIND, MergeArgs(merge_id=merge_id, library_id=known.library_id, user_id=user_id), at)
        row = MergeRow(merge_id, known.library_id, known.kind, target_id, "merging", job.id, None, user_id, 0, "{}", at, None)
        work.begin(write, row, source_ids)
    return job


def request_undo(database: Database, merge_id: int) -> Job:
    """Begins to take a merge back and queues the rest. Conflict while it is at work, or when it cannot be taken back."""
    at = database.clock()
    with database.write() as write:
        row = rows.get(write.connection, merge_id)
        if row.state in {"undone", "final"}:
            raise Conflict(
                "This merge is undone already." if row.state == "undone" else "It was long ago; what it changed is no longer kept."
            )
        under_way = at_work(write.connection, row)
        if under_way is not None:
            raise Conflict(f"Job {under_way.id} is still at work on this merge; wait for it, or cancel it first.")
        job = _enqueue(write.connection, UNDO, MergeArgs(merge_id=merge_id, library_id=row.library_id, user_id=row.user_id), at)
        if row.state == "undoing":  # an undoing that was cancelled goes on
            rows.set_state(write.connection, merge_id, "undoing", undo_job_id=job.id)
        else:
            work.begin_undo(write, row, job.id, at)
    return job


def at_work(connection: Transaction, row: MergeRow) -> Job | None:
    """The job that makes the merge or undoes it, while it waits or runs."""
    return _live(connection, row.job_id) or (None if row.undo_job_id is None else _live(connection, row.undo_job_id))


def merge(context: Context) -> dict[str, Any]:
    """Moves what is left to move. The result counts links of items and relations."""
    database = context.database
    with database.read() as connection:
        row = _row(connection, context, "merging")
    before = work.before_of(row)
    with database.read() as connection:
        left = rows.count_links(connection, [each.id for each in before.sources])
    done, total = row.links, row.links + left
    with operation("merge", kind=row.kind, sources=len(before.sources)) as running:
        for source in before.sources:
            after = 0
            while True:
                with _writing(context, "merging") as (write, row):
                    moved, after = work.move_links(write, row, source.id, after)
                    context.checkpoint({"links": done + moved}, write.connection)
                if not moved:
                    break
                done += moved
                context.progress(done, max(total, done), f"moving what carries {source.name}")
        relations = 0
        moved = 1
        while moved:
            with _writing(context, "merging") as (write, row):
                moved = work.move_relations(write, row)
                context.checkpoint({"links": done}, write.connection)
            relations += moved
        with _writing(context, "merging") as (write, row):
            work.finish(write, row, database.clock())
            context.checkpoint({"links": done}, write.connection)
        running.report(links=done, relations=relations)
    context.progress(done, done, "done")
    return {"merge_id": row.id, "target_id": row.target_id, "links": done}


def undo_merge(context: Context) -> dict[str, Any]:
    """Puts back what is left to put back. The result counts what was put back, and what was changed since the merge and is left."""
    database = context.database
    with database.read() as connection:
        row = _row(connection, context, "undoing")
    counts = msgspec.convert(context.checkpoint_left, dict[str, int]) if context.checkpoint_left else {"moved": 0, "left": 0}
    with operation("undo_merge", kind=row.kind) as running:
        while True:
            with _writing(context, "undoing") as (write, row):
                undone = work.undo_some(write, row)
                put, left = (0, work.finish_undo(write, row, database.clock())) if undone is None else (undone.moved, undone.left)
                counts = {"moved": counts["moved"] + put, "left": counts["left"] + left}
                context.checkpoint(counts, write.connection)
            if undone is None:
                break
            context.progress(sum(counts.values()), max(row.links, sum(counts.values())), "putting back")
        running.report(**counts)
    return {"merge_id": row.id, **counts}


@contextmanager
def _writing(context: Context, state: State) -> Iterator[tuple[Write, MergeRow]]:
    """A transaction with the merge as it is in it. Whoever writes in it ends with a checkpoint, which proves the lease."""
    context.check()
    with context.database.write() as write:
        yield write, _row(write.connection, context, state)


def _row(connection: Transaction, context: Context, state: State) -> MergeRow:
    """Conflict when the merge is at something else by now."""
    row = rows.get(connection, msgspec.convert(context.args, MergeArgs).merge_id)
    if row.state != state:
        raise Conflict(f"This merge is {row.state}.")
    return row


def _enqueue(connection: Transaction, kind: str, args: MergeArgs, at: int) -> Job:
    return jobs.enqueue(
        connection, kind, msgspec.to_builtins(args), at=at, key=str(args.merge_id), priority=PRIORITY, max_attempts=ATTEMPTS
    )


def _live(connection: Transaction, job_id: int) -> Job | None:
    """The job while it waits or runs; one that is no longer kept has ended."""
    try:
        job = jobs.get(connection, job_id)
    except NotFound:
        return None
    return None if job.ended else job
