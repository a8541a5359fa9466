"""Questions that take too long are called off: one engine that needs an hour must not keep the others from being measured.

The rule: a question is stopped where it runs, inside the database, and the time it was given stands in the table instead of an answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from longshelf.store.database import Transaction

SECONDS = 60.0
AGAIN = 0.5  # seconds until it is stopped once more: a question of several statements may have been between two of them


class TooSlow(Exception):
    """It was called off; `seconds` were allowed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"> {seconds:g} s")
        self.seconds = seconds


@contextmanager
def cutoff(stop: Callable[[], object], seconds: float | None = None) -> Iterator[None]:
    """Calls `stop`, from another thread, when the block takes longer than `seconds` (default: SECONDS); the error that follows in the block
    becomes TooSlow. A block that ends all the same is left as it is."""
    allowed = SECONDS if seconds is None else seconds
    ended, stopped = threading.Event(), threading.Event()

    def watch() -> None:
        if not ended.wait(allowed):
            stopped.set()
            stop()
            while not ended.wait(AGAIN):
                stop()

    watcher = threading.Thread(target=watch, name="bench cutoff", daemon=True)
    watcher.start()
    try:
        yield
    except Exception as error:
        if stopped.is_set():
            raise TooSlow(allowed) from error
        raise
    finally:
        ended.set()
        watcher.join()


@contextmanager
def limited(reading: Callable[[], AbstractContextManager[Transaction]], seconds: float | None = None) -> Iterator[Transaction]:
    """A read transaction whose statements are called off after `seconds`, on both databases."""
    with reading() as connection:
        raw: Any = connection.connection.driver_connection
        stop = raw.interrupt if connection.dialect.name == "sqlite" else raw.cancel_safe
        with cutoff(stop, seconds):
            yield connection
