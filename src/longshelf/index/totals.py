"""Totals of a result by kind: items, bytes and seconds. Summed over the base once a result: over the result or all but it, whichever is
smaller. What changed since is taken off and added."""

from typing import NamedTuple, Protocol, cast

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import OBJECTS, Array, Ints
from longshelf.index.segment import KINDS, Segment
from longshelf.index.state import State
from longshelf.index.tallying import Asked
from longshelf.model.engine import Totals
from longshelf.model.sorts import Sort


class _Numeric(Protocol):
    """The values of both columns."""

    def many(self, places: Array) -> Array: ...


_ZEROS: Ints = np.zeros(len(KINDS), dtype=np.int64)
AT_ONCE = 500_000  # items whose values are looked up in one go: a few megabytes


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
    sums = Sums(_ZEROS.copy(), _ZEROS.copy(), _ZEROS.copy(), _ZEROS.astype(np.float64))
    for number in range(len(KINDS)):
        ordinals = bitmaps.ordinals(segment.fields["kind"].one(number) & result)
        sums.items[number] = len(ordinals)
        for start in range(0, len(ordinals), AT_ONCE):
            some = ordinals[start : start + AT_ONCE]
            sums.size[number] += _values(segment, "size", some).sum()
            seconds = _values(segment, "duration", some)
            sums.timed[number] += len(seconds)
            sums.duration[number] += seconds.sum()
    return sums


def _values(segment: Segment, name: str, ordinals: Array) -> Array:
    """Of those of the items that have one, in the order of the values: neighbours are looked up much faster than what lies apart."""
    field, order = segment.fields[name], segment.order(Sort(name))
    ranks = np.sort(order.ranks_of(ordinals))
    valued = ranks[: int(np.searchsorted(ranks, ranks.dtype.type(order.valued)))]
    return cast(_Numeric, field.values).many(field.distinct(valued))
