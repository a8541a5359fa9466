"""Threads beside the jobs that look at something again and again. What they find only asks for a job; they do no work themselves."""

import threading
from abc import ABC, abstractmethod

import structlog

from longshelf.errors import LongshelfError

AGAIN_SECONDS = 5.0  # after a look that failed
_log = structlog.get_logger(__name__)


class Looking(ABC):
    """A thread that looks, rests, and looks again until `stop`, whatever a look comes to. `start` and `stop` once each."""

    def __init__(self, name: str, again: float = AGAIN_SECONDS) -> None:
        self._name = name
        self._again = again
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for the look that is under way."""
        self._stop.set()
        self._thread.join()

    @abstractmethod
    def _look(self) -> float:
        """Looks once, and answers for how many seconds to rest. One that takes long watches `_stop`."""

    def _run(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(self._guarded())

    def _guarded(self) -> float:
        try:
            return self._look()
        except LongshelfError as error:
            _log.warning("a look failed", what=self._name, reason=str(error))
        except Exception:  # the boundary: the thread is the only one of its kind, and must not end
            _log.exception("a look crashed", what=self._name)
        return self._again
