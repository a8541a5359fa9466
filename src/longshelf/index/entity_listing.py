"""Lists of entities from the index: which a result's items carry, by name or by their number, any stretch of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np

from longshelf.index.bitmaps import OBJECTS, Array, Ints
from longshelf.index.counting import Reading
from longshelf.index.names import Names, names
from longshelf.index.state import State
from longshelf.index.tallying import Asked, carrying, tallied
from longshelf.index.trees import Tree, tree
from longshelf.index.via_persons import via_persons
from longshelf.model.engine import After, Before, EntityPage, EntityRequest, Offset, Slice, Tally, Window
from longshelf.model.kinds import EntityKind
from longshelf.model.sorts import Key
from longshelf.store import columns, entity_columns

FEW = 100  # entities that are counted one by one; more, and all of the kind are


class Ranking:
    """A whole list: entities, their numbers of items and of those right below, ascending by (name or number of items, id). Positions count
    in the direction asked for."""

    def __init__(self, request: EntityRequest, named: Names, ids: Ints, counts: Array, children: Array) -> None:
        """`ids` by name."""
        order = np.lexsort((ids, counts)) if request.order == "count" else slice(None)
        self._named = named if request.order == "name" else None
        self._columns = ids[order], counts[order], children[order]
        self._ids, self._counts, _ = self._columns
        self.total = len(ids)
        self.bytes = sum(each.nbytes for each in self._columns) + 4 * OBJECTS

    def stretch(self, start: int, stop: int, *, descending: bool) -> tuple[Array, ...]:
        """(ids, numbers of items, numbers of those right below) at these positions; those outside the list are left out."""
        start, stop = max(start, 0), max(min(stop, self.total), 0)
        if descending:
            backwards = slice(self.total - stop, max(self.total - start, 0))
            return tuple(each[backwards][::-1] for each in self._columns)
        return tuple(each[start:stop] for each in self._columns)

    def position(self, key: Key, *, descending: bool, past: bool = False) -> int:
        """How many come before a place; with `past`, an entity right there counts too."""
        value = key.value.encode() if isinstance(key.value, str) else key.value
        search = bisect_right if past != descending else bisect_left
        index = search(range(self.total), (value, key.id), key=self._place)
        return self.total - index if descending else index

    def key(self, entity_id: int, count: int) -> Key:
        """The place of an entity of the list."""
        return Key(count if self._named is None else self._named.key(entity_id).decode(), entity_id)

    def _place(self, index: int) -> tuple[Any, int]:
        entity_id = int(self._ids[index])
        return (int(self._counts[index]) if self._named is None else self._named.key(entity_id)), entity_id


def page(state: State, request: EntityRequest, window: Window, asked: Asked, reading: Reading) -> EntityPage:
    """A stretch of the list."""
    ranking: Ranking = state.derived.get_or(
        ("entities", asked.name, request.kind, request.q, request.order, request.parent),
        lambda: _ranking(state, request, asked, reading),
    )
    start, stop = _positions(ranking, window, descending=request.descending)
    ids, counts, children = ranking.stretch(start, stop, descending=request.descending)
    listed = ids.tolist()
    via = via_persons(state, asked, listed, reading) if request.kind is EntityKind.TAG else {}
    tallies = tuple(Tally(items, via.get(each, 0)) for each, items in zip(listed, counts.tolist(), strict=True))
    has_previous, has_next = start > 0 and ranking.total > 0, stop < ranking.total
    if not listed:
        return EntityPage(Slice(has_previous=has_previous, has_next=has_next), (), ranking.total)
    first, last = ranking.key(listed[0], tallies[0].items), ranking.key(listed[-1], tallies[-1].items)
    return EntityPage(Slice(tuple(listed), first, last, has_previous, has_next, start), tallies, ranking.total, tuple(children.tolist()))


def tallies(state: State, kind: EntityKind, ids: Sequence[int], asked: Asked, reading: Reading, *, with_persons: bool) -> tuple[Tally, ...]:
    """One an id; nothing but zeros for what is no live entity of the kind."""
    if not ids:
        return ()
    live = {row.id for row in entity_columns.named(reading(), ids) if row.kind == kind}
    if len(live) > FEW:
        found = dict(zip(ids, tallied(state, kind, asked).of(np.array(ids, dtype=np.int64)).tolist(), strict=True))
    else:
        some = sorted(live)
        found = dict(zip(some, carrying(state, kind, asked, some), strict=True))
    via = via_persons(state, asked, live, reading) if with_persons and kind is EntityKind.TAG else {}
    return tuple(Tally(found[each], via.get(each, 0)) if each in live else Tally(0) for each in ids)


def _ranking(state: State, request: EntityRequest, asked: Asked, reading: Reading) -> Ranking:
    named, stands = names(state, request.kind, reading), tree(state, request.kind, reading)
    counts = tallied(state, request.kind, asked).of(named.ids)
    held, children = _there(named.ids, counts > 0, stands)
    if request.q:
        held &= np.isin(named.ids, np.array(columns.named_so(reading(), request.kind, request.q), dtype=np.int64))
    if request.parent is not None:
        below = stands.of(request.parent) if request.parent in named.ids else ()  # one that was removed has nothing below it
        held &= np.isin(named.ids, below)
    return Ranking(request, named, named.ids[held], counts[held], children[held])


def _there(ids: Ints, carried: Array, stands: Tree) -> tuple[Array, Array]:
    """(which of the entities are there, numbers of those right below that are), where the `carried` are there by themselves."""
    if not len(stands):
        return carried, np.zeros(len(ids), dtype=np.int32)
    there = carried | np.isin(ids, stands.above(np.sort(ids[carried])))
    return there, stands.right_below(ids[there], ids).astype(np.int32)


def _positions(ranking: Ranking, window: Window, *, descending: bool) -> tuple[int, int]:
    match window:
        case Offset():
            return window.start, window.start + window.size
        case After():
            start = ranking.position(window.key, descending=descending, past=True)
            return start, start + window.size
        case Before():
            stop = ranking.position(window.key, descending=descending)
            return max(stop - window.size, 0), stop
