"""The job worker of a machine: runs what is queued, and looks at folders that want to be watched. Stops on SIGTERM or SIGINT."""

import signal
from types import FrameType

import structlog

from longshelf.config import Settings
from longshelf.jobs.worker import Worker
from longshelf.store.migrate import open_database
from longshelf.tasks import housekeeping
from longshelf.tasks.table import tasks
from longshelf.tasks.watch import Watcher

_log = structlog.get_logger(__name__)


def run_worker(settings: Settings) -> None:
    """Blocks until asked to stop; running jobs put themselves back first."""
    database = open_database(settings)
    housekeeping.schedule(database)
    worker = Worker(database, tasks(settings), slots=settings.job_workers)
    watcher = Watcher(database)

    def stop(number: int, _frame: FrameType | None) -> None:
        _log.info("worker stopping", signal=signal.Signals(number).name)
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    watcher.start()
    _log.info("worker started", worker=worker.name, slots=worker.slots)
    try:
        worker.run()
    finally:
        watcher.stop()
        database.close()
