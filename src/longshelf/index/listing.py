"""A result in an order, over a base and what changed since: the one place where the two are put together.

The base's view still holds items that have changed or gone (the *stale* ones), and lacks the delta's. Both corrections are short sorted
lists, so any index of the whole is found with a few binary searches, and the base's view serves on while changes come in."""

from functools import cached_property
from itertools import repeat
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array
from longshelf.index.fields import Order
from longshelf.index.numbering import Ids
from longshelf.index.views import View
from longshelf.model.sorts import Key, Sort, Value

_NONE = np.empty(0, dtype=np.int64)


class Part:
    """The items of one segment in one order. `ids` are those of the segment by ordinal."""

    def __init__(self, order: Order, view: View, ids: Ids) -> None:
        self.order = order
        self.view = view
        self.segment_ids = ids

    def ids(self, ranks: Array) -> list[int]:
        found: list[int] = self.segment_ids[self.order.at(ranks)].tolist()
        return found

    def entries(self, start: int, stop: int) -> "list[Entry]":
        """The items at these indexes of the view."""
        ranks = self.view.ranks(start, stop)
        return list(zip(repeat(self), ranks.tolist(), self.ids(ranks)))

    def below(self, place: int) -> int:
        return self.view.before(place)


Entry = tuple[Part, int, int]
"""One item of a listing: the part it was found in, its rank there, its id. Pages are made of fifty: a class of its own would cost ten times
as much."""


def key_of(entry: Entry) -> Key:
    part, rank, item_id = entry
    return Key(part.order.value(rank), item_id)


class Correction(NamedTuple):
    """What changed about a base's view. It outlives the view, which can be made again and will be the same; so it does not hold it: kept
    corrections would keep every view that was ever asked for."""

    delta: Part | None = None
    stale: Array = _NONE  # indexes in the view of items that do not count any more, ascending
    inserts: Array = _NONE  # for each item of the delta, ascending, its index among those of the view that count

    @property
    def bytes(self) -> int:
        return self.stale.nbytes + self.inserts.nbytes + (0 if self.delta is None else self.delta.view.bytes) + 2 * bitmaps.OBJECTS


UNCHANGED = Correction()


def correction(base: Part, delta: Part | None, stale: BitMap) -> Correction:
    """`stale`: those of the base's result that do not count any more."""
    gone = np.sort(base.view.below(base.order.ranks_of(bitmaps.ordinals(stale)))) if stale else _NONE
    if delta is None or not delta.view.count:
        return Correction(delta, gone)
    ranks = delta.view.ranks(0, delta.view.count)
    inserts = base.view.below(base.order.places(delta.order, ranks, delta.segment_ids[delta.order.at(ranks)]))
    return Correction(delta, gone, inserts - np.searchsorted(gone, inserts))


class Listing:
    """Positions count in the direction of the sort, from 0; *indexes* count upwards, whatever the direction."""

    def __init__(self, sort: Sort, base: Part, changes: Correction = UNCHANGED) -> None:
        self._descending = sort.descending
        self._base = base
        self._delta, self._stale, self._inserts = changes
        self.total = base.view.count - len(self._stale) + len(self._inserts)

    @cached_property
    def valued(self) -> int:
        """How many have a value of what is sorted by."""
        base = self._base.below(self._base.order.valued)
        found = base - int(np.searchsorted(self._stale, base))
        return found + (self._delta.below(self._delta.order.valued) if self._delta else 0)

    def position(self, key: Key, *, past: bool = False) -> int:
        """How many come before a place; with `past`, an item right there counts too."""
        index = self._index(key.value, key.id + (past != self._descending))
        if not self._descending:
            return index
        return self.valued - index if key.value is not None else self.valued + self.total - index

    def entries(self, start: int, stop: int) -> list[Entry]:
        """The items at these positions; those outside the list are left out."""
        start, stop = max(start, 0), min(stop, self.total)
        if start >= stop:
            return []
        if not self._descending:
            return self._rising(start, stop)
        valued, total = self.valued, self.total
        found: list[Entry] = []
        if start < valued:
            found += self._rising(valued - min(stop, valued), valued - start)[::-1]
        if stop > valued:
            found += self._rising(valued + total - stop, valued + total - max(start, valued))[::-1]
        return found

    def below(self, value: Value) -> int:
        """How many have a lesser value, of those that have one."""
        return self._index(value, -1)

    def _index(self, value: Value, item_id: int) -> int:
        """How many lie below (value, id)."""
        base = self._base.below(self._base.order.place(value, item_id))
        found = base - int(np.searchsorted(self._stale, base))
        return found + (self._delta.below(self._delta.order.place(value, item_id)) if self._delta else 0)

    def _rising(self, start: int, stop: int) -> list[Entry]:
        """By index. The delta's item j lies at its insertion index + j."""
        if self._delta is None:
            return self._of_base(start, stop)
        at = self._inserts + np.arange(len(self._inserts))
        first, end = int(np.searchsorted(at, start)), int(np.searchsorted(at, stop))
        found = self._of_base(start - first, stop - end)
        if first == end:
            return found
        for place, entry in zip((at[first:end] - start).tolist(), self._delta.entries(first, end), strict=True):
            found.insert(place, entry)
        return found

    def _of_base(self, start: int, stop: int) -> list[Entry]:
        """By index among those that are not stale."""
        if start >= stop:
            return []
        if not len(self._stale):
            return self._base.entries(start, stop)
        fresh_before = self._stale - np.arange(len(self._stale))  # fresh ones before each stale one
        first = start + int(np.searchsorted(fresh_before, start, "right"))
        end = stop - 1 + int(np.searchsorted(fresh_before, stop - 1, "right")) + 1
        gone = set(self._stale[np.searchsorted(self._stale, first) : np.searchsorted(self._stale, end)].tolist())
        return [entry for place, entry in enumerate(self._base.entries(first, end), first) if place not in gone]
