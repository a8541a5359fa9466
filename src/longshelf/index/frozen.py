"""How many members a result shares with bitmaps that lie in a file, without waking these: twice as fast for thousands of large ones.

CRoaring, which pyroaring is made of, reads bitmaps where they lie (`roaring_bitmap_portable_deserialize_frozen` in its roaring.h).
pyroaring does not offer that, but its library holds the functions. The rule: they are used only where they are found and have shown that
they answer as pyroaring does; elsewhere nothing is lost but time."""

import ctypes
import sys
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyroaring
from pyroaring import BitMap

from longshelf.index.bitmaps import Array
from longshelf.index.halves import ALONE, by_two

_POINTER, _SIZE = ctypes.c_void_p, ctypes.c_size_t
Place = tuple[int, int]  # an address and a length in bytes
SHARED_FROM = 32 * 2**10  # bytes: bitmaps as large as that on average are met by two threads


class Meeting:
    """The functions. They hold the interpreter's lock as pyroaring's own do: to let it go thousands of times costs more than it gives. Only
    the meeting of many large bitmaps lets it go, so that two threads do half of them each."""

    def __init__(self, shared_from: int = SHARED_FROM) -> None:
        """AttributeError or OSError where there are none."""
        library = ctypes.PyDLL(pyroaring.__file__)
        self._shared_from = sys.maxsize if ALONE else shared_from
        self._size = _function(library.roaring_bitmap_portable_deserialize_size, _SIZE, _POINTER, _SIZE)
        self._open = _function(library.roaring_bitmap_portable_deserialize_frozen, _POINTER, _POINTER)
        self._met = _function(library.roaring_bitmap_and_cardinality, ctypes.c_uint64, _POINTER, _POINTER)
        unlocked = ctypes.CDLL(pyroaring.__file__)
        self._met_unlocked = _function(unlocked.roaring_bitmap_and_cardinality, ctypes.c_uint64, _POINTER, _POINTER)
        self._close = _function(library.roaring_bitmap_free, None, _POINTER)

    def cardinalities(self, blob: Array, offsets: Array, result: BitMap) -> Array:
        """With each of the bitmaps that were written one behind the other into `blob`, between two `offsets` each. ValueError where there
        is something else."""
        return self.shares(blob, list(pairwise(offsets.tolist())), result)

    def shares(self, blob: Array, spans: Sequence[tuple[int, int]], result: BitMap) -> Array:
        """The same with those of them that lie in these spans of bytes."""
        written = np.frombuffer(result.serialize(), dtype=np.uint8)
        with_result, first = self._view(written.ctypes.data, len(written)), blob.ctypes.data
        places = [(first + start, stop - start) for start, stop in spans]
        try:
            if len(places) < 2 or sum(length for _, length in places) < self._shared_from * len(places):
                return self._counted(self._met, places, with_result)
            return self._counted_by_two(places, with_result)
        finally:
            self._close(with_result)

    def _counted_by_two(self, places: Sequence[Place], with_result: int) -> Array:
        """Every other one in either thread: what one costs goes neither by its bytes nor by its members."""
        found = np.empty(len(places), dtype=np.int64)
        found[::2], found[1::2] = by_two(
            lambda: self._counted(self._met_unlocked, places[::2], with_result),
            lambda: self._counted(self._met_unlocked, places[1::2], with_result),
        )
        return found

    def _counted(self, met: Any, places: Sequence[Place], with_result: int) -> Array:
        return np.array([self._shared(met, place, with_result) for place in places], dtype=np.int64)

    def _shared(self, met: Any, place: Place, with_result: int) -> int:
        bitmap = self._view(*place)
        shared: int = met(bitmap, with_result)
        self._close(bitmap)
        return shared

    def _view(self, place: int, length: int) -> int:
        if self._size(place, length) != length:  # what is read in place is not looked at again
            raise ValueError("These bytes are not a bitmap.")
        view: int | None = self._open(place)
        if view is None:
            raise MemoryError
        return view


@cache
def meeting() -> Meeting | None:
    """None where this machine's pyroaring has no such functions, or they do not do what is expected."""
    if sys.byteorder != "little":  # as the format is
        return None
    try:
        found = Meeting()
        return found if _agrees(found) and _agrees(Meeting(shared_from=0)) else None
    except (AttributeError, OSError, ValueError):
        return None


def _agrees(meeting: Meeting) -> bool:
    """About lists, bits and runs, each with each."""
    kinds = [BitMap(), BitMap(range(0, 600_000, 97)), BitMap(range(0, 400_000, 3)), BitMap(range(70_000, 300_000))]
    kinds[-1].run_optimize()
    pieces = [np.frombuffer(each.serialize(), dtype=np.uint8) for each in kinds]
    blob, offsets = np.concatenate(pieces), np.cumsum([0, *map(len, pieces)])
    for result in kinds:
        if meeting.cardinalities(blob, offsets, result).tolist() != [each.intersection_cardinality(result) for each in kinds]:
            return False
    return True


def _function(function: Any, answer: type | None, *takes: type) -> Any:
    function.restype, function.argtypes = answer, takes
    return function
