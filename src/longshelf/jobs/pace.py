"""How fast a job goes, how long it will still take, and how long to wait before it is tried again. Pure: time comes from outside."""

import math
import random

SECOND = 1_000_000  # the clock counts microseconds
MEMORY_SECONDS = 20.0  # the rate forgets what is much older than this
FIRST_PAUSE = 10.0
LONGEST_PAUSE = 3600.0
JITTER = 0.25  # jobs that failed together (a server went away) must not come back together


class Pace:
    """A moving average of things done a second, weighted by time, so that irregular reports do not distort it."""

    def __init__(self, at: int, done: int) -> None:
        self._at = at
        self._done = done
        self.rate: float | None = None

    def update(self, at: int, done: int) -> None:
        """Takes in how much is done at `at`. Going back (a resumed job counts again) starts the measure anew."""
        seconds = (at - self._at) / SECOND
        if done < self._done:
            self.rate = None
        elif seconds <= 0:
            return
        else:
            now = (done - self._done) / seconds
            kept = math.exp(-seconds / MEMORY_SECONDS)
            self.rate = now if self.rate is None else kept * self.rate + (1 - kept) * now
        self._at, self._done = at, done

    def eta_seconds(self, total: int | None) -> float | None:
        """Seconds until `total`; None while the total or a rate is not known."""
        if total is None or not self.rate:
            return None
        return max(0.0, (total - self._done) / self.rate)


def pause_after(attempts: int, chance: random.Random) -> int:
    """Microseconds to wait after the `attempts`-th failure (from 1): doubled each time up to an hour, and scattered by a quarter."""
    seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1))
    return int(seconds * SECOND * chance.uniform(1 - JITTER, 1 + JITTER))
