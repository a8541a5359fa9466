"""The first items of a result that nobody has found out yet, without finding it out. Three ways, of which the one likely to be cheapest is
taken, as if the parts of a filter had nothing to do with each other:

- *reading* the order from its front and testing what lies there: for what is common;
- *driving*: the items of the part that holds few (the *driver*: a rare tag, or what two tags share) are put in order, and only the first of
  them are asked whether they are in the other parts, however large these are;
- none, where so little is likely to be found that all of it would be: then the caller finds the whole out.

Parts that do have to do with each other are found out on the way: reading and driving give up where the rest, if it is like what was
tested, would not do.

Costs are those of memory: an item met in the order of a sort lies anywhere, and asking about it waits for memory several times; the items
of a driver are taken as they lie."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps, fronts
from longshelf.index.bitmaps import Array
from longshelf.index.compiling import EVERYTHING, All, Leaf, Node, all_of
from longshelf.index.evaluating import Evaluation
from longshelf.index.fields import Order, Sorted
from longshelf.index.fronts import Among, Span
from longshelf.index.segment import Segment
from longshelf.index.shuffling import Shuffled
from longshelf.model import query as tree
from longshelf.model.sorts import Sort

# In µs, measured at ten million items: a position read and tested, one that is the neighbour of the last, an item of a driver put in order,
# and one of its first ones tested.
READ, READ_PLAIN, DRIVE, TEST = 0.3, 0.02, 0.015, 0.4
DRIVEN = 2_000_000  # items of a driver; of more, putting them in order takes longer than finding the whole out
RARER = 4  # times as few items drive rather than what single entities share
TESTED_MOST = 32_768  # items left of a driver that are tested in any case
SCARCE = 2  # times as many items as are wanted: where no more are likely, all would be tested
FIRST_TESTED, FASTER = 512, 4  # items, and how many times more the next time
LEAST_READ, MOST_READ = 512, 16_384  # positions of the first stretch


class FirstAsked(NamedTuple):
    """The first `wanted` items of a settled query in an order, without those that do not count any more."""

    node: Node
    order: Order
    sort: Sort
    stale: BitMap
    wanted: int


def first_untold(segment: Segment, evaluation: Evaluation, asked: FirstAsked) -> Array | None:
    """Ranks, ascending, of the first items; None where the result is known already, or finding it out is likely to be cheaper."""
    node, wanted = asked.node, asked.wanted
    if evaluation.known(node) is not None:
        return None
    likely = evaluation.likely(node)
    span = fronts.within(asked.order, asked.sort.name, node)
    reads = wanted * (segment.count if span is None else span[1] - span[0]) / max(likely, 1.0)
    reading = reads * (READ_PLAIN if asked.order.plain else READ)
    driver, rest = _parts(node, evaluation)
    items = evaluation.likely(driver)
    driving = items * DRIVE + (0 if rest == EVERYTHING else wanted * items / max(likely, 1.0) * TEST)
    shuffled = isinstance(asked.order, Shuffled)
    if driver != EVERYTHING and items <= DRIVEN and (driving < reading or shuffled):
        scarce = likely < SCARCE * wanted and rest != EVERYTHING
        return None if scarce else _driven(evaluation, asked, driver, rest)
    if shuffled or reads > fronts.hopeful(asked.order):
        return None
    return _read(segment, evaluation, asked, span, int(min(max(reads * 1.25, LEAST_READ), MOST_READ)))


def first_driven(order: Order, driver: BitMap, among: Among, wanted: int, *, descending: bool, within: Span | None = None) -> Array | None:
    """Ranks, ascending, of the first `wanted` items of the driver that `among` leaves of them, in one direction, or of all; None when
    giving up. All that it leaves has ranks `within`."""
    ranks = order.ranks_of(bitmaps.ordinals(driver))
    if within is not None:
        ranks = ranks[(ranks >= within[0]) & (ranks < within[1])]
    found: list[Array] = [ranks[:0]]
    met, tested = 0, 0
    for some in _pieces(ranks, order.valued, descending=descending):
        if tested and len(ranks) - tested > TESTED_MOST and met * len(ranks) < wanted * tested:
            return None
        kept = among(bitmaps.of(order.at(some)))
        found.append(order.ranks_of(bitmaps.ordinals(kept)))
        met, tested = met + len(kept), tested + len(some)
        if met >= wanted:
            break
    return fronts.leading(np.sort(np.concatenate(found)), order.valued, wanted, descending=descending)


def _pieces(ranks: Array, valued: int, *, descending: bool) -> Iterator[Array]:
    """All ranks, in pieces that follow each other in a direction; within a piece in any order. Items without a value come last in both
    directions: counted down from the last value, theirs wrap around to far above."""
    last = np.array(valued - 1).astype(ranks.dtype)
    steps = (last - ranks).view(f"u{ranks.dtype.itemsize}") if descending else ranks
    length = FIRST_TESTED
    while len(steps) > length:
        steps = np.partition(steps, length)
        yield _back(steps[:length], last, descending=descending)
        steps, length = steps[length:], FASTER * length
    if len(steps):
        yield _back(steps, last, descending=descending)


def _back(steps: Array, last: Array, *, descending: bool) -> Array:
    return np.asarray(last - steps.view(last.dtype)) if descending else steps


def _parts(node: Node, evaluation: Evaluation) -> tuple[Node, Node]:
    """The driver, and what is left to be asked of its items. What single entities share is found out in no time; where no such is asked
    for, or another part holds far fewer items, that is the driver."""
    if not isinstance(node, All) or not node.wanted:
        return EVERYTHING, node
    driver = tuple(filter(_is_single, node.wanted))
    fewest = min(node.wanted, key=evaluation.likely)
    if not driver or evaluation.likely(fewest) * RARER < evaluation.likely(All(driver)):
        driver = (fewest,)
    others = tuple(each for each in node.wanted if each not in driver)
    return all_of(driver), all_of((All(others, node.unwanted),))


def _is_single(node: Node) -> bool:
    return isinstance(node, Leaf) and isinstance(node.condition, tree.Linked) and len(node.condition.ids) == 1


def _driven(evaluation: Evaluation, asked: FirstAsked, driver: Node, rest: Node) -> Array | None:
    return first_driven(
        asked.order,
        evaluation.of(driver) - asked.stale,
        lambda some: evaluation.among(rest, some),
        asked.wanted,
        descending=asked.sort.descending,
        within=fronts.within(asked.order, asked.sort.name, rest),
    )


def _read(segment: Segment, evaluation: Evaluation, asked: FirstAsked, span: Span | None, first: int) -> Array | None:
    node, order, sort, gone = asked.node, asked.order, asked.sort, segment.holes | asked.stale
    kinds = fronts.kinds_of(node)
    if isinstance(order, Sorted) and kinds and not any(segment.has_value(kind, sort.name) for kind in kinds):
        runs: Sequence[Span] = ((order.valued, segment.count),)  # none of them is before
    else:
        runs = fronts.runs_of(order, segment.count, span, descending=sort.descending)
    return fronts.first_ranks(
        order, runs, lambda some: evaluation.among(node, some - gone), asked.wanted, descending=sort.descending, first=first
    )
