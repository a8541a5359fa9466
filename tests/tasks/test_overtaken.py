"""A worker that slept until its lease was over: others took its job over, and perhaps ended and undid it. It changes nothing any more."""

from collections.abc import Callable
from pathlib import Path

import pytest

from longshelf.errors import Cancelled, Conflict
from longshelf.ingest import bulk_edits, merging
from longshelf.ingest.bulk_edits import Plan
from longshelf.jobs.context import Context, LeaseLost
from longshelf.model.kinds import LibraryType
from longshelf.model.records import Credit
from longshelf.store import claims, jobs, libraries, mirror
from longshelf.store.claims import Claim
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.tasks import bulk_edit, imports, merge
from tests.tasks.editing import TAG, Desk

LEASE = 60_000_000


class Sleeper(Context):
    """Sleeps when it asks for the `at`-th time whether to stop; `dream` is what the others do."""

    def __init__(self, database: Database, claim: Claim, dream: Callable[[], object], at: int = 1) -> None:
        super().__init__(database, claim, LEASE, lambda: False)
        self._dream = dream
        self._left = at

    def check(self) -> None:
        self._left -= 1
        if not self._left:
            self._dream()


@pytest.fixture
def desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for each in (merging, bulk_edits):
        monkeypatch.setattr(each, "AT_ONCE", 2)
    desk = Desk(database)
    for number in range(5):
        desk.book(number, "b", *(["a"] if number % 2 else []))
    return desk


def claimed(database: Database, job_id: int, worker: str) -> Claim:
    at = database.clock()
    with database.write_quietly() as connection:
        connection.exec_driver_sql(f"UPDATE job SET lease_until = 1 WHERE id = {job_id} AND state = 'running'")
        claim = claims.claim_one(connection, job_id, worker, at=at, lease_until=at + LEASE)
    assert claim is not None
    return claim


def expire(database: Database) -> None:
    with database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE job SET lease_until = 1 WHERE state = 'running'")


def a_merge(desk: Desk) -> Job:
    return merge.request(desk.database, desk.entity("a"), [desk.entity("b")], None)


def an_undoing(desk: Desk) -> Job:
    return merge.request_undo(desk.database, desk.merge(desk.entity("a"), desk.entity("b")).result["merge_id"])


@pytest.mark.parametrize("at", [1, 2, 5, 6])  # 5: the relations, 6: the end
def test_a_merge_that_was_taken_over_and_undone_stays_undone(desk: Desk, at: int) -> None:
    before = desk.everything()
    job = a_merge(desk)

    def dream() -> None:
        expire(desk.database)
        desk.undo(desk.run(job))

    with pytest.raises((LeaseLost, Conflict)):
        merge.merge(Sleeper(desk.database, claimed(desk.database, job.id, "sleeper"), dream, at))
    assert desk.everything() == before


@pytest.mark.parametrize(("request_job", "task", "at"), [(a_merge, merge.merge, at) for at in (1, 2, 5, 6)])
@pytest.mark.parametrize("undoing", [False, True])
def test_of_two_attempts_only_the_newer_one_moves_links(
    desk: Desk, request_job: Callable[[Desk], Job], task: Callable[[Context], object], at: int, undoing: bool
) -> None:
    job = an_undoing(desk) if undoing else request_job(desk)
    seen: list[object] = []

    def dream() -> None:
        claimed(desk.database, job.id, "successor")
        seen.append((desk.everything(), desk.rows("SELECT state, links FROM entity_merge")))

    with pytest.raises(LeaseLost):
        (merge.undo_merge if undoing else task)(Sleeper(desk.database, claimed(desk.database, job.id, "sleeper"), dream, min(at, 4)))
    assert seen == [(desk.everything(), desk.rows("SELECT state, links FROM entity_merge"))]


def test_a_change_that_was_taken_over_and_undone_stays_undone(desk: Desk) -> None:
    job = bulk_edit.request(desk.database, Plan(add=(Credit(TAG, "new"),)), [1, 2, 3], None)

    def dream() -> None:
        expire(desk.database)
        desk.run(bulk_edit.request_undo(desk.database, desk.run(job).result["edit_id"]))

    with pytest.raises(LeaseLost):
        bulk_edit.edit(Sleeper(desk.database, claimed(desk.database, job.id, "sleeper"), dream))
    assert desk.rows("SELECT state FROM bulk_edit") == [("undone",)]


def test_only_the_attempt_that_has_the_job_lets_the_library_go(database: Database) -> None:
    with database.write() as write:
        library = libraries.add(write, "Mirror", LibraryType.STASH, {}, at=1)
    with database.write_quietly() as connection:
        mirror.prepare(connection, library.id)
        mine, other = (jobs.enqueue(connection, "sync", {}, at=0, key=key) for key in ("mine", "other"))
    at = database.clock()
    first = claimed(database, mine.id, "first")
    with database.write_quietly() as connection:
        assert mirror.hold(connection, library.id, mine.id, at)
    second = claimed(database, mine.id, "second")
    with database.write_quietly() as connection:
        assert mirror.hold(connection, library.id, mine.id, at)
        mirror.release(connection, library.id, first)
        assert not mirror.hold(connection, library.id, other.id, at)
        mirror.release(connection, library.id, second)
        assert mirror.hold(connection, library.id, other.id, at)


@pytest.mark.parametrize(("error", "stays"), [(LeaseLost, True), (Cancelled, False)])
def test_the_file_of_an_import_that_was_taken_over_stays(database: Database, tmp_path: Path, error: type[Cancelled], stays: bool) -> None:
    path = tmp_path / "piped.ndjson"
    path.write_bytes(b'{"external_id": "1", "title": "One"}\n')
    job = imports.request(database, imports.library_for(database, "Posts"), path, temporary=True)

    def dream() -> None:
        raise error("Somebody else has it, or nobody wants it.")

    with pytest.raises(error):
        imports.import_posts(Sleeper(database, claimed(database, job.id, "sleeper"), dream))
    assert path.exists() is stays
