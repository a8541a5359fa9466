"""Changes of many items at once, as they are kept: what to do, to which items, and what these were before. A piece is what one transaction
changes, so that work and record never disagree."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.edit_tables import bulk_edit, bulk_edit_piece


class EditRow(NamedTuple):
    """`plan` is JSON; `items` how many it was asked for; `state` doing, done, undoing or undone."""

    id: int
    job_id: int
    undo_job_id: int | None
    user_id: int | None
    personal: int
    plan: str
    state: str
    items: int
    created_at: int


class PieceRow(NamedTuple):
    """`items` ascending; `before` is what they were, as `ingest/bulk_edits.py` packs it."""

    number: int
    items: list[int]
    before: bytes


_COLUMNS = ", ".join(EditRow._fields)
PIECE_COLUMNS = ("edit_id", "number", "state", "items")


def add(connection: Connection, row: EditRow, pieces: Iterator[Sequence[int]]) -> None:
    """Keeps a change that is to be made, with the items each of its transactions is to change."""
    bulk.insert(connection, bulk_edit, EditRow._fields, [row])
    rows = [(row.id, number, "waiting", json.dumps(list(ids), separators=(",", ":"))) for number, ids in enumerate(pieces)]
    bulk.insert(connection, bulk_edit_piece, PIECE_COLUMNS, rows)


def get(connection: Connection, edit_id: int) -> EditRow:
    """NotFound when there is none, or it is no longer kept."""
    row = run(connection, f"SELECT {_COLUMNS} FROM bulk_edit WHERE id = ?", edit_id).one_or_none()
    if row is None:
        raise NotFound("What this changed is no longer kept.")
    return EditRow(*row)


def by_job(connection: Connection, job_id: int) -> EditRow | None:
    """The change that job made."""
    row = run(connection, f"SELECT {_COLUMNS} FROM bulk_edit WHERE job_id = ?", job_id).one_or_none()
    return None if row is None else EditRow(*row)


def unfinished(connection: Connection, user_id: int | None, *, personal: bool) -> int | None:
    """The job of a change of that sort the user asked for, and which waits or runs."""
    who, values = ("IS NULL", []) if user_id is None else ("= ?", [user_id])
    text = f"""SELECT job.id FROM bulk_edit JOIN job ON job.id = bulk_edit.job_id AND job.state IN ('queued', 'running')
               WHERE bulk_edit.state = 'doing' AND bulk_edit.personal = ? AND bulk_edit.user_id {who} LIMIT 1"""
    return run(connection, text, int(personal), *values).scalar()


def set_state(connection: Connection, edit_id: int, state: str, *, undo_job_id: int | None = None) -> None:
    text = "UPDATE bulk_edit SET state = ?, undo_job_id = coalesce(?, undo_job_id) WHERE id = ?"
    run(connection, text, state, undo_job_id, edit_id)


def next_piece(connection: Connection, edit_id: int) -> PieceRow | None:
    """The first that waits."""
    text = "SELECT number, items, before FROM bulk_edit_piece WHERE edit_id = ? AND state = 'waiting' ORDER BY number LIMIT 1"
    return _piece(run(connection, text, edit_id).one_or_none())


def last_piece(connection: Connection, edit_id: int) -> PieceRow | None:
    """The last that was done and not undone."""
    text = "SELECT number, items, before FROM bulk_edit_piece WHERE edit_id = ? AND state = 'done' ORDER BY number DESC LIMIT 1"
    return _piece(run(connection, text, edit_id).one_or_none())


def end_piece(connection: Connection, edit_id: int, number: int, state: str, before: bytes = b"") -> None:
    """`done` with what its items were, or `undone`."""
    text = "UPDATE bulk_edit_piece SET state = ?, before = ? WHERE edit_id = ? AND number = ?"
    run(connection, text, state, before, edit_id, number)


def prune(connection: Connection, before: int) -> int:
    """Forgets at most a hundred changes made before `before` (microseconds), so that they cannot be undone any more; how many."""
    ids = list(run(connection, "SELECT id FROM bulk_edit WHERE created_at < ? LIMIT 100", before).scalars())
    bulk.select_in(connection, "DELETE FROM bulk_edit_piece WHERE edit_id IN {ids}", ids)
    bulk.select_in(connection, "DELETE FROM bulk_edit WHERE id IN {ids}", ids)
    return len(ids)


def _piece(row: tuple[int, str, bytes] | None) -> PieceRow | None:
    return None if row is None else PieceRow(row[0], json.loads(row[1]), row[2])
