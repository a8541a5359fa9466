"""A view: the items of a result in one ascending order, so that the k-th of them, and how many lie below a rank, are found at once.

Three forms of one thing. In the order of ordinals the bitmap itself answers. Up to SHORT items are a sorted list of ranks. More are bits in
rank space with a running count per 512 of them: 1.3 MB for ten million, however many items the result has."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array
from longshelf.index.fields import Order
from longshelf.index.halves import ALONE, by_two
from longshelf.index.own_order import OwnOrder, Split
from longshelf.index.shuffling import Bucketed, Shuffled

SHORT = 200_000
AT_ONCE = 131_072  # ranks held at a time
HALVED_FROM = 400_000  # items whose ranks are looked up and marked by two threads: they lie anywhere, and each waits for memory
BLOCK = 512  # bits
_BYTES = BLOCK // 8


class View(Protocol):
    """`count` items; an index counts them in ascending order."""

    count: int

    def ranks(self, start: int, stop: int) -> Array:
        """Of the items from index `start` to `stop`, both within 0 … count."""

    def below(self, ranks: Array) -> Array:
        """For each rank, how many items have a lower one."""

    def before(self, rank: int) -> int:
        """The same for one rank, which every page of a descending order asks for."""

    @property
    def bytes(self) -> int: ...


class Listed:
    """Sorted ranks."""

    def __init__(self, ranks: Array) -> None:
        self._ranks = ranks
        self.count = len(ranks)
        self.bytes = ranks.nbytes + bitmaps.OBJECTS

    def ranks(self, start: int, stop: int) -> Array:
        return self._ranks[start:stop]

    def below(self, ranks: Array) -> Array:
        found: Array = np.searchsorted(self._ranks, ranks.astype(self._ranks.dtype))  # of one type, or numpy converts the whole list
        return found

    def before(self, rank: int) -> int:
        kind = self._ranks.dtype
        return int(self._ranks.searchsorted(kind.type(min(rank, np.iinfo(kind).max))))  # behind the end of a random order lies 2⁶³


class Roaring:
    """A result in the order of ordinals."""

    def __init__(self, result: BitMap) -> None:
        self._result = result
        self.count = len(result)
        self.bytes = bitmaps.size(result)

    def ranks(self, start: int, stop: int) -> Array:
        return bitmaps.ordinals(self._result[start:stop]) if start < stop else np.empty(0, dtype=np.uint32)

    def below(self, ranks: Array) -> Array:
        return np.fromiter(map(self.before, ranks.tolist()), dtype=np.int64, count=len(ranks))

    def before(self, rank: int) -> int:
        return self._result.rank(rank - 1) if rank > 0 else 0


class Bits:
    """One bit a rank."""

    def __init__(self, packed: NDArray[np.uint8], bits: int) -> None:
        """`packed` is padded to whole blocks."""
        self._packed = packed
        self._limit = bits
        counts = np.bitwise_count(packed.view(np.uint64)).reshape(-1, BLOCK // 64).sum(axis=1, dtype=np.int32)
        self._before = np.concatenate([np.zeros(1, dtype=np.int32), np.cumsum(counts, dtype=np.int32)])
        self.count = int(self._before[-1])
        self.bytes = packed.nbytes + self._before.nbytes

    def ranks(self, start: int, stop: int) -> Array:
        if start >= stop:
            return np.empty(0, dtype=np.int64)
        first = int(self._before.searchsorted(np.int32(start), "right")) - 1
        end = int(self._before.searchsorted(np.int32(stop), "left"))
        found = np.flatnonzero(np.unpackbits(self._packed[first * _BYTES : end * _BYTES], bitorder="little")) + first * BLOCK
        skipped = start - int(self._before[first])
        return found[skipped : skipped + stop - start]

    def below(self, ranks: Array) -> Array:
        ranks = np.clip(ranks, 0, self._limit).astype(np.int64)
        blocks, bits = ranks // BLOCK, ranks % BLOCK
        inside = [self._in_block(block, bit) if bit else 0 for block, bit in zip(blocks.tolist(), bits.tolist(), strict=True)]
        found: Array = self._before[blocks] + np.array(inside, dtype=np.int64)
        return found

    def before(self, rank: int) -> int:
        block, bit = divmod(min(max(rank, 0), self._limit), BLOCK)
        return int(self._before[block]) + (self._in_block(block, bit) if bit else 0)

    def _in_block(self, block: int, bits: int) -> int:
        start = block * _BYTES
        whole = int.from_bytes(self._packed[start : start + _BYTES].tobytes(), "little")
        return (whole & ((1 << bits) - 1)).bit_count()


def view(result: BitMap, order: Order, count: int) -> View:
    """Of a result of a segment of `count` items."""
    if order.plain:
        return Roaring(result)
    if isinstance(order, OwnOrder):
        return Split(order, result)
    if len(result) > SHORT and isinstance(order, Shuffled):
        return Bucketed(order, result)
    if len(result) <= SHORT:
        return Listed(np.sort(order.ranks_of(bitmaps.ordinals(result))))
    packed = np.zeros(-(-(count + 1) // BLOCK) * _BYTES, dtype=np.uint8)
    if len(result) * 2 > count:  # fewer items to scatter the other way round
        _scatter(packed, order, bitmaps.ordinals(result.flip(0, count)), count)
        np.invert(packed, out=packed)
        _clear_from(packed, count)
    else:
        _scatter(packed, order, bitmaps.ordinals(result), count)
    return Bits(packed, count)


def _scatter(packed: NDArray[np.uint8], order: Order, ordinals: Array, count: int) -> None:
    ones = np.zeros(count, dtype=np.uint8)

    def put(some: Array) -> None:
        for start in range(0, len(some), AT_ONCE):
            ones[order.ranks_of(some[start : start + AT_ONCE])] = 1

    if ALONE or len(ordinals) < HALVED_FROM:
        put(ordinals)
    else:
        middle = len(ordinals) // 2
        by_two(lambda: put(ordinals[:middle]), lambda: put(ordinals[middle:]))
    found = np.packbits(ones, bitorder="little")
    packed[: len(found)] = found


def _clear_from(packed: NDArray[np.uint8], count: int) -> None:
    whole, rest = divmod(count, 8)
    packed[whole + (rest > 0) :] = 0
    if rest:
        packed[whole] &= (1 << rest) - 1
