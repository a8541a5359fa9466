"""The job queue of the pretended Stash, and what its subscribers hear.

The rules: `scanCompleteSubscribe` fires after a scan and after a clean and after nothing else, and not when one is cancelled; events
are not kept, so who was away has missed them. A subscriber has room for ten; more makes a real Stash wait, and is counted here."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from longshelf.demo.stash.stamps import HostClock

SCANS = frozenset({"Scanning...", "Cleaning..."})
ROOM = 10  # events a subscriber may be behind before Stash waits for it


@dataclass
class Job:
    """Progress 0 to 1, or negative when it is not known. `status` is one of the schema's JobStatus."""

    id: int
    description: str
    add_time: str
    status: str = "RUNNING"
    progress: float = 0.0
    start_time: str | None = None
    end_time: str | None = None
    error: str | None = None
    sub_tasks: tuple[str, ...] = ()


class Events:
    """Hands what happens to those who listen. `stalls` counts events for somebody who was ROOM behind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[tuple[str, Callable[[Any], int]]] = []
        self.stalls = 0

    def listen(self, name: str, take: Callable[[Any], int]) -> Callable[[], None]:
        """`take` is called in any thread with what happens, and answers how much waits; the answer ends it."""
        entry = (name, take)
        with self._lock:
            self._listeners.append(entry)

        def end() -> None:
            with self._lock:
                if entry in self._listeners:
                    self._listeners.remove(entry)

        return end

    def listening(self, name: str) -> int:
        """How many listen now; a test waits for its client with it."""
        with self._lock:
            return sum(1 for each, _ in self._listeners if each == name)

    def tell(self, name: str, what: Any) -> None:
        with self._lock:
            takers = [take for each, take in self._listeners if each == name]
        self.stalls += sum(1 for take in takers if take(what) > ROOM)


class JobQueue:
    """Jobs that have not ended, and the events they cause. All of it may be called from any thread."""

    def __init__(self, clock: HostClock) -> None:
        self._clock = clock
        self._jobs: dict[int, Job] = {}
        self._next = 1
        self.events = Events()

    def queue(self) -> list[Job]:
        return list(self._jobs.values())

    def find(self, key: int) -> Job | None:
        return self._jobs.get(key)

    def start(self, description: str = "Scanning...", *, ready: bool = False) -> Job:
        """Subscribers hear ADD. `ready` leaves it waiting for its turn."""
        now = self._clock.stamp()
        job = Job(self._next, description, now, "READY" if ready else "RUNNING", start_time=None if ready else now)
        self._next += 1
        self._jobs[job.id] = job
        self._tell("ADD", job)
        return job

    def progress(self, job: Job, share: float, *sub_tasks: str) -> None:
        """Subscribers hear UPDATE."""
        job.status, job.progress, job.sub_tasks = "RUNNING", share, sub_tasks
        self._tell("UPDATE", job)

    def finish(self, job: Job) -> None:
        """Subscribers hear REMOVE, and of a scan or clean that it is complete."""
        self._end(job, "FINISHED")
        if job.description in SCANS:
            self.events.tell("scanCompleteSubscribe", True)

    def cancel(self, job: Job) -> None:
        """Subscribers hear REMOVE only."""
        self._end(job, "CANCELLED")

    def fail(self, job: Job, error: str) -> None:
        job.error = error
        self._end(job, "FAILED")

    def say(self, level: str, message: str) -> None:
        """A line of the server's log."""
        self.events.tell("loggingSubscribe", [{"time": self._clock.stamp(), "level": level, "message": message}])

    def _end(self, job: Job, status: str) -> None:
        job.status, job.end_time = status, self._clock.stamp()
        self._jobs.pop(job.id, None)
        self._tell("REMOVE", job)

    def _tell(self, kind: str, job: Job) -> None:
        self.events.tell("jobsSubscribe", {"type": kind, "job": replace(job)})
