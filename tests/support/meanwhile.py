"""Somebody else who writes while a transaction is open: he gets through, or waits for it. Which of the two is known before going on."""

import threading
from collections.abc import Callable
from typing import Any

from longshelf.store.database import Database, Transaction

LOOK_SECONDS = 0.02


class Meanwhile:
    """Writes in a thread of its own. `begin` returns when that is committed or waits for a lock; `end` when it is committed."""

    def __init__(self, database: Database, act: Callable[[Transaction], object]) -> None:
        self._database = database
        self._act = act
        self._thread = threading.Thread(target=self._write)

    def begin(self) -> None:
        self._thread.start()
        if self._database.dialect == "sqlite":
            return  # whoever calls this has the one write lock
        while self._thread.is_alive() and not self._waits():
            self._thread.join(LOOK_SECONDS)

    def end(self) -> None:
        self._thread.join()

    def _write(self) -> None:
        with self._database.write_quietly() as connection:
            self._act(connection)

    def _waits(self) -> bool:
        text = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with self._database.read() as connection:
            return int(connection.exec_driver_sql(text).scalar_one()) > 0


def after_first(function: Callable[..., Any], then: Callable[[], object]) -> Callable[..., Any]:
    """The function, but what it found the first time is kept back until `then` has been called."""
    called = threading.Event()

    def slow(*args: Any) -> Any:
        found = function(*args)
        if not called.is_set():
            called.set()
            then()
        return found

    return slow
