"""Runs jobs. A worker claims one, keeps its lease alive beside the task, and writes down how it ended; a worker that dies leaves a
lease that runs out, and somebody else goes on from the checkpoint.
How a task's return or error becomes an ending is in `jobs/ending.py`."""

import os
import random
import socket
import threading
import uuid
from collections.abc import Mapping

import structlog

from longshelf.errors import StoreUnavailable
from longshelf.jobs.context import Context
from longshelf.jobs.ending import Ending, Task, attempt
from longshelf.jobs.pace import SECOND
from longshelf.jobs.pulse import Pulse, Watch
from longshelf.store import claims, jobs, schedules
from longshelf.store.claims import Claim
from longshelf.store.database import Database
from longshelf.store.jobs import Job

LEASE_SECONDS = 60  # longer than any write transaction that could keep a renewal waiting
PULSE_SECONDS = 0.5  # how soon a running task learns that it was cancelled
POLL_SECONDS = 1.0

_log = structlog.get_logger()


def worker_id() -> str:
    """A name no other worker has, that tells people where it runs."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"


class Worker:
    """Runs the kinds of jobs in `tasks`, `slots` at once. `chance` scatters retries."""

    def __init__(
        self,
        database: Database,
        tasks: Mapping[str, Task],
        *,
        name: str | None = None,
        slots: int = 1,
        lease_seconds: float = LEASE_SECONDS,
        pulse_seconds: float = PULSE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        chance: random.Random | None = None,
    ) -> None:
        self.database = database
        self.tasks = tasks
        self.name = name or worker_id()
        self.slots = slots
        self._lease = int(lease_seconds * SECOND)
        self._pulse_seconds = pulse_seconds
        self._poll_seconds = poll_seconds
        self._chance = chance or random.Random()  # noqa: S311 - spreads load, keeps no secret
        self._stop = threading.Event()
        self._wake = threading.Event()

    def run(self) -> None:
        """Works until `stop`. Blocks; running tasks get to end first."""
        threads = [threading.Thread(target=self._loop, name=f"job slot {slot}") for slot in range(self.slots - 1)]
        for thread in threads:
            thread.start()
        self._loop()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """Asks running tasks to put their job back and `run` to return. Safe from signal handlers and other threads."""
        self._stop.set()
        self._wake.set()

    def wake(self) -> None:
        """There may be work: look now instead of at the next poll."""
        self._wake.set()

    def step(self) -> bool:
        """Queues what schedules ask for, then runs one due job, if there is one; whether there was."""
        kinds = list(self.tasks)
        at = self.database.clock()
        with self.database.read() as connection:
            scheduled, waiting = schedules.waiting(connection, at), claims.waiting(connection, kinds, at)
        if scheduled:
            with self.database.write_quietly() as connection:
                schedules.due(connection, at)
        if not (scheduled or waiting):
            return False
        with self.database.write_quietly() as connection:
            claim = claims.claim(connection, self.name, kinds, at=at, lease_until=at + self._lease)
        if claim is None:
            return False
        self._perform(claim)
        return True

    def run_one(self, job_id: int, watch: Watch = lambda _job: None) -> Job:
        """Sees one job through to its end, for a person who waits: runs it here unless somebody else does, and then follows.
        `watch` gets the job whenever it may have changed. A person's interrupt cancels the job when it runs here."""
        while True:
            with self.database.read() as connection:
                job = jobs.get(connection, job_id)
            watch(job)
            if job.ended:
                return job
            if job.kind in self.tasks and self._take_one(job_id, watch):
                continue
            if self._stop.wait(self._pulse_seconds):
                return job

    def _take_one(self, job_id: int, watch: Watch) -> bool:
        at = self.database.clock()
        with self.database.write_quietly() as connection:
            claim = claims.claim_one(connection, job_id, self.name, at=at, lease_until=at + self._lease)
        if claim is not None:
            self._perform(claim, watch)
        return claim is not None

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                busy = self.step()
            except StoreUnavailable as error:
                _log.warning("worker waits for the database", reason=str(error))
                busy = False
            if not busy:
                self._wake.wait(self._poll_seconds)

    def _perform(self, claim: Claim, watch: Watch | None = None) -> None:
        context = Context(self.database, claim, self._lease, self._stop.is_set)
        try:
            with Pulse(context, self._pulse_seconds, watch):
                ending = attempt(self.tasks[claim.kind], context, self._chance)
        except BaseException:
            # Ctrl-C of the person who waits in `run_one` means "don't"; a worker that is being killed leaves the work to others.
            self._write_down(context, Ending("cancelled") if watch else Ending("queued", counted=False))
            raise
        self._write_down(context, ending)

    def _write_down(self, context: Context, ending: Ending) -> None:
        """The last report and the ending, together. A lost lease writes nothing."""
        at = self.database.clock()
        with self.database.write_quietly() as connection:
            context.flush(connection)
            if ending.state == "queued":
                run_after = at + ending.pause
                claims.put_back(connection, context.claim, at=at, run_after=run_after, message=ending.message or "", counted=ending.counted)
            else:
                claims.finish(connection, context.claim, ending.state, at=at, message=ending.message, result=ending.result)
