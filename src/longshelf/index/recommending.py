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
    weighed = [_Part(segment, bitmaps.of(segment.ordinals(found)) & result) for segment, result in parts]
    scores = np.zeros(len(found), dtype=np.int64)
    places: list[Ints] = []
    for each in wanted:
        here = np.searchsorted(found, _carrying(weighed, each))
        scores[here] += each.weight
        places.append(here)
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
            found.update(_newest(parts, each, None, NEWEST))
            found.update(_newest(parts, each, pivot, AROUND))
    return found


def _newest(parts: Sequence[_Part], wanted: Wanted, highest: int | None, size: int) -> list[int]:
    """The highest ids, up to `highest`, of the items that carry an entity."""
    ids: list[int] = []
    for segment, result in parts:
        linked = segment.postings[wanted.kind].linked((wanted.id,), None)
        stop = segment.count if highest is None else int(segment.ids.below(highest + 1))
        ids += segment.ids[bitmaps.ordinals(_last(linked, result, stop, size))].tolist()
    return sorted(ids, reverse=True)[:size]


def _last(linked: BitMap, result: BitMap, stop: int, size: int) -> BitMap:
    """The last `size` ordinals below `stop` that are in both, window by window."""
    found, width = bitmaps.EMPTY, WINDOW
    lowest = linked.min() if linked else stop
    while stop > lowest and len(found) < size:
        start = max(stop - width, 0)
        found = (BitMap(range(start, stop)) & linked & result) | found
        stop, width = start, 4 * width
    return found[max(len(found) - size, 0) :]


def _carrying(parts: Sequence[_Part], wanted: Wanted) -> Ints:
    """Which of the parts' items carry an entity."""
    carrying = (result & segment.postings[wanted.kind].linked((wanted.id,), None) for segment, result in parts)
    return np.concatenate([segment.ids[bitmaps.ordinals(each)] for (segment, _), each in zip(parts, carrying, strict=True)])
