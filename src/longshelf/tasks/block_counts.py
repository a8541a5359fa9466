"""The job `block_counts`: counts what people look at in their playlists while no index does it at once.

A count holds for one state: the revision of the catalogue, what is kept from the person, and what he said where the query asks for that.
The rule: it is shown for that state and for no other; where nothing is known the answer is that, and never an older number. Two who
ask for the same count start one job, for a job of one key runs once."""

from collections.abc import Sequence
from typing import Any

import structlog

from longshelf.errors import LongshelfError
from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.model import query as tree
from longshelf.model.engine import Snapshot
from longshelf.model.query import Mine, Query, both
from longshelf.model.times import SECOND
from longshelf.model.viewer import Viewer
from longshelf.store import block_counts, jobs, personal
from longshelf.store.block_counts import CountRow
from longshelf.store.database import Database, Transaction
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Mask, Visibility

KIND = "block_counts"
PRIORITY = 10  # somebody is looking
KEPT_SECONDS = 3_600  # a count, and the wish to know it
PASSES = 3  # over what is wanted, when more is asked for meanwhile
_log = structlog.get_logger(__name__)


def request(connection: Transaction, asked: Sequence[tuple[int, str, str]], at: int) -> None:
    """Has (user, digest, query) counted soon."""
    block_counts.ask(connection, asked, at)
    jobs.enqueue(connection, KIND, at=at, key=KIND, priority=PRIORITY)


def state_of(connection: Transaction, user_id: int, snapshot: Snapshot, mask: Mask, query: Query) -> str:
    """Names what a count follows from. Another state may have another count, the same state has the same."""
    said = personal.version(connection, user_id) if _asks_for_own(query) else ""
    return f"{snapshot.revision}:{mask.name}:{said}"


def count(context: Context) -> dict[str, Any]:
    """The result says how many counts were made, and how many could not be."""
    database = context.database
    hot = HotReads(database)
    visibility = Visibility(database, hot)
    made = {"counted": 0, "failed": 0}
    try:
        with operation("block_counts") as running:
            for _ in range(PASSES):
                if not _pass(context, visibility, made):
                    break
            with database.write_quietly() as connection:
                block_counts.prune(connection, database.clock() - KEPT_SECONDS * SECOND)
            running.report(**made)
    finally:
        hot.close()
    return made


def _pass(context: Context, visibility: Visibility, made: dict[str, int]) -> bool:
    """Counts what is wanted and not known; whether there was any."""
    database = context.database
    with database.read() as connection:
        wanted = block_counts.asked_since(connection, database.clock() - KEPT_SECONDS * SECOND)
    news = False
    for done, row in enumerate(wanted):
        context.check()
        context.progress(done, len(wanted), "counting")
        found = _count(database, visibility, row)
        if found is None:
            continue
        news = True
        value, state = found
        made["failed" if value is None else "counted"] += 1
        with database.write_quietly() as connection:
            block_counts.put(connection, row, value, state, database.clock())
    return news


def _count(database: Database, visibility: Visibility, row: CountRow) -> tuple[int | None, str] | None:
    """(number, or None where it cannot be counted; its state). None where that is known already."""
    viewer = Viewer(row.user_id)
    query = tree.from_json(row.query)
    with database.read() as connection:
        snapshot = SqlSnapshot(connection)
        mask = visibility.mask(viewer, snapshot)
        state = state_of(connection, row.user_id, snapshot, mask, query)
        fresh = row.counted_at is not None and row.counted_at > database.clock() - KEPT_SECONDS * SECOND
        if row.state == state and fresh:
            return None
        try:
            return snapshot.count(both(query, mask.query), viewer).value, state
        except LongshelfError as error:
            _log.warning("count failed", user=row.user_id, reason=str(error))
            return None, state


def _asks_for_own(query: Query) -> bool:
    return isinstance(query, Mine) or any(_asks_for_own(part) for part in tree.parts(query))
