"""Which item has which ordinal. The ids of a segment ascend; where they follow each other with few gaps no list of them is kept, and the
gaps are places without an item."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from longshelf.index.bitmaps import Array, Ints


class Ids(Protocol):
    """The ids of the places of a segment, ascending. `last` is the greatest, -1 where there is no place."""

    last: int

    def __len__(self) -> int: ...

    def __getitem__(self, places: Any) -> Any:
        """The ids at these ordinals: an array of int64 for an array, a number for a number."""

    def below(self, ids: Any) -> Any:
        """How many are lower, for each of the ids; for an id that is here that is its ordinal."""


class Listed:
    """Any ids, as a sorted list."""

    def __init__(self, ids: Ints) -> None:
        self._ids = ids
        self.last = int(ids[-1]) if len(ids) else -1

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, places: Any) -> Any:
        return self._ids[places]

    def below(self, ids: Any) -> Any:
        return np.searchsorted(self._ids, ids)


class Consecutive:
    """`count` ids from `first` on."""

    def __init__(self, first: int, count: int) -> None:
        self._first = first
        self._count = count
        self.last = first + count - 1 if count else -1

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, places: Any) -> Any:
        return np.asarray(places, dtype=np.int64) + self._first

    def below(self, ids: Any) -> Any:
        return np.clip(np.asarray(ids, dtype=np.int64), self._first, self._first + self._count) - self._first


def read_ids(arrays: Mapping[str, Array]) -> Ids:
    """From the arrays of a segment."""
    if "span" in arrays:
        first, count = arrays["span"].tolist()
        return Consecutive(first, count)
    return Listed(arrays["ids"])
