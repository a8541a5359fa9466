"""Totals of a result by kind: items, bytes and seconds. Summed over the base once a result: over the result or all but it, whichever is
smaller. What changed since is taken off and added."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import OBJECTS, Array, Ints
from longshelf.index.halves import ALONE, by_two
from longshelf.index.segment import KINDS, Segment
from longshelf.index.state import State
from longshelf.index.tallying import Asked
from longshelf.model.engine import Totals
from longshelf.model.sorts import Sort


class _Numeric(Protocol):
    """The values of both columns."""

    def many(self, places: Array) -> Array: ...


AT_ONCE = 500_000  # items whose values are looked up in one go: a few megabytes
HALVED_FROM = 65_536  # items from which on one thread sums up the bytes and another the seconds


class Sums(NamedTuple):
    """By the number of the kind: items, bytes, items that have seconds, and these."""

    items: Ints
    size: Ints
    timed: Ints
    duration: Array

    @property
    def bytes(self) -> int:
        return OBJECTS + sum(each.nbytes for each in self)

    def plus(self, other: "Sums") -> "Sums":
        return Sums(*(mine + its for mine, its in zip(self, other, strict=True)))

    def less(self, other: "Sums") -> "Sums":
        return Sums(*(mine - its for mine, its in zip(self, other, strict=True)))


def totals(state: State, asked: Asked) -> tuple[Totals, ...]:
    """Of the result's items, the most numerous kind first."""
    sums = _of_base(state, asked)
    if stale := asked.base & state.stale:
        sums = sums.less(_summed(state.base.segment, stale))
    if state.delta is not None:
        sums = sums.plus(_summed(state.delta, asked.delta))
    found = [
        Totals(kind, items, size, duration if timed else 0.0)  # without any, a difference of sums is rarely 0
        for kind, items, size, timed, duration in zip(KINDS, *(each.tolist() for each in sums), strict=True)
        if items
    ]
    return tuple(sorted(found, key=lambda each: (-each.items, each.kind)))


def _of_base(state: State, asked: Asked) -> Sums:
    segment, derived = state.base.segment, state.base.derived

    def made() -> Sums:
        if 2 * len(asked.base) <= len(segment.all):
            return _summed(segment, asked.base)
        whole: Sums = derived.get_or(("totals",), lambda: _summed(segment, segment.all))
        return whole.less(_summed(segment, segment.all - asked.base))

    sums: Sums = derived.get_or(("totals", asked.name), made)
    return sums


def _summed(segment: Segment, result: BitMap) -> Sums:
    kinds = [segment.fields["kind"].one(number) & result for number in range(len(KINDS))]
    sizes, durations = (partial(_of_column, segment, name, kinds) for name in ("size", "duration"))
    size, duration = (sizes(), durations()) if ALONE or len(result) < HALVED_FROM else by_two(sizes, durations)
    return Sums(np.array([len(each) for each in kinds]), size.sums, duration.valued, duration.sums.astype(np.float64))


class _Column(NamedTuple):
    """For each result, the sum of its values, and how many items have one."""

    sums: Array
    valued: Ints


def _of_column(segment: Segment, name: str, results: Sequence[BitMap]) -> _Column:
    sums: list[Any] = [0] * len(results)
    valued = [0] * len(results)
    for place, result in enumerate(results):
        ordinals = bitmaps.ordinals(result)
        for start in range(0, len(ordinals), AT_ONCE):
            found = _values(segment, name, ordinals[start : start + AT_ONCE])
            sums[place] += found.sum()
            valued[place] += len(found)
    return _Column(np.array(sums), np.array(valued))


def _values(segment: Segment, name: str, ordinals: Array) -> Array:
    """Of those of the items that have one, in the order of the values: neighbours are looked up much faster than what lies apart."""
    field, order = segment.fields[name], segment.order(Sort(name))
    ranks = np.sort(order.ranks_of(ordinals))
    valued = ranks[: int(np.searchsorted(ranks, ranks.dtype.type(order.valued)))]
    return cast(_Numeric, field.values).many(field.distinct(valued))
