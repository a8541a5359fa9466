"""Jobs that are killed in the middle: whoever takes them over ends where they would have ended."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from longshelf.config import Settings
from longshelf.ingest import bulk_edits, merging
from longshelf.ingest.bulk_edits import Plan
from longshelf.jobs.worker import Worker
from longshelf.model.records import Credit
from longshelf.store import jobs
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.tasks import bulk_edit, merge
from longshelf.tasks.table import tasks
from tests.support import processes
from tests.tasks.editing import TAG, Desk

ITEMS = 9
PIECE = 2
Request = Callable[[Desk], Job]


def small_pieces() -> None:
    merging.AT_ONCE = bulk_edits.AT_ONCE = PIECE


def work_until_killed(database: Database, job_id: int, writes: int) -> None:
    """In a process of its own: does the job, and is gone without a word inside the `writes`-th transaction that writes to the catalogue."""
    small_pieces()
    seen = 0
    seal = Database.write

    def counted(self: Database):  # type: ignore[no-untyped-def]  # as what it stands for
        nonlocal seen
        seen += 1
        if seen == writes:
            os.kill(os.getpid(), 9)
        return seal(self)

    Database.write = counted  # type: ignore[method-assign]  # in this process alone
    Worker(database, tasks(Settings(data=Path("/nowhere"), database_url="")), pulse_seconds=0.05).run_one(job_id)


def filled(database: Database) -> Desk:
    desk = Desk(database)
    for number in range(ITEMS):
        desk.book(number, "b", *(["a"] if number % 2 else []))
    return desk


def a_merge(desk: Desk) -> Job:
    return merge.request(desk.database, desk.entity("a"), [desk.entity("b")], None)


def an_undoing(desk: Desk) -> Job:
    done = desk.merge(desk.entity("a"), desk.entity("b"))
    return merge.request_undo(desk.database, done.result["merge_id"])


def a_change(desk: Desk) -> Job:
    return bulk_edit.request(desk.database, Plan(add=(Credit(TAG, "new"),), scalars={"language": "de"}), list(range(1, ITEMS + 1)), None)


def a_change_back(desk: Desk) -> Job:
    return bulk_edit.request_undo(desk.database, desk.run(a_change(desk)).result["edit_id"])


@pytest.fixture(autouse=True)
def pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "AT_ONCE", PIECE)
    monkeypatch.setattr(bulk_edits, "AT_ONCE", PIECE)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("request_job", [a_merge, an_undoing, a_change, a_change_back], ids=lambda each: each.__name__)
def test_a_killed_job_ends_as_if_it_had_not_been(database: Database, sqlite_database: Database, request_job: Request) -> None:
    whole, broken = filled(sqlite_database), filled(database)
    desk_job = request_job(whole)
    expected_job = whole.run(desk_job)
    job = request_job(broken)
    process = processes.start(work_until_killed, database, job.id, 3)
    process.join(60)
    assert process.exitcode == -9, "it ended before it could be killed"
    assert broken.everything() != whole.everything()
    with database.write_quietly() as connection:  # as if its minute were over
        connection.exec_driver_sql("UPDATE job SET lease_until = 1 WHERE state = 'running'")
    with database.read() as connection:
        assert jobs.get(connection, job.id).state == "running"
    ended = broken.run(job)
    assert ended.attempts == 2
    assert ended.result == expected_job.result
    assert _timeless(broken) == _timeless(whole)


def _timeless(desk: Desk) -> dict[str, object]:
    """Everything but when it was written."""
    found = desk.everything()
    return {**found, "cards": [(item, _without_times(card)) for item, card in found["cards"]]}


def _without_times(card: str) -> dict[str, object]:
    import msgspec

    fields: dict[str, object] = msgspec.json.decode(card)
    return {name: value for name, value in fields.items() if not name.endswith("_at")}
