"""Items somebody may like, from the index: a few candidates of each entity, from the newest down, then what each of these carries. Nothing
here costs more for an entity that sits on half of the catalogue than a look at the end of its bitmap."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Ints
from longshelf.index.segment import Segment
from longshelf.index.state import State
from longshelf.index.tallying import Asked
from longshelf.model.engine import Suited
from longshelf.model.taste import AROUND, NEWEST, Wanted, best

WINDOW = 2**14  # ordinals of the first window; each following one is four times as long


class _Part(NamedTuple):
    """A segment and the items of it that may be shown."""

    segment: Segment
    result: BitMap


def suited(state: State, wanted: Sequence[Wanted], pivot: int, asked: Asked) -> Suited:
    """The best of the candidates."""
    parts = [_Part(state.base.segment, asked.base - state.stale if state.stale else asked.base)]
    if state.delta is not None:
        parts.append(_Part(state.delta, asked.delta))
    found = np.array(sorted(_candidates(parts, wanted, pivot)), dtype=np.int64)
    scores = np.zeros(len(found), dtype=np.int64)
    places = _places(parts, wanted, found)
    for each, here in zip(wanted, places, strict=True):
        scores[here] += each.weight
    ids = best(dict(zip(found.tolist(), scores.tolist(), strict=True)))
    return _answer(ids, wanted, found, scores, places)


def _answer(ids: tuple[int, ...], wanted: Sequence[Wanted], found: Ints, scores: Ints, places: Sequence[Ints]) -> Suited:
    carried: dict[int, list[int]] = {int(place): [] for place in np.searchsorted(found, np.array(ids, dtype=np.int64))}
    for each, here in zip(wanted, places, strict=True):
        for place in here.tolist():
            if place in carried:
                carried[place].append(each.id)
    at = list(carried)
    return Suited(ids, tuple(scores[at].tolist()), tuple(tuple(sorted(carried[place])) for place in at))


def _candidates(parts: Sequence[_Part], wanted: Sequence[Wanted], pivot: int) -> set[int]:
    found: set[int] = set()
    for each in wanted:
        if each.weight > 0:
            found.update(_newest(parts, each, pivot))
    return found


def _newest(parts: Sequence[_Part], wanted: Wanted, pivot: int) -> list[int]:
    """Of the items that carry an entity, the NEWEST with the highest ids, and the AROUND highest up to the pivot."""
    newest: list[int] = []
    around: list[int] = []
    for segment, result in parts:
        linked = segment.postings[wanted.kind].linked((wanted.id,), None)
        newest += segment.ids[bitmaps.ordinals(_last(linked, result, segment.count, NEWEST))].tolist()
        around += segment.ids[bitmaps.ordinals(_last(linked, result, int(segment.ids.below(pivot + 1)), AROUND))].tolist()
    return sorted(newest, reverse=True)[:NEWEST] + sorted(around, reverse=True)[:AROUND]


def _last(linked: BitMap, result: BitMap, stop: int, size: int) -> BitMap:
    """The last `size` ordinals below `stop` that are in both, window by window."""
    found, width = bitmaps.EMPTY, WINDOW
    lowest = linked.min() if linked else stop
    while stop > lowest and len(found) < size:
        start = max(stop - width, 0)
        found = (BitMap(range(start, stop)) & linked & result) | found
        stop, width = start, 4 * width
    return found[max(len(found) - size, 0) :]


def _places(parts: Sequence[_Part], wanted: Sequence[Wanted], found: Ints) -> list[Ints]:
    """For each entity, the places among the candidates of those that carry it. By what each candidate carries: the entities are on too much
    to be woken once more."""
    places: list[Ints] = [np.empty(0, dtype=np.int64)] * len(wanted)
    for kind in {each.kind for each in wanted}:
        mine = [place for place, each in enumerate(wanted) if each.kind == kind]
        ids = [wanted[place].id for place in mine]
        for segment, result in parts:
            ordinals = bitmaps.ordinals(bitmaps.of(segment.ordinals(found)) & result)
            for place, carriers in zip(mine, segment.postings[kind].carriers(ordinals, ids), strict=True):
                places[place] = np.concatenate([places[place], np.searchsorted(found, segment.ids[carriers])])
    return places
