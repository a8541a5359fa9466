"""The thread that looks after displays does not end, whatever a look comes to."""

import threading

from longshelf.errors import StoreUnavailable
from longshelf.tasks.timelines import Timekeeper


def test_a_look_that_fails_or_crashes_is_followed_by_another() -> None:
    looks, enough = 0, threading.Event()

    def look() -> float:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise KeyError("nobody thought of this")
        if looks == 2:
            raise StoreUnavailable("The disk is full.")
        enough.set()
        return 60.0

    keeper = Timekeeper(look, again=0.01)
    keeper.start()
    assert enough.wait(10)
    keeper.stop()
    assert looks == 3
