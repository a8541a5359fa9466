"""How many items of a result carry a person who carries a tag.

Counted over the base as it was, once a tag and result. What changed since (items, and what persons carry) is counted again only among the
items concerned, where few persons occur, so it costs in proportion to the change."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np
from pyroaring import BitMap

from longshelf.index.bitmaps import EMPTY, OBJECTS, Ints
from longshelf.index.counting import Reading
from longshelf.index.names import touched
from longshelf.index.segment import Segment
from longshelf.index.state import State
from longshelf.index.tallying import Asked
from longshelf.model.kinds import EntityKind
from longshelf.store import entity_columns

NOBODY: Ints = np.empty(0, dtype=np.int64)
COUNTED_BYTES = 100  # of one count kept


class Carriers:
    """Which persons carry each tag. `token` stands for this very reading of them: whatever is computed from it is kept under that name."""

    def __init__(self, pairs: Sequence[tuple[int, int]]) -> None:
        """(person, tag), each pair once."""
        found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        found = found[np.lexsort((found[:, 0], found[:, 1]))]
        self.tags, starts = np.unique(found[:, 1], return_index=True)
        self._starts = np.append(starts, len(found))
        self._persons: Ints = found[:, 0].copy()
        self.token = object()
        self.bytes = self.tags.nbytes + self._starts.nbytes + self._persons.nbytes + 4 * OBJECTS

    def of(self, tag: int) -> Ints:
        """Ascending."""
        place = int(np.searchsorted(self.tags, tag))
        if place == len(self.tags) or self.tags[place] != tag:
            return NOBODY
        return self._persons[self._starts[place] : self._starts[place + 1]]


class _Counted:
    """Counts by tag. Room is reckoned for all there are, so that it may fill up without being weighed again."""

    def __init__(self, tags: int) -> None:
        self.of: dict[int, int] = {}
        self.bytes = OBJECTS + tags * COUNTED_BYTES

    def get_or(self, tag: int, count: Callable[[], int]) -> int:
        """Two threads may count at once; both are right."""
        found = self.of.get(tag)
        if found is None:
            found = self.of[tag] = count()
        return found


def via_persons(state: State, asked: Asked, tags: Iterable[int], reading: Reading) -> dict[int, int]:
    """By tag; 0 where nobody carries it."""
    base: Carriers = state.base.derived.get_or(("carriers",), lambda: Carriers(entity_columns.tags_of_persons(reading())))
    now: Carriers = state.derived.get_or(("carriers", base.token), lambda: _now(state, reading))
    kept: _Counted = state.derived.get_or(("via", base.token, asked.name), lambda: _Counted(len(base.tags) + len(now.tags)))
    counting = _Counting(state, asked, base, now)
    return {tag: kept.get_or(tag, lambda tag=tag: counting.count(tag)) for tag in tags}  # type: ignore[misc]  # bound while it is called


def _now(state: State, reading: Reading) -> Carriers:
    """What the persons touched since the base carry now."""
    return Carriers(entity_columns.tags_of_persons(reading(), state.entities) if state.entities else ())


class _Counting:
    def __init__(self, state: State, asked: Asked, base: Carriers, now: Carriers) -> None:
        self._state = state
        self._asked = asked
        self._base = base
        self._now = now
        self._touched = touched(state)
        self._stale = state.stale & asked.base
        whole = state.base.derived
        self._of_base: _Counted = whole.get_or(("via", base.token, asked.name), lambda: _Counted(len(base.tags)))

    def count(self, tag: int) -> int:
        before = self._base.of(tag)
        after = np.union1d(np.setdiff1d(before, self._touched), self._now.of(tag)) if len(self._touched) else before
        found = self._of_base.get_or(tag, lambda: self._union(tag, before).intersection_cardinality(self._asked.base))
        found += self._correction(before, after)
        if self._state.delta is not None:
            found += _items(self._state.delta, after).intersection_cardinality(self._asked.delta)
        return found

    def _union(self, tag: int, persons: Ints) -> BitMap:
        union: BitMap = self._state.base.derived.get_or(("union", self._base.token, tag), lambda: _items(self._state.base.segment, persons))
        return union

    def _correction(self, before: Ints, after: Ints) -> int:
        """What the items concerned add now, less what they added: those that do not count any more, and those of persons who have come to
        carry the tag or ceased to."""
        segment = self._state.base.segment
        moved = _items(segment, np.setxor1d(before, after, assume_unique=True)) & self._asked.base
        if not moved and not self._stale:
            return 0
        concerned = moved | self._stale
        there = np.union1d(self._in_stale, _occurring(segment, moved)) if moved else self._in_stale
        were = _items(segment, np.intersect1d(before, there, assume_unique=True)) & concerned
        are = _items(segment, np.intersect1d(after, there, assume_unique=True)) & (concerned - self._stale)
        return len(are) - len(were)

    @cached_property
    def _in_stale(self) -> Ints:
        return _occurring(self._state.base.segment, self._stale)


def _items(segment: Segment, persons: Ints) -> BitMap:
    """Of any of the persons."""
    entities = segment.postings[EntityKind.PERSON].entities
    if not len(persons) or not len(entities):
        return EMPTY
    places = np.minimum(np.searchsorted(entities, persons), len(entities) - 1)
    known = persons[entities[places] == persons]
    return segment.postings[EntityKind.PERSON].linked(known.tolist(), None) if len(known) else EMPTY


def _occurring(segment: Segment, items: BitMap) -> Ints:
    """The persons that any of the items carry."""
    postings = segment.postings[EntityKind.PERSON]
    found: Ints = postings.entities[np.flatnonzero(postings.tally(items, segment.count))]
    return found
