"""The job worker of a machine: runs what is queued, and looks at folders that want to be watched. Stops on SIGTERM or SIGINT."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

import structlog

from longshelf import config, logs
from longshelf.config import Settings
from longshelf.index.following import Follower
from longshelf.jobs.worker import Worker
from longshelf.store.migrate import open_database
from longshelf.tasks import housekeeping
from longshelf.tasks.listen import Listener
from longshelf.tasks.push_back import Pusher
from longshelf.tasks.table import prepare_helpers, tasks
from longshelf.tasks.watch import Watcher

PARENT_SECONDS = 1.0  # how soon a worker notices that the server beside it is gone
NICENESS = 5  # people who browse come before jobs; the helper processes are more polite still (ingest/pool.py)
_log = structlog.get_logger(__name__)


def run_worker(settings: Settings, *, parent: int | None = None) -> None:
    """Blocks until asked to stop; running jobs put themselves back first. With `parent` (a process id) it also stops when that process,
    which started it, is gone, however it went."""
    os.nice(NICENESS)
    prepare_helpers()
    database = open_database(settings)
    housekeeping.schedule(database)
    worker = Worker(database, tasks(settings), slots=settings.job_workers)
    watcher = Watcher(database)
    listener = Listener(database, private=settings.private_urls == "yes")
    pusher = Pusher(database)

    def stop(number: int, _frame: FrameType | None) -> None:
        _log.info("worker stopping", signal=signal.Signals(number).name)
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if parent is not None:
        threading.Thread(target=_outlive_not, args=(parent, worker.stop), name="parent", daemon=True).start()
    watcher.start()
    listener.start()
    pusher.start()
    index = Follower(database, settings.index) if settings.engine == "bitmaps" else None
    if index is not None:
        index.start()
    _log.info("worker started", worker=worker.name, slots=worker.slots)
    try:
        worker.run()
    finally:
        watcher.stop()
        listener.stop()
        pusher.stop()
        if index is not None:
            index.stop()
        database.close()


def _outlive_not(parent: int, stop: Callable[[], None]) -> None:
    """Orphans are adopted by another process: then it is time to go."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(PARENT_SECONDS)
    stop()


def main() -> None:
    """`python -m longshelf.server.worker PID`: the worker beside the server whose process id is PID."""
    settings = config.read()
    logs.configure(settings.log, settings.log_level)
    run_worker(settings, parent=int(sys.argv[1]))


if __name__ == "__main__":
    main()
