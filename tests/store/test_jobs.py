"""The job ledger: one live job a key, leases that run out, and writes that count only while the lease is held."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from longshelf.errors import Conflict, NotFound
from longshelf.store import claims, jobs
from longshelf.store.claims import Claim, Report
from longshelf.store.database import Database
from longshelf.store.jobs import Job

MINUTE = 60_000_000


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write_quietly() as connection:
        yield connection


def take(connection: Connection, worker: str = "w", at: int = 0, kinds: tuple[str, ...] = ("scan", "sync")) -> Claim | None:
    return claims.claim(connection, worker, kinds, at=at, lease_until=at + MINUTE)


def held(connection: Connection, worker: str = "w", at: int = 0) -> Claim:
    claim = take(connection, worker, at)
    assert claim is not None
    return claim


def test_a_new_job_is_queued_with_what_was_asked_for(connection: Connection) -> None:
    job = jobs.enqueue(connection, "scan", {"library": 7, "full": True}, at=5, key="7", priority=2)
    assert job == jobs.get(connection, job.id)
    assert (job.kind, job.key, job.args, job.state, job.priority, job.created_at) == (
        "scan",
        "7",
        {"library": 7, "full": True},
        "queued",
        2,
        5,
    )


def test_asking_twice_gives_the_live_job_until_it_ends(connection: Connection) -> None:
    first = jobs.enqueue(connection, "scan", at=0, key="7")
    assert jobs.enqueue(connection, "scan", at=0, key="7").id == first.id
    claim = held(connection)
    assert jobs.enqueue(connection, "scan", at=0, key="7").id == first.id
    claims.finish(connection, claim, "done", at=1)
    assert jobs.enqueue(connection, "scan", at=0, key="7").id != first.id


def test_asking_again_can_only_make_a_job_sooner_and_more_important(connection: Connection) -> None:
    jobs.enqueue(connection, "scan", at=0, key="7", priority=1, run_after=100)
    job = jobs.enqueue(connection, "scan", at=0, key="7", priority=5, run_after=50)
    assert (job.priority, job.run_after) == (5, 50)
    job = jobs.enqueue(connection, "scan", at=0, key="7", priority=0, run_after=500)
    assert (job.priority, job.run_after) == (5, 50)


def test_jobs_without_a_key_may_be_live_side_by_side(connection: Connection) -> None:
    assert jobs.enqueue(connection, "scan", at=0).id != jobs.enqueue(connection, "scan", at=0).id


def test_the_most_important_job_goes_first_then_the_oldest(connection: Connection) -> None:
    made = [jobs.enqueue(connection, "scan", at=0, priority=priority).id for priority in (0, 5, 0, 5)]
    assert [held(connection).job_id for _ in made] == [made[1], made[3], made[0], made[2]]
    assert take(connection) is None


def test_a_worker_takes_only_jobs_it_can_do_and_that_are_due(connection: Connection) -> None:
    jobs.enqueue(connection, "backup", at=0)
    jobs.enqueue(connection, "scan", at=0, run_after=10)
    assert take(connection, at=9) is None
    assert not claims.waiting(connection, ["scan"], 9)
    assert claims.waiting(connection, ["scan"], 10)
    assert take(connection, at=10) is not None


def test_a_lease_that_ran_out_passes_the_job_and_its_checkpoint_on(connection: Connection) -> None:
    jobs.enqueue(connection, "scan", at=0)
    first = held(connection, "first")
    assert claims.checkpoint(connection, first, {"page": 3}, 1)
    assert take(connection, "second", at=MINUTE) is None
    second = held(connection, "second", at=MINUTE + 1)
    assert (second.job_id, second.checkpoint, second.attempts) == (first.job_id, {"page": 3}, 2)


def test_a_report_renews_the_lease(connection: Connection) -> None:
    jobs.enqueue(connection, "scan", at=0)
    claim = held(connection)
    assert claims.report(connection, claim, Report(5, 10, "half", 1, 2.5, 2.0), at=MINUTE, lease_until=2 * MINUTE)
    assert take(connection, "other", at=MINUTE + 1) is None
    job = jobs.get(connection, claim.job_id)
    assert (job.done, job.total, job.message, job.errors, job.rate, job.eta_seconds) == (5, 10, "half", 1, 2.5, 2.0)


def test_one_who_lost_the_lease_can_write_nothing(connection: Connection) -> None:
    jobs.enqueue(connection, "scan", at=0)
    stale = held(connection, "worker")
    held(connection, "worker", at=MINUTE + 1)  # the very same name: the attempt tells them apart
    before = jobs.get(connection, stale.job_id)
    assert not claims.report(connection, stale, Report(9, 9, "stale", 9), at=2, lease_until=3)
    assert not claims.checkpoint(connection, stale, "stale", 2)
    assert not claims.finish(connection, stale, "done", at=2, result='"stale"')
    assert not claims.put_back(connection, stale, at=2, run_after=2, message="stale", counted=True)
    assert claims.standing(connection, stale) == (False, False)
    assert jobs.get(connection, stale.job_id) == before


def test_a_job_that_kills_every_worker_is_given_up(connection: Connection) -> None:
    job = jobs.enqueue(connection, "scan", at=0, max_attempts=2)
    held(connection)
    held(connection, at=2 * MINUTE)
    assert take(connection, at=4 * MINUTE) is None
    assert jobs.get(connection, job.id).state == "failed"
    assert "worker died" in jobs.get(connection, job.id).message


def test_cancelling_a_queued_job_ends_it_at_once(connection: Connection) -> None:
    job = jobs.cancel(connection, jobs.enqueue(connection, "scan", at=0).id, 3)
    assert (job.state, job.finished_at) == ("cancelled", 3)
    assert take(connection, at=9) is None
    assert jobs.cancel(connection, job.id, 4) == job


def test_cancelling_a_running_job_asks_its_worker(connection: Connection) -> None:
    jobs.enqueue(connection, "scan", at=0)
    claim = held(connection)
    assert claims.standing(connection, claim) == (True, False)
    assert jobs.cancel(connection, claim.job_id, 1).state == "running"
    assert claims.standing(connection, claim) == (True, True)


def test_a_cancelled_job_never_runs_again_though_its_worker_died_or_put_it_back(connection: Connection) -> None:
    for ending in ("died", "put back"):
        jobs.enqueue(connection, "scan", at=0)
        claim = held(connection)
        jobs.cancel(connection, claim.job_id, 1)
        if ending == "put back":
            claims.put_back(connection, claim, at=2, run_after=2, message="", counted=True)
        assert take(connection, at=2 * MINUTE) is None
        job = jobs.get(connection, claim.job_id)
        assert (job.state, job.finished_at is not None) == ("cancelled", True)


def test_an_ended_job_cannot_be_cancelled(connection: Connection) -> None:
    jobs.enqueue(connection, "scan", at=0)
    claim = held(connection)
    claims.finish(connection, claim, "done", at=1)
    with pytest.raises(Conflict, match="it is done"):
        jobs.cancel(connection, claim.job_id, 2)


def test_retrying_starts_anew_but_from_the_checkpoint(connection: Connection) -> None:
    jobs.enqueue(connection, "scan", at=0, max_attempts=1)
    claim = held(connection)
    claims.checkpoint(connection, claim, 42, 1)
    claims.finish(connection, claim, "failed", at=1, message="no luck")
    job = jobs.retry(connection, claim.job_id, 2)
    assert (job.state, job.attempts, job.message, job.finished_at) == ("queued", 0, "", None)
    assert held(connection, at=2).checkpoint == 42


def test_a_live_or_done_job_cannot_be_retried(connection: Connection) -> None:
    job = jobs.enqueue(connection, "scan", at=0)
    with pytest.raises(Conflict, match="it is queued"):
        jobs.retry(connection, job.id, 1)
    claims.finish(connection, held(connection), "done", at=1)
    with pytest.raises(Conflict, match="it is done"):
        jobs.retry(connection, job.id, 1)


def test_a_job_cannot_be_retried_beside_a_live_one_of_its_key(connection: Connection) -> None:
    old = jobs.enqueue(connection, "scan", at=0, key="7")
    claims.finish(connection, held(connection), "failed", at=1)
    new = jobs.enqueue(connection, "scan", at=0, key="7")
    with pytest.raises(Conflict, match="queued or running already"):
        jobs.retry(connection, old.id, 1)
    assert jobs.get(connection, new.id).state == "queued"


def test_events_are_kept_in_order_and_only_the_first_thousand(connection: Connection) -> None:
    jobs.enqueue(connection, "scan", at=0)
    claim = held(connection)
    claims.add_events(connection, claim, [(n, "error", f"file {n}") for n in range(jobs.EVENTS_KEPT + 5)])
    first = jobs.events(connection, claim.job_id, limit=2)
    assert [event.message for event in first] == ["file 0", "file 1"]
    assert len(jobs.events(connection, claim.job_id, after_id=first[-1].id, limit=5000)) == jobs.EVENTS_KEPT - 2


def test_lists_are_newest_first_and_can_be_narrowed(connection: Connection) -> None:
    made = [jobs.enqueue(connection, kind, at=at).id for at, kind in enumerate(("scan", "sync", "scan"))]
    claims.finish(connection, held(connection), "done", at=10)

    def ids(found: list[Job]) -> list[int]:
        return [job.id for job in found]

    assert ids(jobs.newest(connection)) == made[::-1]
    assert ids(jobs.newest(connection, kind="scan")) == [made[2], made[0]]
    assert ids(jobs.newest(connection, states=jobs.LIVE)) == [made[2], made[1]]
    assert ids(jobs.newest(connection, before_id=made[2], limit=1)) == [made[1]]
    assert ids(jobs.changed_since(connection, 2)) == [made[2], made[0]]


def test_only_old_ended_jobs_are_pruned_with_their_events(connection: Connection) -> None:
    jobs.enqueue(connection, "scan", at=0)
    claim = held(connection)
    claims.add_events(connection, claim, [(1, "error", "x")])
    claims.finish(connection, claim, "done", at=10)
    live = jobs.enqueue(connection, "scan", at=0)
    assert jobs.prune(connection, 10) == 0
    assert jobs.prune(connection, 11) == 1
    assert jobs.newest(connection) == [live]
    with pytest.raises(NotFound):
        jobs.get(connection, claim.job_id)


@pytest.mark.parametrize("result", [None, {"files": 3}, [1, "two"], "text", 0])
def test_results_come_back_as_they_were(connection: Connection, result: Any) -> None:
    jobs.enqueue(connection, "scan", at=0)
    claim = held(connection)
    claims.finish(connection, claim, "done", at=1, result=None if result is None else jobs.encode(result))
    assert jobs.get(connection, claim.job_id).result == result
