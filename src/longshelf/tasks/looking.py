"""Threads beside the jobs that look at something again and again. What they find only asks for a job; they do no work themselves."""

import threading
from abc import ABC, abstractmethod


class Looking(ABC):
    """A thread that looks, rests, and looks again until `stop`. `start` and `stop` once each."""

    def __init__(self, name: str) -> None:
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
            self._stop.wait(self._look())
