"""The first items of a large result without a view of it: the order is read from its front, testing which items belong, until there are
enough. Only worth it for what a first page needs; where the items are too rare near the front it gives up."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array
from longshelf.index.compiling import All, Leaf, Node, high_bound
from longshelf.index.fields import Order, Sorted
from longshelf.index.listing import Entry, Listing, Part
from longshelf.index.shuffling import Shuffled
from longshelf.model.kinds import ItemKind
from longshelf.model.query import PREFIX_END, KindIs, Range
from longshelf.model.sorts import MASK, Sort

NEAR = 1_000  # a window that ends beyond it wants a view
FIRST_READ = 2_048  # positions; each following read is twice as long
PATIENCE = 28_672  # positions read before it is believed that the rest is like them: the oldest things may all be without a rating
READ_MOST = 131_072  # positions; a view costs about as much as going on
WORTH = 32_768  # positions; where more are likely to be read, a view of a short result is made faster
HOPEFUL = 65_536  # positions, of a result that is not known
HOPEFUL_PLAIN = 1_048_576  # where they are neighbours
FEW = 4_096  # items; of no more than that a view is made as fast as its first page
YEARS = 10_000  # a date has four digits of them

Span = tuple[int, int]  # ranks from the first to before the second
Bound = float | str | None
Among = Callable[[BitMap], BitMap]
"""Those of some places that belong to the result."""


def worth_reading(result: int, count: int, wanted: int, *, short: bool) -> bool:
    """Whether the first `wanted` of so many items, out of `count` places, are likely found soon, if they lie like most things do."""
    return not short or wanted * count <= WORTH * result


def hopeful(order: Order) -> int:
    """How many positions are read of a result nobody knows yet, before finding it out is the better way."""
    return HOPEFUL_PLAIN if order.plain else HOPEFUL


def first_ranks(
    order: Order, runs: Sequence[Span], among: Among, wanted: int, *, descending: bool, first: int | None = None
) -> Array | None:
    """Ranks, ascending, of the first `wanted` items of a result, in one direction, or of all; None when giving up. `runs`, in that
    direction, hold all of the result. Of a result that is not known, `first` is how many positions will likely do: it is given up sooner,
    and once they will not do if the rest is like what was read."""
    found: list[Array] = []
    met, read, length = 0, 0, first or FIRST_READ
    most = READ_MOST if first is None else hopeful(order)
    patience = most // 2 if order.plain else PATIENCE
    for low_end, high_end in runs:
        at, stop = (high_end, low_end) if descending else (low_end, high_end)
        while at != stop:
            if read >= most or (read > patience and first is not None and met * most < wanted * read):
                return None
            upto = max(at - length, stop) if descending else min(at + length, stop)
            low, high = sorted((at, upto))
            hits = among(BitMap(range(low, high)) if order.plain else bitmaps.of(order.at(np.arange(low, high))))
            found.append(order.ranks_of(bitmaps.ordinals(hits)))
            met, read, length, at = met + len(hits), read + high - low, 2 * length, upto
            if met >= wanted:
                return leading(np.sort(np.concatenate(found)), order.valued, wanted, descending=descending)
    return np.sort(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)


def first_of_result(order: Order, runs: Sequence[Span], result: BitMap, wanted: int, *, descending: bool) -> Array | None:
    """The same of a result that is known."""
    if isinstance(order, Shuffled):
        return _first_shuffled(order, result, wanted, descending=descending)
    return first_ranks(order, runs, result.__and__, wanted, descending=descending)


def first_chosen(order: Order, result: BitMap, wanted: int, *, descending: bool) -> Array:
    """The same from the ranks of the whole result, which is short: they are not put in order but for the first."""
    ranks = order.ranks_of(bitmaps.ordinals(result))
    if not descending:
        return _chosen(ranks, wanted)
    valued = ranks < order.valued
    first = _chosen(ranks[valued], -wanted)
    return np.concatenate([first, _chosen(ranks[~valued], len(first) - wanted)]) if len(first) < wanted else first


def _chosen(ranks: Array, wanted: int) -> Array:
    """The lowest, or with a negative number the highest, so many; ascending."""
    if abs(wanted) >= len(ranks):
        return np.sort(ranks)
    if wanted > 0:
        return np.sort(np.partition(ranks, wanted - 1)[:wanted])
    return np.sort(np.partition(ranks, wanted)[wanted:]) if wanted else ranks[:0]


def first_valueless(order: Order, result: BitMap, wanted: int, *, descending: bool) -> Array:
    """As `first_ranks`, of a result in which nothing has a value of what is sorted by: it is in the order of the ordinals."""
    first = result[-wanted:] if descending else result[:wanted]
    return np.sort(order.ranks_of(bitmaps.ordinals(first)))


def kinds_of(node: Node) -> tuple[ItemKind, ...]:
    """Of nothing but these kinds are the items of a query, as far as it says so itself; () when it does not."""
    for part in node.wanted if isinstance(node, All) else (node,):
        if isinstance(part, Leaf) and isinstance(part.condition, KindIs):
            return part.condition.kinds
    return ()


def runs_of(order: Order, count: int, within: Span | None, *, descending: bool) -> Sequence[Span]:
    """All ranks of a segment of `count`, or those that lie `within`, in the order they are read: items without a value come last in both
    directions."""
    if within is not None:
        return (within,)
    return ((0, order.valued), (order.valued, count)) if descending else ((0, count),)


def within(order: Order, name: str, node: Node) -> Span | None:
    """Where all items of a query must lie in the order of the field `name`, as far as the query says so itself: a range of the very value
    that is sorted by would else be searched for from the far end. None when it does not."""
    if not isinstance(order, Sorted):
        return None
    bounds = [
        _bounds(part.condition, name)
        for part in (node.wanted if isinstance(node, All) else (node,))
        if isinstance(part, Leaf) and isinstance(part.condition, Range)
    ]
    spans = [order.field.span(*each) for each in bounds if each is not None]
    if not spans:
        return None
    low, high = max(span[0] for span in spans), min(span[1] for span in spans)
    return low, max(low, high)


def _bounds(wanted: Range, name: str) -> tuple[Bound, Bound] | None:
    """What a range says about another field: about itself all, and a year about the date, whose beginning it is."""
    if wanted.field == name:
        return wanted.low, high_bound(wanted)
    if (wanted.field, name) != ("year", "date"):
        return None
    first, last = (None if each is None else float(each) for each in (wanted.low, wanted.high))
    low = None if first is None or not 0 <= first < YEARS else f"{math.ceil(first):04}"
    high = None if last is None or not 0 <= last < YEARS else f"{math.floor(last):04}{PREFIX_END}"
    return low, high


def first_entries(sort: Sort, base: Part, delta: Part | None, wanted: int) -> list[Entry]:
    """The first `wanted` of both together. `base` holds so many first ones of its own, or all."""
    placed = [(entry[1] >= base.order.valued, entry[1], 1, 0, entry) for entry in base.entries(0, base.view.count)]
    if delta is not None and delta.view.count:
        first = Listing(sort, delta).entries(0, wanted)
        ranks, ids = np.array([rank for _, rank, _ in first]), np.array([item_id for _, _, item_id in first], dtype=np.int64)
        places = base.order.places(delta.order, ranks, ids).tolist()
        placed += [(entry[1] >= delta.order.valued, place, 0, entry[1], entry) for place, entry in zip(places, first, strict=True)]
    placed.sort(key=lambda each: each[:4])
    if sort.descending:  # each of the two runs backwards
        valued = sum(not each[0] for each in placed)
        placed = placed[:valued][::-1] + placed[valued:][::-1]
    return [each[4] for each in placed[:wanted]]


def leading(ranks: Array, valued: int, wanted: int, *, descending: bool) -> Array:
    """Of ascending ranks, those of the first `wanted` in a direction, ascending."""
    if not descending:
        return ranks[:wanted]
    behind = int(np.searchsorted(ranks, valued))  # those without a value come last in both directions
    first = ranks[max(behind - wanted, 0) : behind]
    return np.concatenate([first, ranks[behind:][max(len(ranks) - behind - wanted + len(first), 0) :]])


def _first_shuffled(order: Shuffled, result: BitMap, wanted: int, *, descending: bool) -> Array | None:
    """Keys are spread evenly, so the stretch that holds enough items can be told beforehand; a little more is read to be sure."""
    stretch = min(int((wanted + 4 * wanted**0.5 + 8) * (MASK + 1) / max(len(result), 1)), MASK + 1)
    found = order.within(MASK + 1 - stretch, MASK + 1, result) if descending else order.within(0, stretch, result)
    return found if len(found) >= min(wanted, len(result)) else None
