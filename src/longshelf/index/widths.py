"""Columns of whole numbers, some absent, in the narrower of two types: most columns of most catalogues fit into half the room."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from longshelf.index.bitmaps import Array
from longshelf.store.columns import ABSENT

_NARROW_ABSENT = np.int32(-(2**31))


def narrowed(column: Array) -> Array:
    """int64 with ABSENT, as int32 where the values fit; floats as they are."""
    if column.dtype != np.int64 or not len(column):
        return column
    missing = column == ABSENT
    values = np.where(missing, 0, column)
    if values.min() <= int(_NARROW_ABSENT) or values.max() >= 2**31:
        return column
    values[missing] = int(_NARROW_ABSENT)
    return values.astype(np.int32)


def absent(column: Array) -> Array:
    """A mask of the places without a value."""
    found: Array = np.isnan(column) if column.dtype.kind == "f" else column == (_NARROW_ABSENT if column.dtype == np.int32 else ABSENT)
    return found


def joined(pieces: Sequence[Array]) -> Array:
    """One column of the pieces, in the narrow type if all of them are."""
    types = {piece.dtype for piece in pieces if len(piece)}
    if len(types) < 2:
        kept = [piece for piece in pieces if len(piece)]
        return np.concatenate(kept) if kept else pieces[0]
    return np.concatenate([_widened(piece) for piece in pieces])


def column(name: str, values: Iterable[Any]) -> Array:
    """A column of numbers of the store, by its name there."""
    if name == "duration":
        return np.array(values, dtype=np.float64)
    return narrowed(np.array(values, dtype=np.int64))


class Filling:
    """A column of `count` values that come in pieces, for which there is room from the start: as pieces they would need it twice."""

    def __init__(self, name: str, count: int) -> None:
        self._name = name
        self._held: Array = np.empty(count, dtype=np.float64 if name == "duration" else np.int32)
        self._filled = 0

    def add(self, values: Iterable[Any]) -> None:
        piece = column(self._name, values)
        start, self._filled = self._filled, self._filled + len(piece)
        if piece.dtype == np.int64 and self._held.dtype == np.int32:
            self._held = _widened(self._held)
        self._held[start : self._filled] = piece if piece.dtype == self._held.dtype else _widened(piece)

    def whole(self) -> Array:
        return self._held[: self._filled]


def _widened(piece: Array) -> Array:
    return np.where(absent(piece), ABSENT, piece.astype(np.int64)) if piece.dtype == np.int32 else piece
