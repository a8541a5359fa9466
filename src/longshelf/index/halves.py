"""Work on large arrays, half of it in a second thread. Worth it only where numpy or CRoaring let the interpreter's lock go for most of the
time; a thread is made in less than a thousandth of that, and none is kept, so that none is missed in a forked process."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

ALONE = (os.cpu_count() or 1) == 1


def by_two(first: Callable[[], T], second: Callable[[], T]) -> tuple[T, T]:
    """What both give, done at once, or one after the other where there is no thread to be had. What either raises is raised when both have
    ended."""
    with ThreadPoolExecutor(1) as beside:
        try:
            other = beside.submit(second)
        except RuntimeError:  # too many threads, or the process is ending
            return first(), second()
        return first(), other.result()
