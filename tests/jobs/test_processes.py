"""Workers as real processes: no job runs twice at once, and a killed worker's job goes on from its checkpoint."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from typing import Any

from longshelf.jobs.context import Context
from longshelf.jobs.worker import LEASE_SECONDS, Worker
from longshelf.store import jobs
from longshelf.store.database import Database, now
from tests.support import processes

JOBS = 30
WORKERS = 3


def work_through(database: Database, ran: "Queue[int]") -> None:
    def task(context: Context) -> None:
        ran.put(context.claim.job_id)

    worker = Worker(database, {"scan": task})
    while worker.step():
        pass
    ran.put(0)


def test_several_workers_run_every_job_exactly_once(database: Database) -> None:
    ids = ask(database, JOBS)
    ran = processes.new_queue()
    workers = [processes.start(work_through, database, ran) for _ in range(WORKERS)]
    done: list[int] = []
    idle = 0
    while idle < WORKERS:
        job_id = ran.get(timeout=processes.PATIENCE)
        idle += not job_id
        done += [job_id] if job_id else []
    processes.finish(*workers)
    assert sorted(done) == ids
    with database.read() as connection:
        assert {job.attempts for job in jobs.newest(connection)} == {1}


def hang_after_two_pages(database: Database, reached: "Queue[str]") -> None:
    def task(context: Context) -> None:
        for page in (1, 2):
            with database.write() as write:
                write.touch(items=[page])
                context.checkpoint(page, write.connection)
        with database.write() as write:  # killed in the middle of the third page: nothing of it may stay
            write.touch(items=[3])
            context.checkpoint(3, write.connection)
            reached.put("third page")
            threading.Event().wait()

    Worker(database, {"scan": task}).step()


def test_the_job_of_a_killed_worker_goes_on_from_its_checkpoint(database: Database) -> None:
    (job_id,) = ask(database, 1)
    reached = processes.new_queue()
    doomed = processes.start(hang_after_two_pages, database, reached)
    assert reached.get(timeout=processes.PATIENCE) == "third page"
    processes.kill(doomed)

    pages: list[Any] = []

    def task(context: Context) -> str:
        pages.append(context.checkpoint_left)
        return "finished"

    assert not Worker(database, {"scan": task}).step(), "the lease has not run out yet"
    with later(database):
        assert Worker(database, {"scan": task}).step()
    assert pages == [2]
    assert database.revision() == 2
    with database.read() as connection:
        job = jobs.get(connection, job_id)
    assert (job.state, job.result, job.attempts) == ("done", "finished", 2)


def ask(database: Database, count: int) -> list[int]:
    with database.write_quietly() as connection:
        return [jobs.enqueue(connection, "scan", at=now()).id for _ in range(count)]


@contextmanager
def later(database: Database) -> Iterator[None]:
    """Until the lease of a worker that died now has run out."""
    present = database.clock
    database.clock = lambda: now() + (LEASE_SECONDS + 1) * 1_000_000
    yield
    database.clock = present
