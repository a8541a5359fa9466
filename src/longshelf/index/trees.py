"""Which entities of a kind stand right above which. The store is asked once a base; of entities touched since then, once a state: an edge
that came or went starts from one of these."""

import numpy as np

from longshelf.index.bitmaps import OBJECTS, Ints, distinct
from longshelf.index.counting import Reading
from longshelf.index.names import touched
from longshelf.index.state import State
from longshelf.model.kinds import EntityKind
from longshelf.store import entity_columns


class Tree:
    """Edges from `children` to `parents`, ascending by both. `token` stands for this very reading of them."""

    def __init__(self, edges: Ints) -> None:
        """Rows of (child, parent), each once, in any order."""
        edges = edges[np.lexsort((edges[:, 1], edges[:, 0]))]
        self.children, self.parents = edges[:, 0].copy(), edges[:, 1].copy()
        self.token = object()
        self.bytes = self.children.nbytes + self.parents.nbytes + 3 * OBJECTS

    def __len__(self) -> int:
        return len(self.children)

    def above(self, ids: Ints) -> Ints:
        """Those that stand above any of these, however far, ascending. A circle ends, and each edge is walked once."""
        nodes = distinct(self.parents)
        held = np.zeros(len(nodes), dtype=bool)
        frontier = self._right_above(ids)
        while len(frontier):
            places = np.searchsorted(nodes, frontier)
            fresh = frontier[~held[places]]
            held[places] = True
            frontier = self._right_above(fresh)
        found: Ints = nodes[held]
        return found

    def right_below(self, ids: Ints, parents: Ints) -> Ints:
        """How many of `ids` stand right below each of these."""
        edges = np.sort(self.parents[np.isin(self.children, ids)])
        found: Ints = np.searchsorted(edges, parents, side="right") - np.searchsorted(edges, parents)
        return found

    def of(self, parent: int) -> Ints:
        """Those right below it, ascending."""
        found: Ints = self.children[self.parents == parent]
        return found

    def _right_above(self, ids: Ints) -> Ints:
        """Ascending."""
        starts, stops = np.searchsorted(self.children, ids), np.searchsorted(self.children, ids, side="right")
        lengths = stops - starts
        edges = np.repeat(stops - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
        return distinct(self.parents[edges])


def tree(state: State, kind: EntityKind, reading: Reading) -> Tree:
    """As it is in this state."""
    base: Tree = state.base.derived.get_or(("tree", kind), lambda: Tree(_edges(entity_columns.parents(reading(), kind))))
    if not state.entities:
        return base
    found: Tree = state.derived.get_or(("tree", kind, base.token), lambda: _caught_up(state, kind, base, reading))
    return found


def _caught_up(state: State, kind: EntityKind, base: Tree, reading: Reading) -> Tree:
    kept = ~np.isin(base.children, touched(state))
    fresh = _edges(entity_columns.parents(reading(), kind, state.entities))
    return Tree(np.concatenate([np.stack([base.children[kept], base.parents[kept]], axis=1), fresh]))


def _edges(rows: list[tuple[int, int]]) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(-1, 2)
