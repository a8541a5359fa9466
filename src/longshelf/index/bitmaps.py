"""Arrays of numbers and roaring bitmaps, turned into each other. Bitmaps hold the ordinals of one segment (see `segment`); they are never
changed once they are shared: every operation makes a new one."""

import array
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

Ints = NDArray[np.int64]
Array = NDArray[Any]

EMPTY = BitMap()
OBJECTS = 512  # bytes that a cached thing, its key and its entry take besides what it holds
_CONTAINER = 65_536
_BITSET = 8_192  # bytes of a container of 65,536 ordinals written as bits
_ARRAY_MOST = 4_096  # ordinals of a container written as a list
_NO_RUNS = 12_346  # the format's mark
PIECE = 262_144  # numbers compared in one go; a multiple of 8


def of(ordinals: Array) -> BitMap:
    """From ordinals in any order. Through `array`, which is ten times faster than from numpy, and sorted first: numpy sorts in a tenth of
    the time that the library loses on unsorted ones."""
    ordered = ordinals.astype(np.uint32)
    ordered.sort()
    values = array.array("I")
    values.frombytes(ordered.view(np.uint8).data)
    return BitMap(values)


def of_mask(mask: Array) -> BitMap:
    """From one truth value an ordinal."""
    return of_bits(np.packbits(mask, bitorder="little"))


def of_span(numbers: Array, first: int, stop: int) -> BitMap:
    """The ordinals whose number lies from `first` to before `stop`. A piece at a time, so that what lies between the steps stays in the
    processor's cache: several times faster than comparing the whole array twice. `numbers` are whole and not negative."""
    kind = np.dtype(f"u{numbers.dtype.itemsize}").type
    unsigned = numbers.view(kind)
    last = kind(stop - 1 - first)  # one comparison does for both ends: what is below `first` wraps around to far above
    steps, hits = np.empty(PIECE, dtype=kind), np.empty(PIECE, dtype=bool)
    bits = np.empty(-(-len(numbers) // 8), dtype=np.uint8)
    for start in range(0, len(numbers), PIECE):
        some = unsigned[start : start + PIECE]
        np.subtract(some, kind(first), out=steps[: len(some)])
        np.less_equal(steps[: len(some)], last, out=hits[: len(some)])
        packed = np.packbits(hits[: len(some)], bitorder="little")
        bits[start // 8 : start // 8 + len(packed)] = packed
    return of_bits(bits)


def of_bits(bits: NDArray[np.uint8]) -> BitMap:
    """From one bit an ordinal, the lowest of each byte first. The serialized form is written by numpy and read back: several times faster
    than listing millions of ordinals. Format: github.com/RoaringBitmap/RoaringFormatSpec, without runs.

    A container of few ordinals would have to be written as a list, which numpy makes slowly. It is written with every bit the other way
    round instead, so that it is one of many, and turned back by the library."""
    containers = np.zeros((-(-len(bits) // _BITSET), _BITSET), dtype=np.uint8)
    containers.reshape(-1)[: len(bits)] = bits
    counts = np.bitwise_count(containers.view(np.uint64)).sum(axis=1, dtype=np.int64)
    turned = np.flatnonzero((counts > 0) & (counts <= _ARRAY_MOST))
    containers[turned] ^= 0xFF
    counts[turned] = _CONTAINER - counts[turned]
    keys = np.flatnonzero(counts)
    offsets = 8 + 8 * len(keys) + _BITSET * np.arange(len(keys))
    header = np.array([_NO_RUNS, len(keys)], dtype="<u4")
    descriptions = np.stack([keys, counts[keys] - 1], axis=1).astype("<u2")
    written = (header, descriptions, offsets.astype("<u4"), containers if len(keys) == len(containers) else containers[keys])
    found = BitMap.deserialize(b"".join(part.tobytes() for part in written))
    for first, end in _runs(turned.tolist()):
        found = found.flip(first * _CONTAINER, end * _CONTAINER)
    return found


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Of ascending numbers: each run of neighbours, from its first to before its end."""
    first = end = -1
    for number in numbers:
        if number != end:
            if end >= 0:
                yield first, end
            first = number
        end = number + 1
    if end >= 0:
        yield first, end


class RankSelect:
    """A set of ordinals as bits with a running count per 64 of them, which tells for many at once how many lie below an ordinal (*rank*)
    and which is the k-th (*select*). A fifth of a byte an ordinal of the segment."""

    def __init__(self, words: Array, before: Array) -> None:
        """As `packed` makes them."""
        self._words = words
        self._before = before

    @staticmethod
    def packed(mask: Array) -> tuple[Array, Array]:
        """From one truth value an ordinal."""
        words = np.zeros(len(mask) // 64 + 1, dtype=np.uint64)
        bits = np.packbits(mask, bitorder="little")
        words.view(np.uint8)[: len(bits)] = bits
        return words, np.concatenate([np.zeros(1, dtype=np.int32), np.cumsum(np.bitwise_count(words), dtype=np.int32)])

    def bitmap(self) -> BitMap:
        return of_bits(self._words.view(np.uint8))

    def holds(self, ordinals: Array) -> Array:
        """For each, whether it is in the set."""
        places = ordinals.astype(np.int64)
        found: Array = (self._words[places >> 6] >> (places & 63).astype(np.uint64) & np.uint64(1)).astype(bool)
        return found

    def rank(self, ordinals: Array) -> Array:
        """For each, how many of the set are lower. From 0 to the number of ordinals."""
        places = ordinals.astype(np.int64)
        lower = (np.uint64(1) << (places & 63).astype(np.uint64)) - np.uint64(1)
        found: Array = self._before[places >> 6] + np.bitwise_count(self._words[places >> 6] & lower)
        return found

    def select(self, indexes: Array) -> Array:
        """The members at these indexes."""
        indexes = indexes.astype(np.int32)
        low, high = int(indexes.min()), int(indexes.max())
        if high - low < 4 * len(indexes):  # a stretch: spelling it out is cheaper than looking each up
            first, last = (np.searchsorted(self._before, np.array([low, high], dtype=np.int32), "right") - 1).tolist()
            bits = np.unpackbits(self._words[first : last + 1].view(np.uint8), bitorder="little")
            stretch: Array = np.flatnonzero(bits)[indexes - self._before[first]] + (first << 6)
            return stretch
        words = np.searchsorted(self._before, indexes, "right") - 1
        return (words << 6) + _bit_at(self._words[words], indexes - self._before[words])


def _bit_at(words: Array, indexes: Array) -> Array:
    """In each word, the place of the set bit that has so many set ones below it."""
    places = np.zeros(len(words), dtype=np.int64)
    for width in (32, 16, 8, 4, 2, 1):
        low = words & np.uint64((1 << width) - 1)
        below = np.bitwise_count(low)
        above = indexes >= below
        indexes = np.where(above, indexes - below, indexes)
        words = np.where(above, words >> np.uint64(width), low)
        places += above * width
    return places


def everything(count: int) -> BitMap:
    return BitMap(range(count)) if count else BitMap()


def ordinals(bitmap: BitMap) -> Array:
    """Ascending, as uint32."""
    return np.frombuffer(bitmap.to_array(), dtype=np.uint32) if bitmap else np.empty(0, dtype=np.uint32)


def size(bitmap: BitMap) -> int:
    """About how many bytes it holds with the objects around it; an upper bound that costs nothing: 2 bytes an ordinal, 8 KiB a container
    of 65,536."""
    if not bitmap:
        return OBJECTS
    containers = (bitmap.max() >> 16) - (bitmap.min() >> 16) + 1
    return OBJECTS + min(2 * len(bitmap) + 16 * containers, 8_208 * containers)


def fitted(bitmap: BitMap) -> BitMap:
    """The same, without the room its making has left over. An intersection is made with room for the smaller of the two, so one of few
    ordinals would hold many times what `size` says, for as long as it is kept."""
    bitmap.shrink_to_fit()
    return bitmap


def freeze(bitmap: BitMap) -> NDArray[np.uint8]:
    """Its serialized form, for a file."""
    bitmap.run_optimize()
    return np.frombuffer(bitmap.serialize(), dtype=np.uint8)


def thaw(frozen: Array) -> BitMap:
    return BitMap.deserialize(frozen.data)  # type: ignore[arg-type]  # any buffer will do; no copy is made of a mapped file


def distinct(numbers: Ints) -> Ints:
    """Ascending, each once. Several times faster than `np.unique`, which hashes."""
    arranged = np.sort(numbers)
    found: Ints = arranged[np.concatenate([np.ones(min(len(arranged), 1), dtype=bool), arranged[1:] != arranged[:-1]])]
    return found


def count_into(counts: Ints, numbers: Array) -> None:
    """Adds 1 to the count of each of the numbers, whenever one occurs. A third cheaper than `np.bincount`, which first looks for the least
    and the greatest of them, and makes all counts anew."""
    np.add.at(counts, numbers.astype(np.intp), 1)


def parse_ids(text: str) -> Ints:
    """The ids of "3,1,2"."""
    return np.fromstring(text, dtype=np.int64, sep=",") if text else np.empty(0, dtype=np.int64)
