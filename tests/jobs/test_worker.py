"""Workers: what a task raises decides what follows, and a lease decides who may write."""

import random
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import structlog

from longshelf.errors import Cancelled, Invalid, SourceOffline
from longshelf.jobs.context import Context, LeaseLost
from longshelf.jobs.ending import Task
from longshelf.jobs.worker import Worker
from longshelf.store import claims, jobs, schedules
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from tests.support.clocks import SECOND, Clock
from tests.support.databases import Databases


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(databases: Databases, clock: Clock) -> Iterator[Database]:
    with databases.new(clock=clock) as database:
        yield database


def ask(database: Database, kind: str = "scan", **options: Any) -> int:
    with database.write_quietly() as connection:
        return jobs.enqueue(connection, kind, options.pop("args", None), at=database.clock(), **options).id


def job(database: Database, job_id: int) -> Job:
    with database.read() as connection:
        return jobs.get(connection, job_id)


def worker(database: Database, task: Task | None = None, **options: Any) -> Worker:
    tasks: Mapping[str, Task] = {"scan": task or (lambda context: None)}
    options = {"pulse_seconds": 0.01, "poll_seconds": 0.01, "chance": random.Random(1), **options}
    return Worker(database, tasks, **options)


def raising(error: BaseException) -> Task:
    def task(context: Context) -> None:
        raise error

    return task


def test_a_task_that_returns_is_done_with_its_result(database: Database) -> None:
    job_id = ask(database, args={"library": 7})
    assert worker(database, lambda context: {"got": context.args}).step()
    done = job(database, job_id)
    assert (done.state, done.result, done.attempts) == ("done", {"got": {"library": 7}}, 1)
    assert done.finished_at == database.clock()


def test_an_idle_step_writes_nothing(database: Database) -> None:
    idle = worker(database)
    idle.step()
    before = database.statements
    assert not idle.step()
    assert database.statements - before == 2


def test_a_failed_task_is_tried_again_later_and_then_given_up(database: Database, clock: Clock) -> None:
    job_id = ask(database, max_attempts=2)
    trying = worker(database, raising(SourceOffline("The disk is not mounted.")))
    trying.step()
    waiting = job(database, job_id)
    assert (waiting.state, waiting.message, waiting.attempts) == ("queued", "The disk is not mounted.", 1)
    assert waiting.run_after > clock.at
    assert not trying.step()
    clock.forward(15)
    assert trying.step()
    assert job(database, job_id).state == "failed"


def test_an_error_that_cannot_change_fails_at_once(database: Database) -> None:
    job_id = ask(database, max_attempts=5)
    worker(database, raising(Invalid("roots", "name a folder"))).step()
    assert (job(database, job_id).state, job(database, job_id).message) == ("failed", "roots: name a folder")


def test_a_crash_is_logged_with_its_trace_and_named_to_people(database: Database) -> None:
    job_id = ask(database, max_attempts=1)
    with structlog.testing.capture_logs() as lines:
        worker(database, raising(ZeroDivisionError("by zero"))).step()
    assert job(database, job_id).message == "ZeroDivisionError: by zero"
    assert [(line["event"], line["job"]) for line in lines] == [("job crashed", job_id)]


def test_a_result_that_json_cannot_hold_is_a_crash_of_the_task_not_of_the_worker(database: Database) -> None:
    job_id = ask(database, max_attempts=1)
    with structlog.testing.capture_logs():
        worker(database, lambda context: object()).step()
    assert job(database, job_id).state == "failed"


def test_a_running_task_learns_that_it_was_cancelled(database: Database) -> None:
    def task(context: Context) -> None:
        with context.database.write_quietly() as connection:
            jobs.cancel(connection, context.claim.job_id, context.database.clock())
        wait_for_check(context)

    job_id = ask(database, max_attempts=1)
    worker(database, task).step()
    assert job(database, job_id).message == ""
    assert job(database, job_id).state == "cancelled"


def test_a_stopping_worker_puts_its_job_back_as_it_was(database: Database) -> None:
    def task(context: Context) -> None:
        context.checkpoint("here")
        stopping.stop()
        wait_for_check(context)

    job_id = ask(database)
    stopping = worker(database, task)
    stopping.run()
    back = job(database, job_id)
    assert (back.state, back.attempts) == ("queued", 0)
    resumed: list[Any] = []
    worker(database, lambda context: resumed.append(context.checkpoint_left)).step()
    assert resumed == ["here"]


def test_reports_reach_the_ledger_with_rate_and_eta(database: Database, clock: Clock) -> None:
    def task(context: Context) -> None:
        clock.forward(2)
        context.progress(100, 400, "reading")
        context.error("one file is broken")
        context.pulse()
        seen.append(job(database, context.claim.job_id))

    job_id = ask(database)
    seen: list[Job] = []
    worker(database, task, pulse_seconds=60).step()
    (during,) = seen
    assert (during.done, during.total, during.message, during.errors) == (100, 400, "reading", 1)
    assert (during.rate, during.eta_seconds) == (50, 6)
    with database.read() as connection:
        assert [event.message for event in jobs.events(connection, job_id)] == ["one file is broken"]
    assert (job(database, job_id).done, job(database, job_id).eta_seconds) == (100, None)


def test_the_last_report_is_never_lost(database: Database) -> None:
    def task(context: Context) -> None:
        context.progress(7, 7, "all read")
        context.error("broken")

    job_id = ask(database)
    worker(database, task, pulse_seconds=60).step()
    ended = job(database, job_id)
    assert (ended.done, ended.message, ended.errors) == (7, "all read", 1)


def test_a_task_may_report_from_inside_its_own_write(database: Database) -> None:
    def task(context: Context) -> None:
        with context.database.write() as write:
            context.progress(1)
            context.check()
            write.touch()

    job_id = ask(database)
    worker(database, task).step()
    assert job(database, job_id).state == "done"
    assert database.revision() == 1


def test_a_checkpoint_commits_with_the_tasks_rows_or_not_at_all(database: Database) -> None:
    def task(context: Context) -> None:
        with context.database.write() as write:
            write.touch()
            context.checkpoint("page 1", write.connection)
        with context.database.write() as write:
            write.touch()
            context.checkpoint("page 2", write.connection)
            raise SourceOffline("gone")

    ask(database)
    worker(database, task).step()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT checkpoint FROM job").scalar_one() == '"page 1"'
    assert database.revision() == 1


def test_a_worker_that_lost_its_lease_leaves_no_trace(database: Database, clock: Clock) -> None:
    def stale(context: Context) -> object:
        clock.forward(61)
        with database.write_quietly() as connection:
            claims.claim(connection, "thief", ["scan"], at=clock(), lease_until=clock() + 60 * SECOND)
        with pytest.raises(LeaseLost):
            keep_with_rows(context)
        with pytest.raises(LeaseLost):
            context.check()
        context.progress(99)
        return "stale"

    job_id = ask(database)
    worker(database, stale, pulse_seconds=60).step()
    taken = job(database, job_id)
    assert (taken.state, taken.attempts, taken.done, taken.result) == ("running", 2, 0, None)
    assert database.revision() == 0


def test_numbers_go_on_after_a_checkpoint_and_start_over_without_one(database: Database, clock: Clock) -> None:
    def task(context: Context) -> None:
        context.progress(5, 10)
        context.error("broken")
        if context.args["keeps"]:
            context.checkpoint(5)
        if context.claim.attempts == 1:
            raise SourceOffline("gone")

    for keeps, errors in ((True, 2), (False, 1)):
        job_id = ask(database, args={"keeps": keeps})
        working = worker(database, task)
        working.step()
        clock.forward(20)
        working.step()
        assert job(database, job_id).errors == errors


def test_a_due_schedule_is_queued_and_run_by_the_next_step(database: Database, clock: Clock) -> None:
    with database.write_quietly() as connection:
        schedules.put(connection, "scan", {"library": 7}, every_seconds=60, at=clock())
    ran: list[Any] = []
    working = worker(database, lambda context: ran.append(context.args))
    assert not working.step()
    clock.forward(300)
    assert working.step()
    assert ran == [{"library": 7}]
    assert not working.step()


def test_waking_a_worker_spares_the_poll(database: Database) -> None:
    ran = threading.Event()
    sleeper = worker(database, lambda context: ran.set(), poll_seconds=3600)
    thread = threading.Thread(target=sleeper.run)
    thread.start()
    ask(database)
    sleeper.wake()
    assert ran.wait(30)
    sleeper.stop()
    thread.join(30)
    assert not thread.is_alive()


def test_slots_run_jobs_side_by_side(database: Database) -> None:
    together = threading.Barrier(2, timeout=30)
    done = threading.Semaphore(0)

    def task(context: Context) -> None:
        together.wait()
        done.release()

    two = worker(database, task, slots=2)
    ids = [ask(database), ask(database)]
    thread = threading.Thread(target=two.run)
    thread.start()
    assert all(done.acquire(timeout=30) for _ in ids)
    two.stop()
    thread.join(30)
    assert [job(database, job_id).state for job_id in ids] == ["done", "done"]


def test_run_one_runs_the_job_here_and_shows_it(database: Database) -> None:
    job_id = ask(database)
    shown: list[Job] = []
    ended = worker(database, lambda context: "result").run_one(job_id, shown.append)
    assert (ended.state, ended.result) == ("done", "result")
    assert (shown[0].state, shown[-1].state) == ("queued", "done")


def test_run_one_follows_a_job_that_somebody_else_runs(database: Database) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def task(context: Context) -> str:
        begun.set()
        assert may_end.wait(30)
        return "theirs"

    job_id = ask(database)
    other = threading.Thread(target=worker(database, task).step)
    other.start()
    assert begun.wait(30)

    def watch(seen: Job) -> None:
        may_end.set()

    assert worker(database, lambda context: "mine").run_one(job_id, watch).result == "theirs"
    other.join(30)


def test_an_interrupt_cancels_the_job_a_person_waits_for(database: Database) -> None:
    job_id = ask(database)
    with pytest.raises(KeyboardInterrupt):
        worker(database, raising(KeyboardInterrupt())).run_one(job_id)
    assert job(database, job_id).state == "cancelled"


def test_a_killed_workers_job_goes_back_untried(database: Database) -> None:
    job_id = ask(database)
    with pytest.raises(SystemExit):
        worker(database, raising(SystemExit())).step()
    assert (job(database, job_id).state, job(database, job_id).attempts) == ("queued", 0)


def keep_with_rows(context: Context) -> None:
    with context.database.write() as write:
        write.touch()
        context.checkpoint("stale", write.connection)


def wait_for_check(context: Context) -> None:
    """Loops like a real task until it is told to stop; half a minute is the sign that it never was."""
    never = threading.Event()
    for _ in range(3000):
        context.check()
        never.wait(0.01)
    raise AssertionError("the task was never told to stop")


def test_cancelled_is_not_an_attempt_that_failed(database: Database) -> None:
    job_id = ask(database)
    worker(database, raising(Cancelled("enough"))).step()
    assert job(database, job_id).state == "cancelled"
