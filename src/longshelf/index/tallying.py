"""How many items of a result carry each entity of a kind. Counted over the base once a result, and corrected for what changed since in
proportion to the change.

A result from which little is taken out, as a restriction does, is counted as the whole of it, which all viewers share, less what was taken
out: for each of them that costs in proportion to what is kept from him. A whole that nobody counted is counted when it is met the second
time: most filters are asked once."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

from longshelf.index.bitmaps import Array, Ints
from longshelf.index.compiling import Node
from longshelf.index.evaluating import Evaluation
from longshelf.index.state import State
from longshelf.index.wholes import Wholes
from longshelf.model.kinds import EntityKind

ONCE = np.empty(0, dtype=np.int64)  # stands for a whole that was met once, and not counted


class Whole(NamedTuple):
    """A result before anything was taken out, in the base."""

    name: bytes
    base: BitMap


class Asked(NamedTuple):
    """A result: the name of its settled query, its items in the base (those that do not count any more among them), and in the delta.
    `whole` tells of what it is a part, where something was taken out; `node` is the settled query, which `evaluation` finds in the base."""

    name: bytes
    base: BitMap
    delta: BitMap
    node: Node
    evaluation: Evaluation
    whole: Callable[[], Whole] | None = None


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
    counts: Array = state.base.derived.get_or(("tally", asked.name, kind), lambda: _counted(state, kind, asked))
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


def _counted(state: State, kind: EntityKind, asked: Asked) -> Array:
    """Over the base, by the number of the entity."""
    base, derived = state.base.segment, state.base.derived
    postings, count = base.postings[kind], base.count
    whole = None if asked.whole is None else asked.whole()
    every = None if whole is None else derived.get(("tally", whole.name, kind))
    less = whole is not None and postings.cost(len(whole.base) - len(asked.base), count) < postings.cost(len(asked.base), count)
    if whole is not None and every is not None and less:
        return np.asarray(every - postings.tally(whole.base - asked.base, count))
    standing = Wholes(state.base, kind, asked.evaluation).counted(asked.node, asked.base)
    if standing is not None:
        return standing
    if whole is None or not less:
        return postings.tally(asked.base, count)
    name = "met", whole.name, kind
    if postings.cost(len(whole.base), count) and derived.get(name) is None:
        derived.put(name, ONCE)
        return postings.tally(asked.base, count)
    every = derived.put(("tally", whole.name, kind), postings.tally(whole.base, count))
    return np.asarray(every - postings.tally(whole.base - asked.base, count))


def carrying(state: State, kind: EntityKind, asked: Asked, ids: Sequence[int]) -> list[int]:
    """How many items of the result carry each of some entities, without counting the others."""
    postings = state.base.segment.postings[kind]
    counts = postings.shared(ids, asked.base)
    if stale := asked.base & state.stale:
        counts = counts - postings.shared(ids, stale)
    if state.delta is not None:
        counts = counts + state.delta.postings[kind].shared(ids, asked.delta)
    found: list[int] = counts.tolist()
    return found
