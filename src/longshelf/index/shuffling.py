"""The seeded random orders. No seed has arrays of its own: `model.sorts.Shuffle` is a permutation of 0 … 2³¹-1, so the items at a stretch
of the order are found by turning its keys back into ids.

A rank here is (key, ordinal) in one number."""

import math
from typing import Any

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.fields import id_bound
from longshelf.index.numbering import Ids
from longshelf.model.sorts import MASK, Shuffle, Value

CHUNK = 65_536  # keys made at a time: intermediate results stay in the processor's cache
BUCKETS = 65_536
_SHIFT = 15  # of a key, to its bucket
_MANY = 64  # ranks asked for at once beyond which one pass over the whole result is cheaper than a bucket for each


class Shuffled:
    """The order of one seed over a segment."""

    plain = False
    valued = 2**63 - 1

    def __init__(self, constants: Shuffle, ids: Ids) -> None:
        self._constants = constants
        self._ids = ids
        self._reversible = ids.last <= MASK  # greater ids share keys, which cannot be turned back

    def ranks_of(self, ordinals: Array) -> Array:
        found = np.empty(len(ordinals), dtype=np.int64)
        for start in range(0, len(ordinals), CHUNK):
            piece = ordinals[start : start + CHUNK].astype(np.int64)
            found[start : start + CHUNK] = (self._keys(self._ids[piece]) << 32) | piece
        return found

    def keys_of(self, ordinals: Array) -> Array:
        """Their keys alone, as uint32: half the work of their ranks."""
        mask, constants = np.uint32(MASK), self._constants
        mixed: Array = (self._ids[ordinals] & MASK).astype(np.uint32)
        # What overflows 32 bits would be cut off by the mask of 31 anyway.
        mixed *= np.uint32(constants.multiply)
        mixed += np.uint32(constants.add)
        mixed &= mask
        mixed ^= mixed >> np.uint32(16)
        mixed *= np.uint32(constants.remix)
        mixed += np.uint32(constants.shift)
        mixed &= mask
        return mixed

    def at(self, ranks: Array) -> Array:
        return ranks & 0xFFFFFFFF

    def place(self, value: Value, item_id: int) -> int:
        assert isinstance(value, int | float)
        return min(max(math.ceil(value), 0), MASK + 1) << 32 | int(self._ids.below(id_bound(item_id)))

    def places(self, other: Any, ranks: Array, ids: Array) -> Array:  # noqa: ARG002 - the keys are in the ranks
        found: Array = (ranks >> 32 << 32) | self._ids.below(ids)
        return found

    def value(self, rank: int) -> Value:
        return rank >> 32

    def within(self, first: int, end: int, result: BitMap) -> Ints:
        """Ranks, ascending, of the items of `result` whose keys lie from `first` to before `end`: from the keys or from the items,
        whichever are fewer."""
        if not self._reversible or end - first >= len(result):
            ranks = self.ranks_of(bitmaps.ordinals(result))
            return np.sort(ranks[(ranks >= first << 32) & (ranks < end << 32)])
        found = []
        for start in range(max(first, 0), min(end, MASK + 1), CHUNK):
            ids = self._back(np.arange(start, min(start + CHUNK, end, MASK + 1), dtype=np.int64))
            ids = ids[ids <= self._ids.last]
            places = self._ids.below(ids)
            found.append(places[self._ids[places] == ids])
        kept = bitmaps.of(np.concatenate(found)) & result if found else bitmaps.EMPTY
        return np.sort(self.ranks_of(bitmaps.ordinals(kept)))

    def _keys(self, ids: Array) -> Array:
        """`Shuffle.key`, for many at once; no step leaves 63 bits."""
        constants = self._constants
        mixed = ((ids & MASK) * constants.multiply + constants.add) & MASK
        mixed ^= mixed >> 16
        found: Array = (mixed * constants.remix + constants.shift) & MASK
        return found

    def _back(self, keys: Array) -> Array:
        """Ids that have these keys. A number of 31 bits that was mixed with its own upper half is unmixed in the same way."""
        constants = self._constants
        mixed = (((keys - constants.shift) & MASK) * pow(constants.remix, -1, MASK + 1)) & MASK
        mixed ^= mixed >> 16
        found: Array = (((mixed - constants.add) & MASK) * pow(constants.multiply, -1, MASK + 1)) & MASK
        return found


class Bucketed:
    """A view of a large result in a random order: how many items lie before each of BUCKETS stretches of keys. A stretch is
    spelled out when it is asked for."""

    def __init__(self, order: Shuffled, result: BitMap) -> None:
        self._order = order
        self._result = result
        counts = np.zeros(BUCKETS, dtype=np.int64)
        ordinals = bitmaps.ordinals(result)
        for start in range(0, len(ordinals), CHUNK):
            bitmaps.count_into(counts, order.keys_of(ordinals[start : start + CHUNK]) >> np.uint32(_SHIFT))
        self._before = np.concatenate([np.zeros(1, dtype=np.int32), np.cumsum(counts, dtype=np.int32)])
        self.count = len(result)
        self.bytes = self._before.nbytes + bitmaps.size(result)

    def ranks(self, start: int, stop: int) -> Array:
        if start >= stop:
            return np.empty(0, dtype=np.int64)
        first = int(np.searchsorted(self._before, np.int32(start), "right")) - 1
        end = int(np.searchsorted(self._before, np.int32(stop), "left"))
        skipped = start - int(self._before[first])
        return self._order.within(first << _SHIFT, end << _SHIFT, self._result)[skipped : skipped + stop - start]

    def below(self, ranks: Array) -> Array:
        if len(ranks) > _MANY:
            ordered = np.sort(ranks)
            met = np.bincount(
                np.searchsorted(ordered, self._order.ranks_of(bitmaps.ordinals(self._result)), "right"), minlength=len(ranks) + 1
            )
            return np.cumsum(met)[np.searchsorted(ordered, ranks)]
        return np.array([self.before(rank) for rank in ranks.tolist()], dtype=np.int64)

    def before(self, rank: int) -> int:
        bucket = rank >> (32 + _SHIFT)
        if bucket >= BUCKETS:
            return self.count
        inside = self._order.within(bucket << _SHIFT, (bucket + 1) << _SHIFT, self._result)
        return int(self._before[bucket]) + int(np.searchsorted(inside, rank))
