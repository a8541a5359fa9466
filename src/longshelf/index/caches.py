"""A cache bounded in bytes: what was used longest ago goes first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """Safe to share between threads. `weigh` says how many bytes a value holds; one heavier than the whole budget is not kept."""

    def __init__(self, budget: int, weigh: Callable[[V], int]) -> None:
        self.budget = budget
        self._weigh = weigh
        self._held: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """Of everything held now."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: V) -> V:
        """Keeps it; the value, for the caller to go on with."""
        weight = self._weigh(value)
        with self._lock:
            self._drop(key)
            if weight <= self.budget:
                self._held[key] = value, weight
                self._bytes += weight
            while self._bytes > self.budget:
                self._drop(next(iter(self._held)))
        return value

    def get_or(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value held, or the one made now. Two threads may make it at once; both are right."""
        found = self.get(key)
        return self.put(key, make()) if found is None else found

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> None:
        found = self._held.pop(key, None)
        if found is not None:
            self._bytes -= found[1]
