"""A user's own order of a segment, and views in it. Few items have a value in it, so only those are listed; the others are in the order of
their ordinals, where their ranks are found by counting the listed ones before them. Nothing here is as large as the segment but for the
bits of a large result."""

import math
from typing import Any

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.numbering import Ids
from longshelf.model.sorts import Value


class OwnOrder:
    """`ordinals`, ascending, have the `values`; `since` is the version of the user's data it is made from."""

    def __init__(self, ids: Ids, ordinals: Ints, values: Array, *, since: int) -> None:
        by_value = np.argsort(values, kind="stable")
        self.since = since
        self.valued = len(ordinals)
        self.plain = not self.valued
        self.said = bitmaps.of(ordinals)
        self._ids = ids
        self._ordinals = ordinals.astype(np.int32)
        self._ranks = np.empty(self.valued, dtype=np.int32)
        self._ranks[by_value] = np.arange(self.valued, dtype=np.int32)
        self._order = self._ordinals[by_value]
        self._values = values[by_value]
        self._gaps = self._ordinals - np.arange(self.valued, dtype=np.int32)  # places without a value before each that has one
        self.bytes = bitmaps.size(self.said) + 4 * self._ordinals.nbytes + self._values.nbytes

    def ranks_of(self, ordinals: Array) -> Array:
        ordinals = ordinals.astype(np.int32)
        places = np.searchsorted(self._ordinals, ordinals)
        found = self.valued + ordinals.astype(np.int64) - places
        inside = np.flatnonzero(places < self.valued)
        met = inside[self._ordinals[places[inside]] == ordinals[inside]]
        found[met] = self._ranks[places[met]]
        return found

    def at(self, ranks: Array) -> Array:
        found = np.asarray(ranks, dtype=np.int64).copy()
        valued = found < self.valued
        behind = found[~valued] - self.valued
        found[valued] = self._order[found[valued]]
        found[~valued] = behind + np.searchsorted(self._gaps, behind.astype(np.int32), "right")
        return found

    def place(self, value: Value, item_id: int) -> int:
        wanted = np.array([int(self._ids.below(np.int64(min(item_id, 2**63 - 1))))])
        if value is None:
            return int(self._behind(wanted)[0])
        return int(self._among(np.array([self._below(value)]), np.array([self._upto(value)]), wanted)[0])

    def places(self, other: "OwnOrder", ranks: Array, ids: Array) -> Array:
        wanted = self._ids.below(ids)
        valued = ranks < other.valued
        found = self._behind(wanted)
        values = other._values[ranks[valued]]
        kind = np.promote_types(values.dtype, self._values.dtype)
        mine, values = self._values.astype(kind), values.astype(kind)
        found[valued] = self._among(np.searchsorted(mine, values, "left"), np.searchsorted(mine, values, "right"), wanted[valued])
        return found

    def value(self, rank: int) -> Value:
        found: Value = None if rank >= self.valued else self._values[rank].item()
        return found

    def _below(self, value: Any) -> int:
        return self._search(value, math.ceil, "left")

    def _upto(self, value: Any) -> int:
        return self._search(value, math.floor, "right")

    def _search(self, value: float, rounded: Any, side: Any) -> int:
        """Whole numbers are compared as whole numbers, in their own type."""
        if self._values.dtype.kind == "f":
            return int(np.searchsorted(self._values, float(value), side))
        whole, limits = rounded(value), np.iinfo(self._values.dtype)
        if not limits.min <= whole <= limits.max:
            return 0 if whole < limits.min else self.valued
        return int(np.searchsorted(self._values, self._values.dtype.type(whole), side))

    def _among(self, starts: Array, stops: Array, wanted: Array) -> Array:
        """For each ordinal, where it would stand among the ranks from start to stop, whose items have one value and ascend."""
        low, high = starts.astype(np.int64), stops.astype(np.int64)
        while (open_ := low < high).any():
            middle = (low + high) // 2
            less = open_ & (self._order[np.minimum(middle, self.valued - 1)] < wanted)
            low, high = np.where(less, middle + 1, low), np.where(open_ & ~less, middle, high)
        return low

    def _behind(self, wanted: Array) -> Array:
        """For each ordinal, where it would stand among the ranks without a value."""
        found: Array = self.valued + wanted - np.searchsorted(self._ordinals, wanted.astype(np.int32))
        return found


class Split:
    """A view of any result: those that have a value as sorted ranks, the others as they are."""

    def __init__(self, order: OwnOrder, result: BitMap) -> None:
        self._order = order
        self._valued = np.sort(order.ranks_of(bitmaps.ordinals(result & order.said))).astype(np.int32)
        self._others = result - order.said
        self.count = len(result)
        self.bytes = self._valued.nbytes + bitmaps.size(self._others) + bitmaps.OBJECTS

    def ranks(self, start: int, stop: int) -> Array:
        valued = len(self._valued)
        first, end = max(start - valued, 0), max(stop - valued, 0)
        others = bitmaps.ordinals(self._others[first:end]) if first < end else np.empty(0, dtype=np.uint32)
        return np.concatenate([self._valued[start : min(stop, valued)].astype(np.int64), self._order.ranks_of(others)])

    def below(self, ranks: Array) -> Array:
        ranks = np.asarray(ranks, dtype=np.int64)
        found = np.searchsorted(self._valued, ranks.astype(np.int32)).astype(np.int64)
        behind = np.flatnonzero(ranks > self._order.valued)
        for place, ordinal in zip(behind.tolist(), self._order.at(ranks[behind]).tolist(), strict=True):
            found[place] += self._others.rank(ordinal - 1) if ordinal else 0
        return found

    def before(self, rank: int) -> int:
        return int(self.below(np.array([rank]))[0])
