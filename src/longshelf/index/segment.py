"""A set of items in the form that answers queries: named arrays, in files (the base) or in memory (a delta), behind one reading class.

Inside a segment an item is its *ordinal*: its place among the segment's ids, ascending. So bitmaps and arrays are dense whatever the
ids, and the order of ordinals is the order of ids. A segment never changes and answers for live items only; a base also has places
without an item, *holes*: ids that were deleted, or never used. So an item keeps its ordinal when others go or it comes back."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.caches import Cache
from longshelf.index.fields import ById, Field, Order, Sorted, put_numbers
from longshelf.index.numbering import Ids, read_ids
from longshelf.index.postings import Postings
from longshelf.index.shuffling import Shuffled
from longshelf.index.values import Arrays
from longshelf.index.widths import absent
from longshelf.model.kinds import EntityKind, Format, ItemKind
from longshelf.model.sorts import SORTS, Sort, shuffle
from longshelf.store.columns import TEXTS

K = TypeVar("K")
V = TypeVar("V")
Put = Callable[[str, Array], None]

KINDS, FORMATS = tuple(ItemKind), tuple(Format)  # fields "kind" and "format" hold places in these
ORDERED = {name: field.column for name, field in SORTS.items() if field.column not in {"", "id"}}
COUNTED = {"library": "library_id", "year": "year", "age_rating": "age_rating"}  # filtered and counted, never sorted by
BOTH = frozenset({"rating"})  # sorted by and counted
TEXT_FIELDS = {name: column for name, column in ORDERED.items() if column in TEXTS}
NUMBER_FIELDS = {name: column for name, column in ORDERED.items() if name not in TEXT_FIELDS} | COUNTED | {"kind": "kind", "format": ""}
FLAGS = ("cover", "description")
BITMAP_BYTES = 18 * 2**20  # of bitmaps in use, in each process
DELTA_BYTES = 4 * 2**20  # the same of a delta
LOOKED_AT = 256  # items that may show that some have a value


class Segment:
    """Safe to share between threads."""

    def __init__(self, arrays: Arrays, budget: int = BITMAP_BYTES) -> None:
        self.ids: Ids = read_ids(arrays)
        self.count = len(self.ids)  # of places
        self.holes = bitmaps.thaw(arrays["holes"]) if "holes" in arrays else bitmaps.EMPTY
        self.all = bitmaps.everything(self.count) - self.holes
        self.cache: Cache[BitMap] = Cache(budget, bitmaps.size)
        self.fields: Mapping[str, Field] = _Lazily(lambda name: Field(arrays, name, self.count, self.holes))
        self.postings: Mapping[EntityKind, Postings] = _Lazily(lambda kind: Postings(arrays, kind, self.cache, len(self.all)))
        self.flags: Mapping[str, BitMap] = _Lazily(lambda name: bitmaps.thaw(arrays[f"flag.{name}"]))
        self._valued: Mapping[tuple[ItemKind, str], bool] = _Lazily(self._some_valued)
        self.arrays = arrays

    def _some_valued(self, asked: tuple[ItemKind, str]) -> bool:
        kind, name = KINDS.index(asked[0]), asked[1]
        first = bitmaps.of(self.fields[name].first(LOOKED_AT))
        if self.fields["kind"].among(first, kind, kind):
            return True
        return not self.all_valueless(self.fields["kind"].one(kind), name)

    def order(self, sort: Sort) -> Order:
        if sort.name == "id":
            return ById(self.ids)
        if sort.name == "random":
            return Shuffled(shuffle(sort.seed), self.ids)
        return Sorted(self.fields[sort.name], self.ids)

    def valueless(self, name: str) -> BitMap:
        """Places without a value of this field, or without an item."""
        return self.cache.get_or(("valueless", name), self.fields[name].valueless)

    def all_valueless(self, result: BitMap, name: str) -> bool:
        """Whether no item of a result has a value of this field. Mostly seen from its first items."""
        field = self.fields[name]
        if not result or len(result) > self.count - field.valued:
            return not result
        first = bitmaps.ordinals(result[:LOOKED_AT])
        if field.ranks is not None and (field.ranks[first] < field.valued).any():
            return False
        return result.issubset(self.valueless(name))

    def has_value(self, kind: ItemKind, name: str) -> bool:
        """Whether any item of a kind has a value of this field; found out once."""
        return self._valued[kind, name]

    def ordinals(self, ids: Ints) -> Ints:
        """Of those of the ids that are here, ascending; no id twice."""
        places = self.ids.below(ids)
        inside = places < self.count
        kept = places[inside]
        found = bitmaps.distinct(kept[self.ids[kept] == ids[inside]])
        return bitmaps.ordinals(bitmaps.of(found) - self.holes).astype(np.int64) if self.holes else found

    def ordinal(self, item_id: int) -> int | None:
        place = int(self.ids.below(item_id))
        return place if place < self.count and self.ids[place] == item_id and place not in self.holes else None

    def names(self, kind: EntityKind) -> tuple[Array, Array]:
        """(ids ascending, place of each in the order of names) of all entities of a kind. A delta knows none."""
        return self.arrays[f"link.{kind}.named"], self.arrays[f"link.{kind}.places"]


def number_groups(columns: Mapping[str, Array], holes: Array | None = None) -> dict[str, Callable[[Put], None]]:
    """How to make the fields of numbers and the flags, by the beginning of their arrays' names. `columns` is by the names of the store,
    by ordinal, in the form of `widths`; `holes` is a mask of the places without an item."""
    found: dict[str, Callable[[Put], None]] = {}
    for name in NUMBER_FIELDS:
        found[f"field.{name}"] = partial(_put_numbers, name=name, columns=columns, holes=holes)
    for name in FLAGS:
        found[f"flag.{name}"] = partial(_put_flag, name=name, column=columns[name])
    return found


def number_column(name: str, columns: Mapping[str, Array]) -> tuple[Array, Array]:
    """The values of one of NUMBER_FIELDS, and a mask of those that are absent."""
    if name == "format":
        return _formats(columns["width"], columns["height"])
    column = columns[NUMBER_FIELDS[name]]
    return column, absent(column)


def kind_numbers(kinds: Sequence[str]) -> Ints:
    known = {kind.value: place for place, kind in enumerate(KINDS)}
    return np.fromiter(map(known.__getitem__, kinds), dtype=np.int64, count=len(kinds))


def _put_numbers(put: Put, name: str, columns: Mapping[str, Array], holes: Array | None) -> None:
    column, missing = number_column(name, columns)
    put_numbers(put, name, column, missing, holes, ordered=name in ORDERED, counted=name in BOTH)


def _formats(width: Array, height: Array) -> tuple[Array, Array]:
    wide, tall, square = (np.int32(FORMATS.index(each)) for each in (Format.WIDE, Format.TALL, Format.SQUARE))
    return np.select([width > height, width < height], [wide, tall], square), (width <= 0) | (height <= 0)


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
