"""Counts that stand in a base: how many items carry each entity of a kind, over the wholes that filters begin with. Those are what single
entities carry that sit on many items, and every span of a field's values.

A large result is counted as such a whole less what is not in it, where that is less; a filter that is such a whole is not counted at all.
The rule: what stands is made with the base and never changes, and a base without it answers the same, slower.

A span is the difference of two running counts along the order of the field. They are kept at *milestones*; the items between these and the
ends of the span are counted."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from longshelf.index.bitmaps import Array
from longshelf.index.compiling import Leaf, Node, high_bound
from longshelf.index.evaluating import values_of
from longshelf.index.fields import Field
from longshelf.index.postings import Postings
from longshelf.index.values import Arrays
from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind

KINDS = tuple(EntityKind)


class Standing:
    """What stands for the entities of one kind, read from the arrays of a base."""

    def __init__(self, arrays: Arrays, kind: EntityKind, postings: Postings, fields: Mapping[str, Field]) -> None:
        self._arrays = arrays
        self._kind = kind
        self._postings = postings
        self._fields = fields
        whose = arrays.get(f"standing.{kind}.whose")
        self._places = {} if whose is None else {(KINDS[each], of): place for place, (each, of) in enumerate(whose.tolist())}

    def of(self, node: Node) -> Array | None:
        """By the number of the entity, over the items of a settled condition; None where that does not stand."""
        match node:
            case Leaf(condition=tree.Linked(kind=kind, ids=(entity_id,), role=None)) if (kind, entity_id) in self._places:
                rows = self._arrays[f"standing.{self._kind}.rows"]
                return np.asarray(rows[self._places[kind, entity_id]], dtype=np.int64)
            case Leaf(condition=tree.Range(field=name, low=low) as wanted) if self._has(name):
                return self._between(name, low, high_bound(wanted))
            case Leaf(condition=tree.KindIs() | tree.LibraryIs() | tree.FormatIs() as listed) if self._has(values_of(listed)[0]):
                column, values = values_of(listed)
                return np.asarray(sum(self._between(column, each, each) for each in set(values)))
            case _:
                return None

    def stands(self, node: Node) -> bool:
        """Whether `of` has an answer."""
        match node:
            case Leaf(condition=tree.Linked(kind=kind, ids=(entity_id,), role=None)):
                return (kind, entity_id) in self._places
            case Leaf(condition=tree.Range(field=name)):
                return self._has(name)
            case Leaf(condition=tree.KindIs() | tree.LibraryIs() | tree.FormatIs() as listed):
                return self._has(values_of(listed)[0])
            case _:
                return False

    def _between(self, name: str, low: Any, high: Any) -> Array:
        """Over the items whose value lies there."""
        start, stop = self._fields[name].span(low, high)
        return self._before(name, stop) - self._before(name, start)

    def _has(self, name: str) -> bool:
        return f"standing.{self._kind}.ranks.{name}" in self._arrays

    def _before(self, name: str, rank: int) -> Array:
        """Over the items of all lower ranks."""
        ranks = self._arrays[f"standing.{self._kind}.ranks.{name}"]
        near = int(np.argmin(np.abs(ranks - rank)))
        found = np.asarray(self._arrays[f"standing.{self._kind}.field.{name}"][near], dtype=np.int64)
        first, end = sorted((int(ranks[near]), rank))
        if first == end:
            return found
        between = self._postings.counted(at_ranks(self._fields[name], first, end))
        return np.asarray(found + between if rank > ranks[near] else found - between)


def at_ranks(field: Field, first: int, end: int) -> Array:
    """Ordinals, ascending, of the items at these ranks of a field that has an order."""
    return np.arange(first, end) if field.order is None else np.sort(field.order[first:end])
