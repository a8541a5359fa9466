"""The first items of a large result without a view of it: the order is read from its front, testing which items belong, until there are
enough. Only worth it for what a first page needs; where the items are too rare near the front it gives up."""

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array
from longshelf.index.fields import Order
from longshelf.index.listing import Entry, Listing, Part
from longshelf.index.shuffling import Shuffled
from longshelf.model.sorts import MASK, Sort

NEAR = 1_000  # a window that ends beyond it wants a view
FIRST_READ = 2_048  # positions; each following read is twice as long
READ_MOST = 131_072  # positions; a view costs about as much as going on


def first_ranks(order: Order, count: int, result: BitMap, wanted: int, *, descending: bool) -> Array | None:
    """Ranks, ascending, of at least the first `wanted` items of a result of a segment of `count`, in one direction; None when giving up."""
    if isinstance(order, Shuffled):
        return _first_shuffled(order, result, wanted, descending=descending)
    found: list[Array] = []
    missing, read, length = wanted, 0, FIRST_READ
    for start, stop in ((order.valued, 0), (count, order.valued)) if descending else ((0, count),):
        at = start
        while at != stop:
            if read >= READ_MOST:
                return None
            upto = max(at - length, stop) if descending else min(at + length, stop)
            low, high = sorted((at, upto))
            hits = bitmaps.of(order.at(np.arange(low, high))) & result
            found.append(order.ranks_of(bitmaps.ordinals(hits)))
            missing -= len(hits)
            read, length, at = read + high - low, 2 * length, upto
            if missing <= 0:
                return np.sort(np.concatenate(found))
    return np.sort(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)


def first_entries(sort: Sort, base: Part, delta: Part | None, wanted: int) -> list[Entry]:
    """The first `wanted` of both together. `base` holds at least so many first ones of its own (or all)."""
    placed = [(entry.rank >= base.order.valued, entry.rank, 1, 0, entry) for entry in base.entries(0, base.view.count)]
    if delta is not None and delta.view.count:
        first = Listing(sort, delta, None, bitmaps.EMPTY).entries(0, wanted)
        ranks, ids = np.array([entry.rank for entry in first]), np.array([entry.id for entry in first], dtype=np.int64)
        places = base.order.places(delta.order, ranks, ids).tolist()
        placed += [(entry.rank >= delta.order.valued, place, 0, entry.rank, entry) for place, entry in zip(places, first, strict=True)]
    placed.sort(key=lambda each: each[:4])
    if sort.descending:  # each of the two runs backwards
        valued = sum(not each[0] for each in placed)
        placed = placed[:valued][::-1] + placed[valued:][::-1]
    return [each[4] for each in placed[:wanted]]


def _first_shuffled(order: Shuffled, result: BitMap, wanted: int, *, descending: bool) -> Array | None:
    """Keys are spread evenly, so the stretch that holds enough items can be told beforehand; a little more is read to be sure."""
    stretch = min(int((wanted + 4 * wanted**0.5 + 8) * (MASK + 1) / max(len(result), 1)), MASK + 1)
    found = order.within(MASK + 1 - stretch, MASK + 1, result) if descending else order.within(0, stretch, result)
    return found if len(found) >= min(wanted, len(result)) else None
