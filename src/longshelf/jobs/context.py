"""What a running task holds: it reports, keeps its place, and asks whether to stop. Reports cost the task nothing: they are kept in
memory and written by the worker's pulse, so a task may report from inside its own write transaction."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from longshelf.errors import Cancelled, LongshelfError
from longshelf.jobs.pace import Pace
from longshelf.store import claims
from longshelf.store.claims import Claim, Report
from longshelf.store.database import Database, Transaction

EVENTS_HELD = 1000  # between two pulses; more are counted, not listed


class LeaseLost(Cancelled):
    """Another worker has taken this job over; whatever this one still does must leave no trace."""


class Stopping(Cancelled):
    """The worker shuts down; the job goes back to the queue as it is."""


class Later(LongshelfError):
    """Not now, and nobody's fault: the job waits so many seconds in the queue, and this attempt does not count."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Context:
    """Handed to a task. `args` are what was asked for; `checkpoint_left` is what an earlier attempt kept, or None."""

    def __init__(self, database: Database, claim: Claim, lease: int, stopping: Callable[[], bool]) -> None:
        self.database = database
        self.claim = claim
        self.args: dict[str, Any] = claim.args
        self.checkpoint_left: Any = claim.checkpoint
        self._lease = lease
        self._stopping = stopping
        self._lock = threading.Lock()
        # Without a checkpoint the task starts over, and so do its numbers.
        resumed = claim.checkpoint is not None
        self._done, self._errors = (claim.done, claim.errors) if resumed else (0, 0)
        self._total, self._message = claim.total if resumed else None, ""
        self._pace = Pace(database.clock(), self._done)
        self._events: list[tuple[int, str, str]] = []
        self._written, self._renewed = self._report(), database.clock()
        self._lost = self._cancelled = False

    def progress(self, done: int | None = None, total: int | None = None, message: str | None = None) -> None:
        """Says how far the task is. What is left out stays as it was."""
        with self._lock:
            self._done = self._done if done is None else done
            self._total = self._total if total is None else total
            self._message = self._message if message is None else message

    def error(self, message: str) -> None:
        """One thing could not be done; the task goes on."""
        with self._lock:
            self._errors += 1
            if len(self._events) < EVENTS_HELD:
                self._events.append((self.database.clock(), "error", message))

    def check(self) -> None:
        """Call it often (it costs next to nothing). Cancelled when a person, a shutdown or a lost lease asks this task to stop."""
        if self._lost:
            raise LeaseLost("Another worker has taken this job over.")
        if self._cancelled:
            raise Cancelled("Cancelled.")
        if self._stopping():
            raise Stopping("The worker is shutting down.")

    def checkpoint(self, value: object, connection: Transaction | None = None) -> None:
        """Keeps `value` for the next attempt. Within `connection` it commits with the task's own rows, so that place and work agree;
        LeaseLost then rolls both back."""
        if connection is None:
            with self.database.write_quietly() as own:
                self._keep(own, value)
        else:
            self._keep(connection, value)

    def pulse(self) -> None:
        """What the worker does beside the task, twice a second: writes the reports when there are new ones or the lease grows old,
        and learns from a read whether the job is still ours and wanted."""
        at = self.database.clock()
        if self._report() != self._written or self._events or at >= self._renewed + self._lease // 4:
            with self.database.write_quietly() as connection:
                self.flush(connection)
        with self.database.read() as connection:
            held, cancelled = claims.standing(connection, self.claim)
        self._lost = self._lost or not held
        self._cancelled = self._cancelled or cancelled

    def flush(self, connection: Transaction) -> None:
        """Writes the reports and renews the lease; nothing when the lease is lost."""
        at = self.database.clock()
        report = self._report()
        with self._lock:
            events, self._events = self._events, []
        self._pace.update(at, report.done)
        paced = replace(report, rate=self._pace.rate, eta_seconds=self._pace.eta_seconds(report.total))
        self._lost = self._lost or not claims.report(connection, self.claim, paced, at=at, lease_until=at + self._lease)
        if not self._lost:
            claims.add_events(connection, self.claim, events)
            self._written, self._renewed = report, at

    def _report(self) -> Report:
        with self._lock:
            return Report(self._done, self._total, self._message, self._errors)

    def _keep(self, connection: Transaction, value: object) -> None:
        if not claims.checkpoint(connection, self.claim, value, self.database.clock()):
            self._lost = True
            raise LeaseLost("Another worker has taken this job over.")
