"""How often a password may be tried. Failures are counted a window long, per name and address together, per address and per name, so that
one guesser is stopped early, a crowd of them late, and nobody locks a stranger out with a handful of requests.

The counts live in this process: with several workers an attacker gets that many times the limit, which is still nothing."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from longshelf.errors import Denied

WINDOW = 15 * 60  # seconds
LIMITS = {"pair": 10, "address": 50, "name": 100}
REMEMBERED = 10_000  # keys; beyond it the one untouched longest is forgotten


class TooManyAttempts(Denied):
    """Wait `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many failed attempts. Try again in {max(1, retry_after // 60)} min.")
        self.retry_after = retry_after


class Throttle:
    """Safe to share between threads. `clock` gives seconds that only go up."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def check(self, name: str, address: str) -> None:
        """TooManyAttempts when this name or address has failed too often of late."""
        now = self._clock()
        with self._lock:
            for key in _keys(name, address):
                failures = self._recent(key, now)
                if len(failures) >= LIMITS[key[0]]:
                    raise TooManyAttempts(int(failures[0] + WINDOW - now) + 1)

    def failed(self, name: str, address: str) -> None:
        """Counts one failure."""
        now = self._clock()
        with self._lock:
            for key in _keys(name, address):
                self._failures.setdefault(key, deque(maxlen=LIMITS[key[0]])).append(now)
                self._failures.move_to_end(key)
            while len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """A right password clears what was held against this name from this address."""
        with self._lock:
            self._failures.pop(_keys(name, address)[0], None)

    def _recent(self, key: tuple[str, str], now: float) -> deque[float]:
        failures = self._failures.get(key, deque())
        while failures and failures[0] <= now - WINDOW:
            failures.popleft()
        return failures


def _keys(name: str, address: str) -> tuple[tuple[str, str], ...]:
    return ("pair", f"{name}\n{address}"), ("address", address), ("name", name)
