"""The thread beside a running task: it writes the task's reports, keeps its lease, and carries in the wish to cancel."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from longshelf.errors import StoreUnavailable
from longshelf.jobs.context import Context
from longshelf.store import jobs
from longshelf.store.jobs import Job

Watch = Callable[[Job], None]

_log = structlog.get_logger()


class Pulse:
    """Beats every `seconds` while its block runs; after each beat `watch` gets the job as it stands."""

    def __init__(self, context: Context, seconds: float, watch: Watch | None = None) -> None:
        self._context = context
        self._seconds = seconds
        self._watch = watch
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pulse of job {context.claim.job_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            try:
                self._context.pulse()
                if self._watch is not None:
                    self._watch(self._job())
            except StoreUnavailable as error:
                _log.warning("progress could not be written", job=self._context.claim.job_id, reason=str(error))

    def _job(self) -> Job:
        with self._context.database.read() as connection:
            return jobs.get(connection, self._context.claim.job_id)
