"""What was worked out for somebody who turns pages, kept under a name of all it follows from: when anything of that changes, so does the
name."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The `most` values asked for last. Safe to share between threads; two who ask at once may both work it out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._turn = threading.Lock()

    def get_or(self, name: Hashable, make: Callable[[], T]) -> T:
        """The value of this name."""
        found = self._values.get(name)
        if found is None:
            found = make()
        with self._turn:
            self._values[name] = found
            self._values.move_to_end(name)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return found
