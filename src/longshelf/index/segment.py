"""A set of items in the form that answers queries: named arrays, in files (the base) or in memory (a delta), behind one reading class.

Inside a segment an item is its *ordinal*: its place among the segment's ids, ascending. So bitmaps and arrays are dense whatever the
ids, and the order of ordinals is the order of ids. A segment holds live items only and never changes."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.caches import Cache
from longshelf.index.fields import Arrays, ById, Field, Order, Sorted, put_numbers
from longshelf.index.postings import Postings
from longshelf.index.shuffling import Shuffled
from longshelf.model.kinds import EntityKind, Format, ItemKind
from longshelf.model.sorts import SORTS, Sort, shuffle
from longshelf.store.columns import ABSENT, TEXTS

K = TypeVar("K")
V = TypeVar("V")
Put = Callable[[str, Array], None]

KINDS, FORMATS = tuple(ItemKind), tuple(Format)  # fields "kind" and "format" hold places in these
ORDERED = {name: field.column for name, field in SORTS.items() if field.column not in {"", "id"}}
COUNTED = {"library": "library_id", "year": "year", "age_rating": "age_rating"}  # filtered and counted, never sorted by
TEXT_FIELDS = {name: column for name, column in ORDERED.items() if column in TEXTS}
FLAGS = ("cover", "description")
BITMAP_BYTES = 32 * 2**20  # of bitmaps in use, in each process
DELTA_BYTES = 4 * 2**20  # the same of a delta


class Segment:
    """Safe to share between threads."""

    def __init__(self, arrays: Arrays, budget: int = BITMAP_BYTES) -> None:
        self.ids: Ints = arrays["ids"]
        self.count = len(self.ids)
        self.all = bitmaps.everything(self.count)
        self.cache: Cache[BitMap] = Cache(budget, bitmaps.size)
        self.fields: Mapping[str, Field] = _Lazily(lambda name: Field(arrays, name, self.count))
        self.postings: Mapping[EntityKind, Postings] = _Lazily(lambda kind: Postings(arrays, kind, self.cache))
        self.flags: Mapping[str, BitMap] = _Lazily(lambda name: bitmaps.thaw(arrays[f"flag.{name}"]))
        self._arrays = arrays

    def order(self, sort: Sort) -> Order:
        if sort.name == "id":
            return ById(self.ids)
        if sort.name == "random":
            return Shuffled(shuffle(sort.seed), self.ids)
        return Sorted(self.fields[sort.name], self.ids)

    def ordinals(self, ids: Ints) -> Ints:
        """Of those of the ids that are here, ascending; no id twice."""
        places = np.searchsorted(self.ids, ids)
        inside = places < self.count
        kept = places[inside]
        return np.unique(kept[self.ids[kept] == ids[inside]])

    def ordinal(self, item_id: int) -> int | None:
        place = int(np.searchsorted(self.ids, item_id))
        return place if place < self.count and self.ids[place] == item_id else None

    def names(self, kind: EntityKind) -> tuple[Array, Array]:
        """(ids ascending, place of each in the order of names) of all entities of a kind. A delta knows none."""
        return self._arrays[f"link.{kind}.named"], self._arrays[f"link.{kind}.places"]


def number_groups(columns: Mapping[str, Array]) -> dict[str, Callable[[Put], None]]:
    """How to make the fields of numbers and the flags, by the beginning of their arrays' names. `columns` is by the names of the store;
    absent numbers are ABSENT or NaN."""
    found: dict[str, Callable[[Put], None]] = {}
    for name, column in (ORDERED | COUNTED | {"kind": "kind"}).items():
        if column in columns:
            found[f"field.{name}"] = partial(_put_numbers, name=name, column=columns[column])
    found["field.format"] = partial(_put_format, width=columns["width"], height=columns["height"])
    for name in FLAGS:
        found[f"flag.{name}"] = partial(_put_flag, name=name, column=columns[name])
    return found


def kind_numbers(kinds: Sequence[str]) -> Ints:
    known = {kind.value: place for place, kind in enumerate(KINDS)}
    return np.fromiter(map(known.__getitem__, kinds), dtype=np.int64, count=len(kinds))


def _put_numbers(put: Put, name: str, column: Array) -> None:
    put_numbers(put, name, column, np.isnan(column) if column.dtype.kind == "f" else column == ABSENT, ordered=name in ORDERED)


def _put_format(put: Put, width: Array, height: Array) -> None:
    wide, tall, square = (FORMATS.index(each) for each in (Format.WIDE, Format.TALL, Format.SQUARE))
    shapes = np.select([width > height, width < height], [wide, tall], square)
    put_numbers(put, "format", shapes, (width <= 0) | (height <= 0), ordered=False)


def _put_flag(put: Put, name: str, column: Array) -> None:
    put(f"flag.{name}", bitmaps.freeze(bitmaps.of_mask(column != 0)))


class _Lazily(dict[K, V]):
    """Made when first asked for: a delta is asked for little of what it could answer before the next one takes its place."""

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        self[key] = found = self._make(key)
        return found
