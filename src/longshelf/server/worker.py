"""The worker process: runs jobs and watches folders until it is asked to stop."""

import os
import signal
from types import FrameType

import structlog

from longshelf.config import Settings
from longshelf.jobs.worker import Worker
from longshelf.store.database import Database
from longshelf.store.migrate import upgrade
from longshelf.tasks.table import tasks
from longshelf.tasks.watch import Watcher

NICENESS = 5  # people who browse come before scans; parser processes are nicer still

_log = structlog.get_logger()


def run_worker(settings: Settings) -> None:
    """Blocks. SIGTERM or SIGINT puts running jobs back where another worker finds them, and returns."""
    os.nice(NICENESS)
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    upgrade(database)
    worker = Worker(database, tasks(settings), slots=settings.job_workers)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    watcher = Watcher(database)
    watcher.start()
    _log.info("worker started", name=worker.name, slots=worker.slots)
    try:
        worker.run()
    finally:
        watcher.stop()
        database.close()
