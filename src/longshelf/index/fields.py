"""One column of a segment: its distinct values, ascending, and which item has which. A sorted field also has the order of the items.

The order is the ascending one: items with a value by (value, id), then those without by id. The descending one is each of the two runs
backwards, so one file serves both. An item's place in it is its *rank*. Where the order is that of the ordinals themselves (as for the
time of adding, or a column nobody filled) no arrays are kept at all."""

import math
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec
import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array
from longshelf.model.sorts import Value

Arrays = Mapping[str, Array]
MAX_CODES = 65_534  # distinct values; a field of more has no code per item, its ranks serve instead
TEXT_BLOCK = 64
TEXT_EFFORT = 6  # of 9; the lowest takes a fifth more room
_NO_REPEATS = np.empty(0, dtype=np.int32)
SPARSE = 64  # a range of fewer than one in so many items is read from the order instead of testing every item


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

    def below(self, value: float) -> int:
        return int(np.searchsorted(self._values, np.float64(value), "left"))

    def upto(self, value: float) -> int:
        return int(np.searchsorted(self._values, np.float64(value), "right"))


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

    def below(self, value: float) -> int:
        return self._search(-((self._lowest - math.ceil(value)) // self._step), "left")

    def upto(self, value: float) -> int:
        return self._search((math.floor(value) - self._lowest) // self._step, "right")

    def _search(self, steps: int, side: Literal["left", "right"]) -> int:
        if not -self._most <= steps <= self._most:
            return 0 if steps < 0 else len(self._steps)
        return int(np.searchsorted(self._steps, self._steps.dtype.type(steps), side))


class Texts:
    """Characters in their own order. Kept compressed, TEXT_BLOCK neighbours at a time, for neighbours are alike; the first of each block
    is kept plain, to search among."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._count = int(arrays[f"field.{name}.count"][0])
        self._blob, self._ends = arrays[f"field.{name}.blob"], arrays[f"field.{name}.ends"]
        self._heads, self._head_ends = arrays[f"field.{name}.heads"], arrays[f"field.{name}.head_ends"]

    def __len__(self) -> int:
        return self._count

    def at(self, place: int) -> str:
        return self._block(place // TEXT_BLOCK)[place % TEXT_BLOCK]

    def below(self, value: str) -> int:
        blocks = bisect_left(range(len(self._ends) - 1), value.encode(), key=self._head)  # those that begin with less
        return 0 if blocks == 0 else (blocks - 1) * TEXT_BLOCK + bisect_left(self._block(blocks - 1), value)

    def upto(self, value: str) -> int:
        place = self.below(value)
        return place + (place < self._count and self.at(place) == value)

    def _head(self, block: int) -> bytes:
        """UTF-8, whose byte order is that of the characters."""
        return self._heads[self._head_ends[block] : self._head_ends[block + 1]].tobytes()

    def _block(self, block: int) -> list[str]:
        packed = zlib.decompress(self._blob[self._ends[block] : self._ends[block + 1]].data)
        return msgspec.msgpack.decode(packed, type=list[str])


class Field:
    """A column read from the arrays of a segment of `count` items."""

    def __init__(self, arrays: Arrays, name: str, count: int) -> None:
        self.count = count
        self.values = _values(arrays, name)
        self.codes = arrays.get(f"field.{name}.codes")
        self._starts = arrays.get(f"field.{name}.starts")
        self._repeats = arrays.get(f"field.{name}.repeats", _NO_REPEATS)
        self.order = arrays.get(f"field.{name}.order")
        self.ranks = arrays.get(f"field.{name}.rank")
        self.valued = self.start(len(self.values))

    def between(self, low: Any, high: Any) -> BitMap:
        """Items whose value lies from `low` to `high`, both included; None leaves an end open."""
        first = 0 if low is None else self.values.below(low)
        end = len(self.values) if high is None else self.values.upto(high)
        if first >= end:
            return bitmaps.EMPTY
        start, stop = self.start(first), self.start(end)
        if self.order is not None and (stop - start) * SPARSE < self.count:
            return bitmaps.of(self.order[start:stop])
        if self.codes is not None:
            return bitmaps.of_mask((self.codes >= first) & (self.codes < end))
        if self.ranks is None:
            return BitMap(range(start, stop))
        return bitmaps.of_mask((self.ranks >= start) & (self.ranks < stop))

    def one(self, value: Any) -> BitMap:
        return self.between(value, value)

    def counts(self, result: BitMap) -> list[tuple[Value, int]]:
        """(value, how many of these items have it), ascending, none left out but those of no item. For fields that have codes."""
        assert self.codes is not None
        most = 2 * len(result) > self.count
        few = result.flip(0, self.count) if most else result
        found = np.bincount(self.codes[bitmaps.ordinals(few)], minlength=len(self.values))[: len(self.values)]
        if most:
            found = np.diff([self.start(place) for place in range(len(self.values) + 1)]) - found
        return [(self.values.at(place), int(found[place])) for place in np.flatnonzero(found).tolist()]

    def value(self, rank: int) -> Value:
        """None behind the last item that has one."""
        return None if rank >= self.valued else self.values.at(int(self.distinct(np.array([rank]))[0]))

    def start(self, place: int) -> int:
        """The first rank of a value."""
        if self._starts is not None:
            return int(self._starts[place])
        # A repeat at index i has repeats[i] - i values before it; those with no more than `place` lie before that value.
        repeats = self._repeats
        return place + bisect_right(range(len(repeats)), place, key=lambda index: int(repeats[index]) - index)

    def distinct(self, ranks: Array) -> Array:
        """Places of their values; the number of values, for items without one."""
        ranks = np.minimum(ranks, self.valued).astype(np.int32)  # in the type of the arrays, or numpy would convert all of them
        if self._starts is not None:
            found: Array = np.searchsorted(self._starts, ranks, "right") - 1
        else:
            found = ranks - np.searchsorted(self._repeats, ranks, "right")
        return found


def _values(arrays: Arrays, name: str) -> Values:
    if f"field.{name}.blob" in arrays:
        return Texts(arrays, name)
    if f"field.{name}.scale" in arrays:
        return Numbers(arrays[f"field.{name}.values"], arrays[f"field.{name}.scale"])
    return Fractions(arrays[f"field.{name}.values"])


class Order(Protocol):
    """A total order over the items of a segment."""

    valued: int  # ranks from here on belong to items without a value
    plain: bool  # ranks are ordinals

    def ranks_of(self, ordinals: Array) -> Array: ...

    def at(self, ranks: Array) -> Array:
        """Ordinals at these ranks."""

    def place(self, value: Value, item_id: int) -> int:
        """The rank of the first item at or after this key; behind all when there is none."""

    def places(self, other: Any, ranks: Array, ids: Array) -> Array:
        """The same for items of another segment: their ranks in its order, which is of the same sort, and their ids."""

    def value(self, rank: int) -> Value: ...


class Sorted:
    """The order of a field."""

    def __init__(self, field: Field, ids: Array) -> None:
        self.field = field
        self.valued = field.valued
        self.plain = field.order is None
        self._ids = ids

    def ranks_of(self, ordinals: Array) -> Array:
        return ordinals if self.field.ranks is None else self.field.ranks[ordinals]

    def at(self, ranks: Array) -> Array:
        return ranks if self.field.order is None else self.field.order[ranks]

    def place(self, value: Value, item_id: int) -> int:
        start, stop = self._span(value)
        return int(self._among(np.array([start]), np.array([stop]), np.array([id_bound(item_id)]))[0])

    def places(self, other: "Sorted", ranks: Array, ids: Array) -> Array:
        """Equal values are looked up once."""
        distinct, at = np.unique(other.field.distinct(ranks), return_inverse=True)
        values = other.field.values
        spans = np.array([self._span(values.at(place) if place < len(values) else None) for place in distinct.tolist()]).reshape(-1, 2)
        return self._among(spans[at, 0], spans[at, 1], ids)

    def value(self, rank: int) -> Value:
        return self.field.value(rank)

    def _span(self, value: Value) -> tuple[int, int]:
        """The ranks of the items that have the value; empty, where it would stand, when none has."""
        if value is None:
            return self.valued, self.field.count
        first, end = self.field.values.below(value), self.field.values.upto(value)
        return self.field.start(first), self.field.start(end)

    def _among(self, starts: Array, stops: Array, ids: Array) -> Array:
        """For each id, where it would stand among the ranks from start to stop: within one run of ties ids ascend. A binary search for
        all at once."""
        wanted = np.searchsorted(self._ids, ids)
        low, high = starts.copy(), stops.copy()
        while (open_ := low < high).any():
            middle = (low + high) // 2
            less = open_ & (self.at(np.minimum(middle, self.field.count - 1)) < wanted)
            low = np.where(less, middle + 1, low)
            high = np.where(open_ & ~less, middle, high)
        return low


class ById:
    """The order of the ids, which is that of the ordinals."""

    plain = True

    def __init__(self, ids: Array) -> None:
        self._ids = ids
        self.valued = len(ids)

    def ranks_of(self, ordinals: Array) -> Array:
        return ordinals

    def at(self, ranks: Array) -> Array:
        return ranks

    def place(self, value: Value, item_id: int) -> int:  # noqa: ARG002 - the value is the id
        return int(np.searchsorted(self._ids, id_bound(item_id)))

    def places(self, other: Any, ranks: Array, ids: Array) -> Array:  # noqa: ARG002 - the ids say it all
        found: Array = np.searchsorted(self._ids, ids)
        return found

    def value(self, rank: int) -> Value:
        return int(self._ids[rank])


def id_bound(item_id: int) -> np.int64:
    """A place behind the last possible id is the last possible id."""
    return np.int64(min(item_id, 2**63 - 1))


# Making the arrays of a field. `put` takes each by its name.


def put_numbers(put: Any, name: str, column: Array, absent: Array, *, ordered: bool) -> None:
    """From the values by ordinal and a mask of those that are absent."""
    present = np.flatnonzero(~absent)
    kept = column[present]
    by_value = np.argsort(kept, kind="stable")
    arranged = kept[by_value]
    fresh = np.flatnonzero(np.r_[True, arranged[1:] != arranged[:-1]]) if len(arranged) else np.empty(0, dtype=np.int64)
    values = arranged[fresh]
    if values.dtype.kind == "i":
        values = _put_scale(put, name, values)
    put(f"field.{name}.values", values)
    order = np.concatenate([present[by_value], np.flatnonzero(absent)])
    _put_places(put, name, fresh, len(kept), order, ordered=ordered)


def put_texts(put: Any, name: str, pieces: Iterable[tuple[Array, Sequence[str]]], count: int) -> None:
    """From (ordinals, values), ascending by (value, ordinal); the items not among them have no value. Always ordered."""
    order = np.empty(count, dtype=np.int32)
    absent = np.ones(count, dtype=bool)
    blocks = _Blocks()
    fresh: list[int] = []
    valued = 0
    last: str | None = None
    for places, values in pieces:
        order[valued : valued + len(places)] = places
        absent[places] = False
        for rank, value in enumerate(values, valued):
            if value != last:
                blocks.add(value)
                fresh.append(rank)
                last = value
        valued += len(places)
    order[valued:] = np.flatnonzero(absent)
    blocks.put(put, name)
    _put_places(put, name, np.asarray(fresh, dtype=np.int64), valued, order, ordered=True)


class _Blocks:
    """Makes the arrays of `Texts`."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._blob, self._ends = bytearray(), [0]
        self._heads, self._head_ends = bytearray(), [0]
        self._count = 0

    def add(self, value: str) -> None:
        self._open.append(value)
        if len(self._open) == TEXT_BLOCK:
            self._close()

    def put(self, put: Any, name: str) -> None:
        if self._open:
            self._close()
        put(f"field.{name}.count", np.array([self._count], dtype=np.int64))
        for part, blob, ends in (("", self._blob, self._ends), ("head_", self._heads, self._head_ends)):
            put(f"field.{name}.{'heads' if part else 'blob'}", np.frombuffer(bytes(blob), dtype=np.uint8))
            put(f"field.{name}.{part}ends", np.asarray(ends, dtype=np.int64))

    def _close(self) -> None:
        self._count += len(self._open)
        self._heads += self._open[0].encode()
        self._head_ends.append(len(self._heads))
        self._blob += zlib.compress(msgspec.msgpack.encode(self._open), TEXT_EFFORT)
        self._ends.append(len(self._blob))
        self._open = []


def _put_scale(put: Any, name: str, values: Array) -> Array:
    """The values as steps from the lowest, in the smaller type where they fit."""
    lowest = int(values[0]) if len(values) else 0
    spread = int(values[-1]) - lowest if len(values) else 0
    if spread >= 2**63:
        lowest, step, steps = 0, 1, values
    else:
        steps = values - lowest
        step = int(np.gcd.reduce(steps)) or 1 if len(steps) else 1
        steps = (steps // step).astype(np.int32 if spread // step < 2**31 else np.int64)
    put(f"field.{name}.scale", np.array([lowest, step], dtype=np.int64))
    return steps


def _put_places(put: Any, name: str, fresh: Array, valued: int, order: Array, *, ordered: bool) -> None:
    """`fresh` are the ranks at which a new value begins."""
    starts = np.r_[fresh, valued].astype(np.int32)
    if valued - len(fresh) < len(fresh):  # the ranks that repeat the value before them are fewer than the values
        put(f"field.{name}.repeats", np.setdiff1d(np.arange(valued, dtype=np.int32), starts[:-1], assume_unique=True))
    else:
        put(f"field.{name}.starts", starts)
    if len(fresh) <= MAX_CODES or not ordered:
        codes = np.empty(len(order), dtype=np.uint8 if len(fresh) < 255 else np.uint16 if len(fresh) <= MAX_CODES else np.uint32)
        codes[order[:valued]] = np.repeat(np.arange(len(fresh)), np.diff(starts)).astype(codes.dtype)
        codes[order[valued:]] = len(fresh)
        put(f"field.{name}.codes", codes)
    if ordered and not np.array_equal(order, np.arange(len(order))):
        ranks = np.empty(len(order), dtype=np.int32)
        ranks[order] = np.arange(len(order), dtype=np.int32)
        put(f"field.{name}.order", order.astype(np.int32))
        put(f"field.{name}.rank", ranks)
