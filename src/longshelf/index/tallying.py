"""How many items of a result carry each entity of a kind. Counted over the base once a result, and corrected for what changed since in
proportion to the change."""

from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

from longshelf.index.bitmaps import Array, Ints
from longshelf.index.state import State
from longshelf.model.kinds import EntityKind


class Asked(NamedTuple):
    """A result: the name of its settled query, its items in the base (those that do not count any more among them), and in the delta."""

    name: bytes
    base: BitMap
    delta: BitMap


class Tallied(NamedTuple):
    """Entities, ascending by id, and the number of items of each; some have none."""

    ids: Ints
    counts: Array

    def of(self, ids: Ints) -> Array:
        """The numbers of these entities, 0 for those that are not here."""
        if not len(self.ids):
            return np.zeros(len(ids), dtype=np.int64)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, self.counts[places], 0)


def tallied(state: State, kind: EntityKind, asked: Asked) -> Tallied:
    """Of every entity of the kind that any item carries."""
    base, postings = state.base.segment, state.base.segment.postings[kind]
    counts: Array = state.base.derived.get_or(("tally", asked.name, kind), lambda: postings.tally(asked.base, base.count))
    stale = asked.base & state.stale
    if stale:
        counts = counts - postings.tally(stale, base.count)
    if state.delta is None:
        return Tallied(postings.entities, counts)
    new = state.delta.postings[kind]
    ids = np.union1d(postings.entities, new.entities)
    whole = np.zeros(len(ids), dtype=np.int64)
    whole[np.searchsorted(ids, postings.entities)] = counts
    whole[np.searchsorted(ids, new.entities)] += new.tally(asked.delta, state.delta.count)
    return Tallied(ids, whole)


def carrying(state: State, kind: EntityKind, asked: Asked, entity_id: int) -> int:
    """The same of one entity, without counting the others."""
    found = state.base.segment.postings[kind].linked((entity_id,), None)
    count = found.intersection_cardinality(asked.base)
    if state.stale:
        count -= (found & state.stale).intersection_cardinality(asked.base)
    if state.delta is not None:
        count += state.delta.postings[kind].linked((entity_id,), None).intersection_cardinality(asked.delta)
    return count
