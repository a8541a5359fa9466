"""Counting a large result as a whole of which the counts stand (`standing`), less what is not in the result, where that is less work. A
filter of several parts lies within each of them, and two parts of an OR are both of them less what they share."""

from typing import NamedTuple

from pyroaring import BitMap

from longshelf.index.bitmaps import Array
from longshelf.index.compiling import All, AnyOf, Leaf, Node
from longshelf.index.evaluating import Evaluation
from longshelf.index.state import Base
from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind

LITTLE = 2_000.0  # µs; what is counted as fast needs no whole
FIND_VALUES, FIND = 4_000.0, 1_000.0  # µs until the items of a whole are found, by values or of an entity, where nobody did before
ENDS = 64  # a part of so many of all items lies at the ends of a span, and is counted


class _Known(NamedTuple):
    """A settled query whose counts need not be counted, and about how many µs it takes to have them."""

    node: Node
    cost: float


class Wholes:
    """For the entities of one kind in a base."""

    def __init__(self, base: Base, kind: EntityKind, evaluation: Evaluation) -> None:
        self._standing = base.standing(kind)
        self._postings = base.segment.postings[kind]
        self._count = base.segment.count
        self._evaluation = evaluation

    def counted(self, node: Node, result: BitMap) -> Array | None:
        """How many items of the `result`, which is what the node finds, carry each entity; None where no whole makes that cheaper."""
        limit = self._cost(len(result))
        if limit < LITTLE:
            return None
        itself = self._known(node)
        if itself is not None and itself.cost < limit:
            return self._of(node)
        best = None
        for whole in filter(None, map(self._known, node.wanted if isinstance(node, All) else ())):
            cost = whole.cost + self._finding(whole.node) + self._cost(self._evaluation.likely(whole.node) - len(result))
            if cost < limit:
                best, limit = whole.node, cost
        if best is None:
            return None
        return self._of(best) - self._postings.tally(self._evaluation.of(best) - result, self._count)

    def _known(self, node: Node) -> _Known | None:
        match node:
            case AnyOf(parts=(one, other)) if self._standing.stands(one) and self._standing.stands(other):
                return _Known(node, self._cost(self._evaluation.likely(All((one, other)))) + FIND)
            case Leaf(condition=tree.Range()) if self._standing.stands(node):
                return _Known(node, self._cost(self._count / ENDS))
            case _:
                return _Known(node, 0.0) if self._standing.stands(node) else None

    def _of(self, node: Node) -> Array:
        found = self._standing.of(node)
        if found is not None:
            return found
        assert isinstance(node, AnyOf)
        one, other = node.parts
        shared = self._evaluation.of(one) & self._evaluation.of(other)
        return self._of(one) + self._of(other) - self._postings.tally(shared, self._count)

    def _finding(self, node: Node) -> float:
        if self._evaluation.known(node) is not None:
            return 0.0
        if isinstance(node, AnyOf):
            return sum(map(self._finding, node.parts))
        return FIND if isinstance(node, Leaf) and isinstance(node.condition, tree.Linked) else FIND_VALUES

    def _cost(self, items: float) -> float:
        return self._postings.cost(max(int(items), 0), self._count)
