"""One column of a segment: its distinct values, ascending, and which item has which. A sorted field also has the order of the items.

The order is the ascending one: items with a value by (value, id), then those without by id. The descending one is each of the two runs
backwards, so one file serves both. An item's place in it is its *rank*. Kept are the order of the items that have a value, the rank of
every item, and as bits which have none. Where the order is that of the ordinals themselves (as for the time of adding, or a column nobody
filled) no arrays of it are kept at all.

A place of the segment without an item (a *hole*) counts as an item without a value that no result ever holds, except where it would
disturb an order of the ordinals: there it has the value of the item before it."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, RankSelect
from longshelf.index.numbering import Ids
from longshelf.index.values import Arrays, Blocks, put_texts_plain, put_values, read_values
from longshelf.model.sorts import Value

MAX_CODES = 65_534  # distinct values; a field of more has no code per item, its ranks serve instead
_NO_REPEATS = np.empty(0, dtype=np.int32)
FEW = {1: 64, 2: 40, 4: 24}  # by bytes of a number: fewer than one place in so many are tested one by one, or else all of them, in a row
SPARSE = 64  # a range of fewer than one in so many items is read from the order instead of testing every item


class Field:
    """A column read from the arrays of a segment of `count` places, of which `holes` hold no item."""

    def __init__(self, arrays: Arrays, name: str, count: int, holes: BitMap = bitmaps.EMPTY) -> None:
        self.count = count
        self.values = read_values(arrays, name)
        self.codes = arrays.get(f"field.{name}.codes")
        self._holes = holes
        self._starts = arrays.get(f"field.{name}.starts")
        self._repeats = arrays.get(f"field.{name}.repeats", _NO_REPEATS)
        self.order = arrays.get(f"field.{name}.order")  # of the items that have a value
        self.ranks = arrays.get(f"field.{name}.rank")
        self.valued = self.start(len(self.values))
        absent = arrays.get(f"field.{name}.absent")
        self.absent = None if absent is None else RankSelect(absent, arrays[f"field.{name}.absent_before"])

    def between(self, low: Any, high: Any) -> BitMap:
        """Items whose value lies from `low` to `high`, both included; None leaves an end open."""
        first, end = self._places(low, high)
        if first >= end:
            return bitmaps.EMPTY
        start, stop = self.start(first), self.start(end)
        if self.order is not None and (stop - start) * SPARSE < self.count:
            return bitmaps.of(self.order[start:stop])
        if self.codes is not None:
            found = bitmaps.of_span(self.codes, first, end)
        elif self.ranks is not None:
            found = bitmaps.of_span(self.ranks, start, stop)
        else:
            found = BitMap(range(start, stop))
        return found - self._holes if self._holes else found

    def among(self, items: BitMap, low: Any, high: Any) -> BitMap | None:
        """Those of the items whose value lies there, without testing any others; None where testing all is faster."""
        numbers = self.ranks if self.codes is None else self.codes
        if numbers is None or len(items) * FEW[numbers.dtype.itemsize] > self.count:
            return None
        first, end = self._places(low, high)
        if first >= end:
            return bitmaps.EMPTY
        if self.codes is None:
            first, end = self.start(first), self.start(end)
        ordinals = bitmaps.ordinals(items)
        found = numbers.take(ordinals, mode="clip")  # "clip" spares a copy; all are inside
        return bitmaps.of(ordinals[(found >= first) & (found < end)])

    def valueless(self) -> BitMap:
        """Places that have no value, or no item."""
        return bitmaps.EMPTY if self.absent is None else self.absent.bitmap()

    def span(self, low: Any, high: Any) -> tuple[int, int]:
        """The ranks of the same items: from the first to before the second."""
        first, end = self._places(low, high)
        return (self.start(first), self.start(end)) if first < end else (0, 0)

    def _places(self, low: Any, high: Any) -> tuple[int, int]:
        """Of the values from `low` to `high`: from the first to before the second."""
        return 0 if low is None else self.values.below(low), len(self.values) if high is None else self.values.upto(high)

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
        return None if rank >= self.valued else self.values.at(self._distinct(rank))

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

    def _distinct(self, rank: int) -> int:
        """`distinct` of one rank that has a value."""
        wanted = np.int32(rank)
        if self._starts is not None:
            return int(self._starts.searchsorted(wanted, "right")) - 1
        return rank - int(self._repeats.searchsorted(wanted, "right"))

    def arranged(self) -> Array:
        """Ordinals of all that have a value, in order. For fields that are sorted by."""
        return np.arange(self.valued, dtype=np.int32) if self.order is None else np.asarray(self.order)

    def first(self, count: int) -> Array:
        """Ordinals of the first that have a value, in order."""
        return np.arange(min(count, self.valued)) if self.order is None else self.order[:count]

    def by_rank(self) -> Array:
        """Places of the values of all that have one, in order, as int32."""
        if self._starts is not None:
            return np.repeat(np.arange(len(self.values), dtype=np.int32), np.diff(self._starts))
        fresh = np.ones(self.valued, dtype=np.int32)
        fresh[self._repeats] = 0
        return np.cumsum(fresh, dtype=np.int32) - np.int32(1)


class Order(Protocol):
    """A total order over the places of a segment."""

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

    def __init__(self, field: Field, ids: Ids) -> None:
        self.field = field
        self.valued = field.valued
        self.plain = field.order is None
        self._ids = ids

    def ranks_of(self, ordinals: Array) -> Array:
        return ordinals if self.field.ranks is None else self.field.ranks[ordinals]

    def at(self, ranks: Array) -> Array:
        order, absent = self.field.order, self.field.absent
        if order is None:
            return ranks
        if absent is None:
            return order[ranks]
        behind = ranks >= self.valued
        if not behind.any():
            return order[ranks]
        found = np.empty(len(ranks), dtype=np.int64)
        found[~behind] = order[ranks[~behind]]
        found[behind] = absent.select(ranks[behind] - self.valued)
        return found

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
        """The ranks of the items that have the value; empty, where it would stand, when none has. Those without one: all behind."""
        if value is None:
            return self.valued, self.field.count + 1
        first, end = self.field.values.below(value), self.field.values.upto(value)
        return self.field.start(first), self.field.start(end)

    def _among(self, starts: Array, stops: Array, ids: Array) -> Array:
        """For each id, where it would stand among the ranks from start to stop: within one run of ties ids ascend. A binary search for
        all at once; among those without a value their bits tell."""
        wanted = self._ids.below(ids)
        behind = stops > self.field.count
        low, high = starts.copy(), np.where(behind, starts, stops)
        while (open_ := low < high).any():
            middle = (low + high) // 2
            ordinals = middle if self.field.order is None else self.field.order[np.minimum(middle, self.valued - 1)]
            less = open_ & (ordinals < wanted)
            low = np.where(less, middle + 1, low)
            high = np.where(open_ & ~less, middle, high)
        if behind.any():
            low[behind] = self._behind(wanted[behind])
        return low

    def _behind(self, wanted: Array) -> Array:
        """Ranks among those without a value."""
        if self.field.absent is None:
            return np.clip(wanted, self.valued, self.field.count)
        return self.valued + self.field.absent.rank(wanted)


class ById:
    """The order of the ids, which is that of the ordinals."""

    plain = True

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.valued = len(ids)

    def ranks_of(self, ordinals: Array) -> Array:
        return ordinals

    def at(self, ranks: Array) -> Array:
        return ranks

    def place(self, value: Value, item_id: int) -> int:  # noqa: ARG002 - the value is the id
        return int(self._ids.below(id_bound(item_id)))

    def places(self, other: Any, ranks: Array, ids: Array) -> Array:  # noqa: ARG002 - the ids say it all
        found: Array = self._ids.below(ids)
        return found

    def value(self, rank: int) -> Value:
        return int(self._ids[rank])


def id_bound(item_id: int) -> np.int64:
    """A place behind the last possible id is the last possible id."""
    return np.int64(min(item_id, 2**63 - 1))


# Making the arrays of a field. `put` takes each by its name.


def put_numbers(
    put: Any, name: str, column: Array, absent: Array, holes: Array | None = None, *, ordered: bool, counted: bool = False
) -> None:
    """From the values by ordinal and masks of those that are absent and of the places without an item. A field that is not ordered, or
    `counted` all the same, can be asked how many items have each value."""
    if holes is not None:
        column, absent = without_holes(column, absent, holes, ordered=ordered)
    present = np.flatnonzero(~absent)
    kept = column[present]
    by_value = np.argsort(kept, kind="stable")
    arranged = kept[by_value]
    fresh = starts_of_runs(arranged)
    put_values(put, name, arranged[fresh])
    put_places(put, name, fresh, present[by_value], len(column), ordered=ordered, counted=counted)


def put_texts(put: Any, name: str, pieces: Iterable[tuple[Array, Sequence[str]]], count: int) -> None:
    """From (ordinals, values), ascending by (value, ordinal); the places not among them have no value. Always ordered."""
    blocks = Blocks()
    order, fresh = _arranged(pieces, blocks.add)
    blocks.put(put, name)
    put_places(put, name, fresh, order, count, ordered=True)


def put_few_texts(put: Any, name: str, values: Sequence[str | None]) -> None:
    """From the values by ordinal, for a delta: nothing is compressed."""
    present = [place for place, value in enumerate(values) if value is not None]
    present.sort(key=values.__getitem__)  # type: ignore[arg-type]  # None is not among them
    distinct: list[str] = []
    piece = np.array(present, dtype=np.int32), [values[place] for place in present]
    order, fresh = _arranged([piece], distinct.append)  # type: ignore[list-item]  # nor here
    put_texts_plain(put, name, distinct)
    put_places(put, name, fresh, order, len(values), ordered=True)


def _arranged(pieces: Iterable[tuple[Array, Sequence[str]]], add: Any) -> tuple[Array, Array]:
    """The ordinals in one list, and the ranks at which a new value begins; `add` is told each value once."""
    orders: list[Array] = [np.empty(0, dtype=np.int32)]
    fresh: list[int] = []
    valued = 0
    last: str | None = None
    for places, values in pieces:
        orders.append(places.astype(np.int32))
        for rank, value in enumerate(values, valued):
            if value != last:
                add(value)
                fresh.append(rank)
                last = value
        valued += len(places)
    return np.concatenate(orders), np.asarray(fresh, dtype=np.int32)


def without_holes(column: Array, absent: Array, holes: Array, *, ordered: bool) -> tuple[Array, Array]:
    """(values, absent) in which a place without an item has no value; but where the items are in the order of the ordinals already, such
    a place takes the value before it, so that no order has to be kept."""
    gone = absent | holes
    if not ordered or not holes.any():
        return column, gone
    live = np.flatnonzero(~gone)
    if not len(live) or (absent & ~holes)[: live[-1]].any() or not is_ascending(column[live]):
        return column, gone
    before = np.where(holes, live[0], np.arange(len(holes)))
    np.maximum.accumulate(before, out=before)
    filled = np.ones(len(holes), dtype=bool)
    filled[: live[-1] + 1] = False
    return column[before], filled


def is_ascending(column: Array) -> bool:
    return bool((column[1:] >= column[:-1]).all())


def starts_of_runs(arranged: Array) -> Array:
    """Where a new value begins."""
    if not len(arranged):
        return np.empty(0, dtype=np.int32)
    return np.flatnonzero(np.concatenate([[True], arranged[1:] != arranged[:-1]])).astype(np.int32)


def put_places(put: Any, name: str, fresh: Array, order: Array, count: int, *, ordered: bool, counted: bool = False) -> None:
    """`order` are the ordinals of those that have a value, of `count` in all; `fresh` are the ranks at which a new value begins."""
    valued = len(order)
    starts = np.concatenate([fresh, [valued]]).astype(np.int32)
    if valued - len(fresh) < len(fresh):  # the ranks that repeat the value before them are fewer than the values
        repeat = np.ones(valued, dtype=bool)
        repeat[fresh] = False
        put(f"field.{name}.repeats", np.flatnonzero(repeat).astype(np.int32))
    else:
        put(f"field.{name}.starts", starts)
    plain = ordered and np.array_equal(order, np.arange(valued, dtype=np.int32))
    if counted or not ordered or (len(fresh) <= MAX_CODES and not plain):
        codes = np.full(count, len(fresh), dtype=np.uint8 if len(fresh) < 255 else np.uint16 if len(fresh) <= MAX_CODES else np.uint32)
        codes[order] = np.repeat(np.arange(len(fresh), dtype=codes.dtype), np.diff(starts))
        put(f"field.{name}.codes", codes)
    if ordered and not plain:
        _put_order(put, name, order, count)


def _put_order(put: Any, name: str, order: Array, count: int) -> None:
    absent = np.ones(count, dtype=bool)
    absent[order] = False
    ranks = np.empty(count, dtype=np.int32)
    ranks[order] = np.arange(len(order), dtype=np.int32)
    put(f"field.{name}.order", order.astype(np.int32))
    if len(order) < count:
        ranks[absent] = np.arange(len(order), count, dtype=np.int32)
        for part, array in zip(("absent", "absent_before"), RankSelect.packed(absent), strict=True):
            put(f"field.{name}.{part}", array)
    put(f"field.{name}.rank", ranks)
