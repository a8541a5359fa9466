"""The job `remove_library`: a library goes, with all its rows, in many short transactions. From the moment it is asked for the library is
marked, and no scan or sync of it begins; what waits is cancelled, what runs is asked to stop and waited for, and so is what
was asked for by somebody who had looked before the mark was there. A removal that was stopped or killed goes on where it
was; one that was cancelled leaves the library marked, and asking again goes on."""

import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from longshelf.errors import Conflict, NotFound
from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.store import claims, jobs, libraries, schedules
from longshelf.store.database import Database, Transaction
from longshelf.store.jobs import Job

KIND = "remove_library"
PRIORITY = 20  # before any scan that waits: it would be for nothing
ATTEMPTS = 25
LOOK_SECONDS = 0.2  # between looks whether what ran has stopped
ALL = 2**31


def request(database: Database, library_id: int) -> Job:
    """Marks the library, takes its schedules away, stops its jobs and queues the removal; the one that is queued or running when there is
    one. NotFound."""
    at = database.clock()
    with database.write() as write:
        connection = write.connection
        libraries.mark_removing(connection, library_id)
        for each in schedules.listed(connection):
            if each.key == str(library_id) and each.args.get("library_id") == library_id:
                schedules.remove(connection, each.kind, each.key)
        _stop(connection, _others(connection, library_id), at)
        write.touch(library_id=library_id)
        args = {"library_id": library_id}
        return jobs.enqueue(connection, KIND, args, at=at, key=str(library_id), priority=PRIORITY, max_attempts=ATTEMPTS)


def remove(context: Context) -> dict[str, Any]:
    """The result counts the items that went; none where the library had gone before."""
    library_id = int(context.args["library_id"])
    database = context.database
    _wait_for_others(context, library_id)
    with database.read() as connection:
        total = libraries.count_rows(connection, library_id)

    def told(gone: int) -> None:
        context.progress(gone, max(total, gone), "removing items")
        context.check()

    with operation("remove_library", library=library_id) as running:
        try:
            gone = libraries.remove(database, library_id, told)
        except NotFound:  # an earlier attempt came to the end, and was killed before it could say so
            gone = 0
        running.report(items=gone)
    return {"items": gone}


def _wait_for_others(context: Context, library_id: int) -> None:
    """Until nothing writes into the library any more."""
    pause = threading.Event()
    while True:
        context.check()
        with context.database.write_quietly() as connection:
            at = context.database.clock()
            claims.bury(connection, at)  # a cancelled job whose worker died ends here, where nobody else looks
            _stop(connection, _others(connection, library_id), at)
            others = _others(connection, library_id)
        if not others:
            return
        context.progress(message=f"waiting until {others[0].kind} has stopped")
        pause.wait(LOOK_SECONDS)


def _stop(connection: Transaction, live: Iterable[Job], at: int) -> None:
    """Ends those that wait, and asks those that run, once."""
    for job in live:
        if not job.cancel_requested:
            with suppress(Conflict):  # it has ended since
                jobs.cancel(connection, job.id, at)


def _others(connection: Transaction, library_id: int) -> list[Job]:
    """Live jobs that work on the library, this one apart."""
    live = jobs.newest(connection, states=jobs.LIVE, limit=ALL)
    return [job for job in live if job.kind != KIND and job.args.get("library_id") == library_id]
