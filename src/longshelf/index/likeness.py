"""Similar items from the index: candidates by levels of score, from the rare side. What shares a person, studio or series is little as a
rule, and tags and genres are met with that little instead of being united. Items that share nothing but these are looked for from the
newest down, a window at a time, and only where there is room left for them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import EMPTY
from longshelf.index.segment import Segment
from longshelf.index.state import State
from longshelf.index.tallying import Asked
from longshelf.model.engine import Similar
from longshelf.model.kinds import EntityKind
from longshelf.model.likeness import BROAD, MOST, SHARES, candidates, ranked, rarity

WINDOW = 2**19  # ordinals of the first window; each following one is twice as long

Carried = Mapping[EntityKind, list[int]]
Levels = dict[int, BitMap]


class _Part(NamedTuple):
    """A segment and the items of it that may be shown."""

    segment: Segment
    result: BitMap


def similar(state: State, item_id: int, asked: Asked, start: int, size: int) -> Similar:
    """A stretch of the ranking; empty for an item that is not among the result's."""
    parts = [_Part(state.base.segment, asked.base - state.stale)]
    if state.delta is not None:
        parts.append(_Part(state.delta, asked.delta))
    carried = next((_carried(part.segment, ordinal) for part in parts if (ordinal := _place(part, item_id)) is not None), None)
    if not carried:
        return Similar()
    found = _ranking(state, item_id, parts, carried)
    return Similar(found[start : start + size], len(found))


def _place(part: _Part, item_id: int) -> int | None:
    ordinal = part.segment.ordinal(item_id)
    return ordinal if ordinal is not None and ordinal in part.result else None


def _carried(segment: Segment, ordinal: int) -> Carried:
    """What an item shares with others, by kind."""
    found: dict[EntityKind, list[int]] = {}
    for kind in SHARES:
        postings = segment.postings[kind]
        numbers = np.flatnonzero(postings.tally(BitMap([ordinal]), segment.count))
        if len(numbers):
            found[kind] = postings.entities[numbers].tolist()
    return found


def _ranking(state: State, item_id: int, parts: list[_Part], carried: Carried) -> tuple[int, ...]:
    scores: dict[int, int] = {}
    for part in parts:
        scores.update(_best(part, item_id, carried))
    kept = np.array(sorted(candidates(scores)), dtype=np.int64)
    shared: dict[int, list[int]] = {each: [] for each in kept.tolist()}
    worth: dict[int, int] = {}
    live = sum(len(part.all) for part in state.segments) - len(state.stale)
    for kind, entities in carried.items():
        for each in entities:
            carriers = [part.segment.postings[kind].linked((each,), None) for part in parts]
            count = sum(map(len, carriers)) - carriers[0].intersection_cardinality(state.stale)
            worth[each] = rarity(kind, live, count)
            for part, carrying in zip(parts, carriers, strict=True):
                for found in _ids(part, carrying & bitmaps.of(part.segment.ordinals(kept)) & part.result):
                    shared[found].append(each)
    return ranked(shared, worth)


def _carriers(segment: Segment, carried: Carried) -> Iterator[BitMap]:
    """The items of each of the entities, one by one: they are asked for again."""
    for kind, entities in carried.items():
        for each in entities:
            yield segment.postings[kind].linked((each,), None)


def _best(part: _Part, item_id: int, carried: Carried) -> dict[int, int]:
    """Scores of the first MOST of a part, and perhaps of others."""
    ordinal = part.segment.ordinal(item_id)
    others = part.result if ordinal is None else part.result - BitMap([ordinal])
    narrow = {kind: entities for kind, entities in carried.items() if kind not in BROAD}
    known = BitMap.union(EMPTY, *_carriers(part.segment, narrow)) & others
    found: dict[int, int] = {}
    levels = _levels(part.segment, known, carried)
    broad = {kind: entities for kind, entities in carried.items() if kind in BROAD}
    most = sum(SHARES[kind] for kind in broad)
    for score in sorted(levels, reverse=True):
        found.update(dict.fromkeys(_ids(part, _newest(levels[score], MOST)), score))
    room = MOST - sum(score > most for score in found.values())
    if room > 0 and broad:
        for score, newest in _windowed(part.segment, others - known, broad, most, room):
            found.update(dict.fromkeys(_ids(part, newest), score))
    return found


def _windowed(segment: Segment, universe: BitMap, broad: Carried, most: int, room: int) -> Iterator[tuple[int, BitMap]]:
    """(score, items) of those that share broad kinds only, window by window from the newest, until there are `room` of the best score."""
    stop, size, best = universe.max() + 1 if universe else 0, WINDOW, 0
    while stop > 0 and best < room:
        start = max(stop - size, 0)
        window = universe & BitMap(range(start, stop))
        for score, items in _levels(segment, window, broad).items():
            if score == most:
                best += len(items)
            yield score, _newest(items, room)
        stop, size = start, 2 * size


def _levels(segment: Segment, universe: BitMap, carried: Carried) -> Levels:
    """The items by score, those without one left out."""
    levels: Levels = {0: universe}
    for kind, entities in carried.items():
        sharing = _met(universe, entities, lambda each, kind=kind: segment.postings[kind].linked((each,), None))  # type: ignore[misc]
        if not sharing:
            continue
        raised: Levels = {}
        for score, items in levels.items():
            for reached, some in ((score, items - sharing), (score + SHARES[kind], items & sharing)):
                if some:
                    raised[reached] = raised.get(reached, EMPTY) | some
        levels = raised
    levels.pop(0, None)
    return levels


def _met(universe: BitMap, entities: Iterable[int], linked: Callable[[int], BitMap]) -> BitMap:
    """Those of the items that carry any of the entities."""
    found = [linked(each) & universe for each in entities] if universe else []
    return BitMap.union(EMPTY, *found)


def _newest(items: BitMap, size: int) -> BitMap:
    return items[max(len(items) - size, 0) :]


def _ids(part: _Part, items: BitMap) -> list[int]:
    found: list[int] = part.segment.ids[bitmaps.ordinals(items)].tolist()
    return found
