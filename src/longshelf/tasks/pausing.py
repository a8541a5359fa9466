"""Waits of a job between two attempts at something, that end when the job is no longer wanted."""

import threading
import time
from collections.abc import Callable

from longshelf.jobs.context import Context

LOOK_SECONDS = 0.1  # how soon a wait learns that it should stop


def pausing(context: Context) -> Callable[[float], None]:
    """A function that waits so many seconds, and raises Cancelled when the job should end."""
    waiting = threading.Event()

    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            context.check()
            waiting.wait(min(left, LOOK_SECONDS))

    return pause
