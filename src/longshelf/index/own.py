"""What one user said about items, as arrays, kept from request to request under the user's `personal_version`.

A field is read whole once; after that only the rows that came after the version that is kept. Items that went away leave their numbers
behind in it: no number is given twice, and no segment answers for an item that is gone."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.caches import Cache
from longshelf.index.own_order import OwnOrder
from longshelf.index.segment import Segment
from longshelf.model import query as tree
from longshelf.store import columns, personal
from longshelf.store.database import Transaction

_FRACTIONS = frozenset({"progress", "play_seconds"})


class Said(msgspec.Struct, frozen=True):
    """One field of one user: `values` of the items `ids`, ascending, where he said something (and not 0, where an untouched item has 0).
    It is that of `version`, and of every one from `since` on: the name of its content."""

    version: int
    since: int
    ids: Array
    values: Array

    @property
    def bytes(self) -> int:
        return self.ids.nbytes + self.values.nbytes


class Own:
    """One user's data in one request, in which it does not change. `kept` outlives the request."""

    def __init__(self, reading: Callable[[], Transaction], user_id: int, kept: Cache[Any]) -> None:
        self.user_id = user_id
        self.kept = kept
        self._reading = reading
        self._version: int | None = None
        self._said: dict[str, Said] = {}
        self._orders: dict[tuple[int, str], OwnOrder] = {}

    def said(self, field: tree.MineField) -> Said:
        if field not in self._said:
            name = "said", self.user_id, field
            held: Said | None = self.kept.get(name)
            found = self._current(field, held)
            self._said[field] = found if found is held else self.kept.put(name, found)
        return self._said[field]

    def inside(self, query: tree.Mine) -> tuple[Ints, bool]:
        """Items by what the user said about them; with True, all items but these."""
        said = self.said(query.field)
        inside = np.ones(len(said.ids), dtype=bool)
        whole = query.field not in _FRACTIONS
        if query.low is not None:
            inside &= said.values >= (_whole(query.low, math.ceil) if whole else query.low)
        if query.high is not None:
            inside &= said.values <= (_whole(query.high, math.floor) if whole else query.high)
        if query.field in columns.ZERO_UNTOUCHED and (query.low is None or query.low <= 0) and (query.high is None or query.high >= 0):
            return said.ids[~inside], True
        return said.ids[inside], False

    def order(self, segment: Segment, field: tree.MineField, *, keep: bool) -> OwnOrder:
        """The places of a segment by a field; with `keep` beyond the request, which is for the base."""
        place = id(segment), field
        if place not in self._orders:
            said = self.said(field)
            name = "order", self.user_id, field
            held: OwnOrder | None = self.kept.get(name) if keep else None
            if held is None or held.since != said.since:
                held = OwnOrder(segment.ids, *_met(segment, said), since=said.since)
                if keep:
                    self.kept.put(name, held)
            self._orders[place] = held
        return self._orders[place]

    def _current(self, field: tree.MineField, held: Said | None) -> Said:
        if self._version is None:
            self._version = personal.version(self._reading(), self.user_id)
        if held is None:
            pieces = columns.own(self._reading(), self.user_id, field)
            return _said(self._version, self._version, *_read(pieces, _type(field)))
        if held.version >= self._version:  # greater when another request has just read what was written after ours began
            return held
        changed, fresh, values = columns.own_since(self._reading(), self.user_id, field, held.version)
        return _caught_up(held, self._version, changed, (np.array(fresh, dtype=np.int64), np.array(values, dtype=_type(field))))


def _read(pieces: Iterable[tuple[str, str]], kind: type) -> tuple[Ints, Array]:
    """(items ascending, values), from texts that are read a piece at a time."""
    ids: list[Ints] = [np.empty(0, dtype=np.int64)]
    values: list[Array] = [np.empty(0, dtype=kind)]
    for some_ids, some_values in pieces:
        ids.append(bitmaps.parse_ids(some_ids))
        values.append(np.fromstring(some_values, dtype=kind, sep=","))
    all_ids = np.concatenate(ids)
    order = np.argsort(all_ids)
    return all_ids[order], np.concatenate(values)[order]


def _caught_up(held: Said, version: int, changed: Sequence[int], fresh: tuple[Ints, Array]) -> Said:
    """With the rows of the `changed` items replaced by the fresh ones, of those of them that say something."""
    ids = held.ids.astype(np.int64)
    kept = ~np.isin(ids, np.array(changed, dtype=np.int64))
    all_ids = np.concatenate([ids[kept], fresh[0]])
    all_values = np.concatenate([held.values[kept].astype(fresh[1].dtype), fresh[1]])
    order = np.argsort(all_ids, kind="stable")
    found = _said(version, version, all_ids[order], all_values[order])
    if np.array_equal(found.ids, held.ids) and np.array_equal(found.values, held.values):
        return msgspec.structs.replace(held, version=version)
    return found


def _said(version: int, since: int, ids: Ints, values: Array) -> Said:
    """In the smallest types that hold them: a user may have said something about a million items."""
    return Said(version, since, _small(ids), values if values.dtype.kind == "f" else _small(values))


def _small(numbers: Ints) -> Array:
    if not len(numbers):
        return numbers
    low, high = int(numbers.min()), int(numbers.max())
    for kind in (np.uint8, np.uint16, np.uint32):
        if low >= 0 and high <= np.iinfo(kind).max:
            return numbers.astype(kind)
    return numbers


def _met(segment: Segment, said: Said) -> tuple[Ints, Array]:
    """(ordinals ascending, values) of the items that are in the segment, looking the fewer up among the more."""
    if len(said.ids) <= segment.count:
        ids = said.ids.astype(np.int64)
        ordinals = segment.ordinals(ids)
        return ordinals, said.values[np.searchsorted(ids, segment.ids[ordinals])]
    mine = np.arange(segment.count)
    ids = segment.ids[mine]
    places = np.minimum(np.searchsorted(said.ids, _alike(ids, said.ids)), max(len(said.ids) - 1, 0))
    there = (said.ids[places] == ids) if len(said.ids) else np.zeros(len(ids), dtype=bool)
    if segment.holes:
        there[np.fromiter(segment.holes, dtype=np.int64)] = False
    return mine[there], said.values[places[there]]


def _alike(numbers: Ints, others: Array) -> Array:
    """In the type of `others`, or numpy would convert all of those; the greatest number stands for what is greater still."""
    return np.minimum(numbers, np.iinfo(others.dtype).max).astype(others.dtype)


def _type(field: str) -> type:
    return np.float64 if field in _FRACTIONS else np.int64


def _whole(value: float, rounded: Callable[[float], int]) -> np.int64:
    return np.int64(min(max(rounded(value), -(2**63)), 2**63 - 1))
