"""The job `housekeeping`, once a day: forgets what nobody will ask for again. Nothing a person made is ever among it."""

from pathlib import Path

from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.model.times import SECOND
from longshelf.store import attempts, changes, edit_log, jobs, merging, play_history, schedules, sessions
from longshelf.store.database import Database
from longshelf.tasks import bulk_edit, imports, merge

KIND = "housekeeping"
EVERY_SECONDS = 86_400
JOBS_KEPT_SECONDS = 30 * 86_400


def schedule(database: Database) -> None:
    """Makes sure that it comes every day."""
    with database.write_quietly() as connection:
        schedules.put(connection, KIND, every_seconds=EVERY_SECONDS, at=database.clock())


def tidy(context: Context, *, imported: Path) -> dict[str, int]:
    """Forgets ended jobs, changes every follower has long seen, what it takes to undo edits and merges of long ago,
    sessions that are over, failed sign-ins that no longer count, what displays played but for the newest plays of each, and files in
    `imported` whose import has ended. The result counts them."""
    database, at = context.database, context.database.clock()
    with operation("cleanup") as running:
        forgotten = {"jobs": 0}
        while count := _prune_jobs(database, at - JOBS_KEPT_SECONDS * SECOND):
            forgotten["jobs"] += count
            context.check()
        forgotten["plays"] = _prune_plays(context)
        with database.write_quietly() as connection:
            forgotten["changes"] = changes.prune(connection, at - changes.KEPT_SECONDS * SECOND)
            forgotten["edits"] = edit_log.prune(connection, at - bulk_edit.KEPT_SECONDS * SECOND)
            forgotten["merges"] = merging.prune(connection, at - merge.KEPT_SECONDS * SECOND)
            forgotten["sessions"] = sessions.prune(connection, at)
            forgotten["attempts"] = attempts.prune(connection, at)
        forgotten["files"] = imports.sweep(database, imported)
        running.report(**forgotten)
    return forgotten


def _prune_plays(context: Context) -> int:
    """What displays played, display by display, some at a time: players wait for none of it."""
    forgotten = 0
    with context.database.read() as connection:
        numbers = play_history.newest(connection)
    for display_id, number in numbers.items():
        while count := _forget_plays(context.database, display_id, number - play_history.KEPT):
            forgotten += count
            context.check()
    return forgotten


def _forget_plays(database: Database, display_id: int, until: int) -> int:
    with database.write_quietly() as connection:
        return play_history.forget(connection, display_id, until)


def _prune_jobs(database: Database, before: int) -> int:
    with database.write_quietly() as connection:
        return jobs.prune(connection, before)
