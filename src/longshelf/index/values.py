"""The distinct values of a column, ascending: one form for each type, and how each is written down."""

import math
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec
import numpy as np

from longshelf.index.bitmaps import Array
from longshelf.model.sorts import Value

Arrays = Mapping[str, Array]
THOUSAND = 1000.0
TEXT_BLOCK = 64  # texts compressed together
TEXT_EFFORT = 6  # of 9; the lowest takes a fifth more room


class Values(Protocol):
    """Distinct values, ascending."""

    def __len__(self) -> int: ...

    def at(self, place: int) -> Value: ...

    def below(self, value: Any) -> int:
        """How many are less than `value`."""

    def upto(self, value: Any) -> int:
        """How many are less than or equal to it."""


class Fractions:
    """Floating-point numbers."""

    def __init__(self, values: Array) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def at(self, place: int) -> Value:
        return float(self._values[place])

    def many(self, places: Array) -> Array:
        """The values at many places."""
        found: Array = self._values[places]
        return found

    def below(self, value: float) -> int:
        return int(np.searchsorted(self._values, np.float64(value), "left"))

    def upto(self, value: float) -> int:
        return int(np.searchsorted(self._values, np.float64(value), "right"))

    def whole(self) -> Array:
        """All of them, as float64."""
        return np.asarray(self._values)


class Thousandths:
    """Floating-point numbers of at most three decimals, kept as whole thousandths: half as large."""

    def __init__(self, thousandths: Array) -> None:
        self._thousandths = thousandths

    def __len__(self) -> int:
        return len(self._thousandths)

    def at(self, place: int) -> Value:
        return int(self._thousandths[place]) / THOUSAND

    def many(self, places: Array) -> Array:
        """The values at many places."""
        found: Array = self._thousandths[places] / THOUSAND
        return found

    def below(self, value: float) -> int:
        return self._search(value, lambda found: found < value)

    def upto(self, value: float) -> int:
        return self._search(value, lambda found: found <= value)

    def whole(self) -> Array:
        """All of them, as float64."""
        found: Array = self._thousandths / THOUSAND
        return found

    def _search(self, value: float, lower: Callable[[float], bool]) -> int:
        """How many are lower. The first that is not is near the value, but not always at it: decimals are rounded."""
        if not abs(value) < 2**31 / THOUSAND - 1:
            return len(self._thousandths) if value > 0 else 0
        first = math.floor(value * THOUSAND) - 1
        while lower(first / THOUSAND):
            first += 1
        return int(np.searchsorted(self._thousandths, np.int32(first)))


class Numbers:
    """Whole numbers, kept as steps from the lowest: (value - lowest) / step, which makes most columns half as large."""

    def __init__(self, steps: Array, scale: Array) -> None:
        self._steps = steps
        self._lowest, self._step = scale.tolist()
        self._most = int(np.iinfo(steps.dtype).max)

    def __len__(self) -> int:
        return len(self._steps)

    def at(self, place: int) -> Value:
        found: int = int(self._steps[place]) * self._step + self._lowest
        return found

    def many(self, places: Array) -> Array:
        """The values at many places."""
        found: Array = self._steps[places].astype(np.int64) * self._step + self._lowest
        return found

    def below(self, value: float) -> int:
        return self._search(-((self._lowest - math.ceil(value)) // self._step), "left")

    def upto(self, value: float) -> int:
        return self._search((math.floor(value) - self._lowest) // self._step, "right")

    def whole(self) -> Array:
        """All of them, as int64."""
        found: Array = self._steps.astype(np.int64) * self._step + self._lowest
        return found

    def _search(self, steps: int, side: Literal["left", "right"]) -> int:
        if not -self._most <= steps <= self._most:
            return 0 if steps < 0 else len(self._steps)
        return int(np.searchsorted(self._steps, self._steps.dtype.type(steps), side))


Numeric = Fractions | Thousandths | Numbers


class Texts:
    """Characters in their own order. Kept compressed, a block of neighbours at a time, for neighbours are alike; the first of each block is
    kept plain, to search among. `starts` counts the values before each block."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._blob, self._ends = arrays[f"field.{name}.blob"], arrays[f"field.{name}.ends"]
        self._heads, self._head_ends = arrays[f"field.{name}.heads"], arrays[f"field.{name}.head_ends"]
        self.starts = arrays[f"field.{name}.blocks"]

    def __len__(self) -> int:
        return int(self.starts[-1])

    def at(self, place: int) -> str:
        block = int(np.searchsorted(self.starts, np.int32(place), "right")) - 1
        return self.block(block)[place - int(self.starts[block])]

    def below(self, value: str) -> int:
        block = self.block_of(value)
        return 0 if block < 0 else int(self.starts[block]) + bisect_left(self.block(block), value)

    def upto(self, value: str) -> int:
        place = self.below(value)
        return place + (place < len(self) and self.at(place) == value)

    def block_of(self, value: str) -> int:
        """The last block that begins with no more than the value; -1 when none does."""
        return bisect_right(range(len(self.starts) - 1), value.encode(), key=self._head) - 1

    def block(self, block: int) -> list[str]:
        packed = zlib.decompress(self._blob[self._ends[block] : self._ends[block + 1]].data)
        return msgspec.msgpack.decode(packed, type=list[str])

    def frozen(self, first: int, end: int) -> "Frozen":
        """The blocks from `first` to before `end`, as they are kept."""
        return Frozen(
            self._blob[self._ends[first] : self._ends[end]].tobytes(),
            np.diff(self._ends[first : end + 1]),
            self._heads[self._head_ends[first] : self._head_ends[end]].tobytes(),
            np.diff(self._head_ends[first : end + 1]),
            np.diff(self.starts[first : end + 1]),
        )

    def _head(self, block: int) -> bytes:
        """UTF-8, whose byte order is that of the characters."""
        return self._heads[self._head_ends[block] : self._head_ends[block + 1]].tobytes()


class Spelled:
    """Texts as they are, for a delta, which is not worth compressing."""

    def __init__(self, texts: Array) -> None:
        self._texts: list[str] = texts.tolist()

    def __len__(self) -> int:
        return len(self._texts)

    def at(self, place: int) -> str:
        return self._texts[place]

    def below(self, value: str) -> int:
        return bisect_left(self._texts, value)

    def upto(self, value: str) -> int:
        return bisect_right(self._texts, value)


class Frozen(msgspec.Struct, frozen=True):
    """Some neighbouring blocks: their bytes and those of their first texts, and of each its length, that of its first text, and how many
    texts it holds."""

    blob: bytes
    lengths: Array
    heads: bytes
    head_lengths: Array
    counts: Array


class Blocks:
    """Makes the arrays of `Texts`, from single texts, ascending, and from blocks that exist already."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._blob, self._heads = bytearray(), bytearray()
        self._lengths: list[Array] = []
        self._head_lengths: list[Array] = []
        self._counts: list[Array] = []

    def add(self, value: str) -> None:
        self._open.append(value)
        if len(self._open) == TEXT_BLOCK:
            self.close()

    def whole(self, values: list[str]) -> None:
        """A block of these, if there are any."""
        self.close()
        self._open = values
        self.close()

    def copy(self, frozen: Frozen) -> None:
        """Blocks as they are."""
        self.close()
        self._blob += frozen.blob
        self._heads += frozen.heads
        self._lengths.append(frozen.lengths)
        self._head_lengths.append(frozen.head_lengths)
        self._counts.append(frozen.counts)

    def close(self) -> None:
        """What was added so far makes a block, if it is anything."""
        if self._open:
            texts, self._open = self._open, []
            packed, head = zlib.compress(msgspec.msgpack.encode(texts), TEXT_EFFORT), texts[0].encode()
            self.copy(Frozen(packed, np.array([len(packed)]), head, np.array([len(head)]), np.array([len(texts)])))

    def put(self, put: Any, name: str) -> None:
        self.close()
        put(f"field.{name}.blob", np.frombuffer(bytes(self._blob), dtype=np.uint8))
        put(f"field.{name}.ends", _ends(self._lengths, np.int64))
        put(f"field.{name}.heads", np.frombuffer(bytes(self._heads), dtype=np.uint8))
        put(f"field.{name}.head_ends", _ends(self._head_lengths, np.int64))
        put(f"field.{name}.blocks", _ends(self._counts, np.int32))


def read_values(arrays: Arrays, name: str) -> Values:
    if f"field.{name}.texts" in arrays:
        return Spelled(arrays[f"field.{name}.texts"])
    if f"field.{name}.blob" in arrays:
        return Texts(arrays, name)
    if f"field.{name}.thousandths" in arrays:
        return Thousandths(arrays[f"field.{name}.thousandths"])
    if f"field.{name}.scale" in arrays:
        return Numbers(arrays[f"field.{name}.values"], arrays[f"field.{name}.scale"])
    return Fractions(arrays[f"field.{name}.values"])


def put_values(put: Any, name: str, values: Array) -> None:
    """Distinct numbers, ascending, in the smallest form that gives them back."""
    if values.dtype.kind == "f":
        _put_fractions(put, name, values)
    else:
        _put_whole(put, name, values.astype(np.int64))


def put_texts_plain(put: Any, name: str, values: Sequence[str]) -> None:
    """Distinct texts of a delta, ascending."""
    texts = np.empty(len(values), dtype=object)
    texts[:] = values
    put(f"field.{name}.texts", texts)


def _put_fractions(put: Any, name: str, values: Array) -> None:
    if not len(values) or (np.abs(values) < 2**31 / THOUSAND - 1).all():
        thousandths = np.rint(values * THOUSAND).astype(np.int32)
        if np.array_equal(thousandths / THOUSAND, values):
            put(f"field.{name}.thousandths", thousandths)
            return
    put(f"field.{name}.values", values)


def _put_whole(put: Any, name: str, values: Array) -> None:
    """As steps from the lowest, in the smaller type where they fit."""
    lowest = int(values[0]) if len(values) else 0
    spread = int(values[-1]) - lowest if len(values) else 0
    if spread >= 2**63:
        lowest, step, steps = 0, 1, values
    else:
        steps = values - lowest
        step = int(np.gcd.reduce(steps)) or 1 if len(steps) else 1
        steps = (steps // step).astype(np.int32 if spread // step < 2**31 else np.int64)
    put(f"field.{name}.scale", np.array([lowest, step], dtype=np.int64))
    put(f"field.{name}.values", steps)


def _ends(pieces: Iterable[Array], kind: type) -> Array:
    lengths = np.concatenate([np.zeros(1, dtype=kind), *pieces])
    return np.cumsum(lengths, dtype=kind)
